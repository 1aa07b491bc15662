"""What history keeps of an event: the few facts that later judgements need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps

from nightlatch.domain.aws_policies.denials import denials_of
from nightlatch.domain.aws_policies.tag_conditions import tag_keys_in
from nightlatch.domain.event.calls import READ_VALUES, SET_KEYS
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.habits import network_of
from nightlatch.domain.secret.schedules import longest_gap_days

_WRITES = ("PutSecretValue", "UpdateSecret")
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException"})
_SCHEDULED = re.compile("marked for deletion|scheduled for deletion")


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
    inherited: bool = False  # not the principal, but the role that it replaces at a deployment; read off, never stored
    by_service: bool = False  # AWS made the call on somebody's way (invokedBy), as CloudFormation does
    read_back: bool = False  # it read the very version that it had written itself
    rotating: bool = False  # a step of a rotation of this secret that was under way
    fills: bool = False  # it gave a young secret what seems to be its first value
    own: bool = False  # nightlatch made the call, as its ledger shows: history, but never evidence
    request_id: str | None = None  # AWS's, of an own call that has one: the ledger knows by it whose word it was
    moved_from: str | None = None  # the version that a moved label was taken from
    weakens: bool = False  # it set a rotation schedule longer than a year, and longer than the one before
    gap_days: float | None = None  # how long the rotation schedule that it set lets a value live
    region: str = ""
    network: str | None = None  # where the call came from, by prefix; None for a service or what is no address
    access_key_id: str | None = None
    function: str | None = None  # the rotation function, or the role of an external rotation, that a call set
    key_id: str | None = None  # the KMS key that a call asked for, as the caller wrote it
    denials: tuple[str, ...] = ()  # digests of the Deny statements of the resource policy that a call set
    tag_keys: tuple[str, ...] = ()  # that conditions of the resource policy which a call set depend on, in lower case
    replica_regions: tuple[str, ...] = ()  # where a call made replicas or took them away
    refused_as_deleted: bool = False  # AWS refused a read because the secret awaits its deletion
    refused_deletion: bool = False  # AWS refused to delete a secret that was not scheduled for deletion already
    over_limit: bool = False  # AWS refused a new version because the secret has too many

    wrote: bool = False  # the principal had created or written this secret before, however long ago history goes
    in_console: bool = False  # a click in the console

    @property
    def secret(self) -> SecretRef | None:
        """The secret, where the event was about one."""
        return self.secrets[0] if self.secrets else None


def sighting_of(event: SecretEvent, *, known: bool = False, read_back: bool = False, wrote: bool = False) -> Sighting:
    """Reduce an event to what history keeps."""
    policy = _policy(event)
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
        network=network_of(event.origin),
        access_key_id=event.principal.access_key_id,
        function=rotates_with(event),
        key_id=key_asked_for(event),
        denials=tuple(denial.digest for denial in denials_of(policy)),
        tag_keys=tag_keys_in(policy),
        replica_regions=replica_regions(event),
        refused_as_deleted=is_refused_as_deleted(event),
        refused_deletion=is_refused_deletion(event),
        over_limit=is_over_limit(event),
        wrote=wrote,
        in_console=event.principal.is_in_console,
    )


def replica_regions(event: SecretEvent) -> tuple[str, ...]:
    """Give the Regions in which a call makes replicas of a secret, or from which it takes them away."""
    if event.called("RemoveRegionsFromReplication"):
        return event.request.texts("removeReplicaRegions")
    if not event.called("CreateSecret", "ReplicateSecretToRegions"):
        return ()
    return tuple(region for one in event.request.children("addReplicaRegions") if (region := one.text("region")))


def key_asked_for(event: SecretEvent) -> str | None:
    """Give the KMS key that a call asks to encrypt with, as the caller wrote it."""
    return event.request.text("kmsKeyId") if event.called(*SET_KEYS) else None


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
    return refused and event.called(*READ_VALUES) and "marked for deletion" in (failure.message if failure else "")


def is_refused_deletion(event: SecretEvent) -> bool:
    """Tell whether AWS refused a deletion, for a reason other than that it is under way, or that calls come too fast.

    A throttled call is made again by every client, and that call is judged.
    """
    failure = event.failure
    if failure is None or not event.called("DeleteSecret") or failure.code in _THROTTLED:
        return False
    return not (failure.code == "InvalidRequestException" and _SCHEDULED.search(failure.message))


def is_over_limit(event: SecretEvent) -> bool:
    """Tell whether AWS refused a new version because the secret has too many of them, or of their labels."""
    refused = event.failure is not None and event.failure.code == "LimitExceededException"
    return refused and event.called(*_WRITES)


def _policy(event: SecretEvent) -> Mapping[str, object] | None:
    return event.request.document("resourcePolicy") if event.called("PutResourcePolicy") else None


def _digest(event: SecretEvent) -> str:
    """Digest what a listing asked for, without its paging, in any order of its filters; or what a policy says."""
    if event.called("PutResourcePolicy"):
        policy = _policy(event)
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
