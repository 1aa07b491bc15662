"""What history keeps of an event: the few facts that later judgements need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps

from nightlatch.domain.events import SecretEvent
from nightlatch.domain.parameters import Parameters
from nightlatch.domain.schedules import longest_gap_days
from nightlatch.domain.secrets import SecretRef

_SET_KEYS = ("CreateSecret", "UpdateSecret", "ReplicateSecretToRegions")
_VALUE_READS = ("GetSecretValue", "BatchGetSecretValue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The few facts of an event that later judgements need; never a request, never a value."""

    event_id: str
    at: datetime
    name: str
    principal: str
    secrets: tuple[SecretRef, ...] = ()
    succeeded: bool = True
    denied: bool = False
    version_id: str | None = None
    labels: tuple[str, ...] = ()  # staging labels the call named
    digest: str = ""  # of a listing's filters, or of a resource policy: what asks or says the same has the same
    known: bool = False  # the principal was known to use this secret before
    by_service: bool = False  # AWS made the call on somebody's way (invokedBy), as CloudFormation does
    read_back: bool = False  # it read the very version that it had written itself
    rotating: bool = False  # a step of a rotation of this secret that was under way
    own: bool = False  # nightlatch made the call, as its ledger shows: history, but never evidence
    moved_from: str | None = None  # the version that a moved label was taken from
    weakens: bool = False  # it set a rotation schedule longer than a year, and longer than the one before
    gap_days: float | None = None  # how long the rotation schedule that it set lets a value live
    region: str = ""
    function: str | None = None  # the rotation function, or the role of an external rotation, that a call set
    key_id: str | None = None  # the KMS key that a call asked for, as the caller wrote it
    denials: tuple[str, ...] = ()  # digests of the Deny statements of the resource policy that a call set
    replica_regions: tuple[str, ...] = ()  # where a call made replicas or took them away
    refused_as_deleted: bool = False  # AWS refused a read because the secret awaits its deletion

    @property
    def secret(self) -> SecretRef | None:
        """The secret, where the event was about one."""
        return self.secrets[0] if self.secrets else None


def sighting_of(event: SecretEvent, *, known: bool = False, read_back: bool = False) -> Sighting:
    """Reduce an event to what history keeps."""
    labels = (
        event.request.texts("versionStages") + event.request.texts("versionStage") + event.request.texts("labelUpdated")
    )
    return Sighting(
        event_id=event.event_id,
        at=event.at,
        name=event.name,
        principal=event.principal.key,
        secrets=event.secrets,
        succeeded=event.succeeded,
        denied=event.denied,
        version_id=event.version_id,
        labels=labels,
        digest=_digest(event),
        by_service=event.principal.is_through_aws,
        known=known,
        read_back=read_back,
        moved_from=event.request.text("removeFromVersionId") if event.called("UpdateSecretVersionStage") else None,
        gap_days=longest_gap_days(event.request) if event.called("RotateSecret") else None,
        region=event.region,
        function=rotates_with(event),
        key_id=event.request.text("kmsKeyId") if event.called(*_SET_KEYS) else None,
        denials=_denials(event),
        replica_regions=replica_regions(event),
        refused_as_deleted=is_refused_as_deleted(event),
    )


def replica_regions(event: SecretEvent) -> tuple[str, ...]:
    """Give the Regions in which a call makes replicas of a secret, or from which it takes them away."""
    if event.called("RemoveRegionsFromReplication"):
        return event.request.texts("removeReplicaRegions")
    if not event.called("CreateSecret", "ReplicateSecretToRegions"):
        return ()
    return tuple(region for one in event.request.children("addReplicaRegions") if (region := one.text("region")))


def rotates_with(event: SecretEvent) -> str | None:
    """Give the rotation function, or the role of an external rotation, that a RotateSecret names."""
    named = event.request.text("rotationLambdaARN", "externalSecretRotationRoleArn")
    return named if event.called("RotateSecret") else None


def is_refused_as_deleted(event: SecretEvent) -> bool:
    """Tell whether AWS refused a value because its secret is scheduled for deletion.

    Source: real records of 2024; Secrets Manager API reference, GetSecretValue, InvalidRequestException.
    """
    failure = event.failure
    refused = failure is not None and failure.code == "InvalidRequestException"
    return refused and event.called(*_VALUE_READS) and "marked for deletion" in (failure.message if failure else "")


def _denials(event: SecretEvent) -> tuple[str, ...]:
    """Digest each Deny statement of a policy, without its Sid, which is only a name."""
    policy = event.request.document("resourcePolicy") if event.called("PutResourcePolicy") else None
    statements = Parameters(policy or {}).children("Statement")
    denied = (
        {k: v for k, v in s.fields.items() if k.lower() != "sid"} for s in statements if s.text("Effect") == "Deny"
    )
    return tuple(sorted(sha256(dumps(one, sort_keys=True, default=str).encode()).hexdigest()[:16] for one in denied))


def _digest(event: SecretEvent) -> str:
    """Digest what a listing asked for, without its paging, in any order of its filters; or what a policy says."""
    if event.called("PutResourcePolicy"):
        policy = event.request.document("resourcePolicy")
        return sha256(dumps(policy, sort_keys=True).encode()).hexdigest()[:16] if policy is not None else ""
    if event.name not in {"BatchGetSecretValue", "ListSecrets"}:
        return ""
    filters = sorted(
        (item.text("key") or "", tuple(sorted(item.texts("values")))) for item in event.request.children("filters")
    )
    asked = dumps([filters, sorted(event.request.texts("secretIdList"))])
    return sha256(asked.encode()).hexdigest()[:16]


def succeeded(sighting: Sighting) -> bool:
    """Tell whether AWS did what was asked."""
    return sighting.succeeded


def denied(sighting: Sighting) -> bool:
    """Tell whether AWS refused for lack of permission."""
    return sighting.denied
