"""What Secrets Manager did by itself inside one call: labels moved, versions deleted, a rotation started, a copy made.

AWS tells such things through channels that name no caller: the native event `Secret Label Updated` and
CloudTrail's service events. What it asks of KMS it asks in the caller's name. The corrected moto (`local/fidelity`)
knows the moment at which they happen, the narrator (`local/narrator`) knows how to tell them; this module is the wire
between the two. Without a listener a happening is dropped, as on plain moto.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What happened, by the name AWS gives it."""

    LABEL_UPDATED = "Secret Label Updated"
    VERSION_DELETE_STARTED = "StartSecretVersionDelete"
    VERSION_DELETE_ENDED = "EndSecretVersionDelete"
    VERSION_DELETE_CANCELLED = "CancelSecretVersionDelete"
    VERSION_COLLECTED = "SecretVersionDeletion"
    ROTATION_STARTED = "RotationStarted"
    ROTATION_SUCCEEDED = "RotationSucceeded"
    ROTATION_FAILED = "RotationFailed"
    ROTATION_TEST_STARTED = "TestRotationStarted"
    ROTATION_TEST_SUCCEEDED = "TestRotationSucceeded"
    ROTATION_TEST_FAILED = "TestRotationFailed"
    REPLICATION_STARTED = "ReplicationStarted"
    REPLICATION_SUCCEEDED = "ReplicationSucceeded"
    REPLICATION_FAILED = "ReplicationFailed"
    KEY_USED = "a call of KMS in the caller's name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that the service did, with the secret it did it to."""

    kind: Kind
    arn: str
    name: str
    account_id: str
    region: str
    label: str | None = None  # of LABEL_UPDATED alone
    version_id: str | None = None  # of LABEL_UPDATED and KEY_USED: service events do not name the version
    forced: bool = False  # of the version deletes
    operation: str = ""  # of KEY_USED: what KMS was asked to do
    key: str = ""  # of KEY_USED: the key's ARN
    key_named: str = ""  # of KEY_USED: how the secret names its key


Listener = Callable[[Happening], None]

_listener: ContextVar[Listener | None] = ContextVar("nightlatch_happenings", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear every happening of this thread of execution until the block ends."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def happened(happening: Happening) -> None:
    """Tell the listener, if there is one, what the service just did."""
    listener = _listener.get()
    if listener is not None:
        listener(happening)
