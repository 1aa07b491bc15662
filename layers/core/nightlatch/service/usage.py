"""Who did what with which secret, how often and on how many days: counted from events, for suggestions.

However a secret was called, it is one secret here, by the fullest form that was seen of it. What AWS refused is no use,
and neither is what AWS does for itself; a twin from a VPC endpoint would count a call double.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from nightlatch.domain.event.events import SECRETS_MANAGER, SecretEvent
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef, representatives
from nightlatch.domain.judging.callers import is_aws_service

_AWS_KEY = "alias/aws/secretsmanager"
_LONG_AGO, _NEVER_YET = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Deed(StrEnum):
    """What is done to a secret, in the words of a policy's `may`."""

    READ = "read"
    CHANGE = "change"
    DELETE = "delete"
    ROTATE = "rotate"
    POLICY = "policy"
    REPLICATE = "replicate"


class Care(StrEnum):
    """What shows that somebody took trouble over a secret."""

    ROTATED = "it is rotated"
    OWN_KEY = "it has a key of its own"
    OWN_POLICY = "it has a policy of its own"
    REPLICATED = "it has replicas"


_DEEDS: Mapping[str, Deed] = {
    "GetSecretValue": Deed.READ,  # a batch call is followed by one of these for each secret
    "CreateSecret": Deed.CHANGE,
    "PutSecretValue": Deed.CHANGE,
    "UpdateSecret": Deed.CHANGE,
    "UpdateSecretVersionStage": Deed.CHANGE,
    "DeleteSecret": Deed.DELETE,
    "RotateSecret": Deed.ROTATE,
    "CancelRotateSecret": Deed.ROTATE,
    "PutResourcePolicy": Deed.POLICY,
    "DeleteResourcePolicy": Deed.POLICY,
    "ReplicateSecretToRegions": Deed.REPLICATE,
}


@dataclass(slots=True)
class Times:
    """How often something was seen, and when."""

    count: int = 0
    days: set[date] = field(default_factory=set)
    first: datetime = _NEVER_YET
    last: datetime = _LONG_AGO

    def note(self, at: datetime) -> None:
        """Count one more."""
        self.count += 1
        self.first, self.last = min(self.first, at), max(self.last, at)
        self.days.add(at.date())


@dataclass(slots=True)
class Usage:
    """All that was seen."""

    principals: dict[str, Principal] = field(default_factory=dict)
    deeds: dict[tuple[str, Deed], dict[SecretRef, Times]] = field(default_factory=dict)  # by principal and deed
    users: dict[SecretRef, dict[str, Times]] = field(default_factory=dict)  # who read or changed a secret
    care: dict[SecretRef, set[Care]] = field(default_factory=dict)
    secrets: Mapping[SecretRef, SecretRef] = field(default_factory=dict)  # as called -> the fullest form

    def of(self, secret: SecretRef) -> SecretRef:
        """Give the form under which a secret is counted."""
        return self.secrets.get(secret, secret)


def usage_of(events: Iterable[SecretEvent]) -> Usage:
    """Count."""
    some = [event for event in events if not event.is_twin]
    usage = Usage(secrets=representatives(secret for event in some for secret in event.secrets))
    for event in some:
        if event.source == SECRETS_MANAGER and event.succeeded and event.secret is not None:
            _count(event, usage.of(event.secret), usage)
    return usage


def _count(event: SecretEvent, secret: SecretRef, usage: Usage) -> None:
    usage.care.setdefault(secret, set()).update(_care_in(event))
    deed = _DEEDS.get(event.name)
    if deed is None or is_aws_service(event.principal):
        return
    who = event.principal.key
    usage.principals[who] = event.principal
    usage.deeds.setdefault((who, deed), {}).setdefault(secret, Times()).note(event.at)
    if deed in {Deed.READ, Deed.CHANGE}:
        usage.users.setdefault(secret, {}).setdefault(who, Times()).note(event.at)


def _care_in(event: SecretEvent) -> Iterator[Care]:
    if event.called("RotationSucceeded", "RotateSecret"):
        yield Care.ROTATED
    key = event.request.text("kmsKeyId")
    if key is not None and not key.endswith(_AWS_KEY):
        yield Care.OWN_KEY
    if event.called("PutResourcePolicy"):
        yield Care.OWN_POLICY
    if event.called("ReplicateSecretToRegions") or event.request.has("addReplicaRegions"):
        yield Care.REPLICATED
