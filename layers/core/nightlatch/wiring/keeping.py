"""How a batch of the keeper's queue becomes looks: one per secret, however many messages are about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nightlatch.adapters.records.envelopes import parse_message
from nightlatch.adapters.records.json_values import decoded
from nightlatch.adapters.snapshots.requests import asked_for
from nightlatch.domain.errors import MalformedRecord, Refused, Unavailable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef, representatives, secret_ref
from nightlatch.service.keep import Cause, Keeping, KeepPorts, cause_of, is_of_interest, keep
from nightlatch.wiring.world import World


@dataclass(frozen=True, slots=True)
class KeptBatch:
    """What the keeper made of one SQS batch."""

    kept: Mapping[str, Keeping]  # by secret
    refused: Mapping[str, str]  # secret -> why it could not be looked at; trying again would not help
    malformed: Mapping[str, str]  # message id -> why nobody can read it
    failed: Sequence[str]  # message ids to deliver again, the malformed among them


@dataclass(slots=True)
class _Wanted:
    """Why one secret is looked at, and the messages that wait for it."""

    events: list[SecretEvent] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def cause(self) -> Cause:
        return cause_of(self.events) if self.events else Cause()


def keep_messages(messages: Sequence[Mapping[str, str]], *, world: World, ports: KeepPorts) -> KeptBatch:
    """Look at the secrets of one SQS batch; one that cannot be looked at does not keep its neighbours."""
    wanted, malformed = _sorted(messages)
    policy = world.policy()
    kept: dict[str, Keeping] = {}
    refused: dict[str, str] = {}
    again: list[str] = []
    for secret, why in wanted.items():
        try:
            kept[secret.name] = keep(secret, why.cause, policy=policy, ports=ports, now=world.now)
        except Refused as error:
            refused[secret.name] = str(error)
        except Unavailable as error:
            refused[secret.name] = str(error)
            again.extend(why.messages)
    return KeptBatch(kept=kept, refused=refused, malformed=malformed, failed=(*malformed, *dict.fromkeys(again)))


def _sorted(messages: Sequence[Mapping[str, str]]) -> tuple[Mapping[SecretRef, _Wanted], Mapping[str, str]]:
    found: dict[SecretRef, _Wanted] = {}
    malformed: dict[str, str] = {}
    for message in messages:
        try:
            secrets, event = _read(message["body"])
        except MalformedRecord as error:
            malformed[message["messageId"]] = str(error)
            continue
        for secret in secrets:
            one = found.setdefault(secret, _Wanted())
            one.messages.append(message["messageId"])
            one.events.extend([event] if event is not None else [])
    return _joined(found), malformed


def _joined(found: Mapping[SecretRef, _Wanted]) -> Mapping[SecretRef, _Wanted]:
    """Join the ways in which one secret is named."""
    stands_for = representatives(found)
    joined: dict[SecretRef, _Wanted] = {}
    for secret, wanted in found.items():
        one = joined.setdefault(stands_for[secret], _Wanted())
        one.messages.extend(wanted.messages)
        one.events.extend(wanted.events)
    return joined


def _read(body: str) -> tuple[tuple[SecretRef, ...], SecretEvent | None]:
    """Read a message: which secrets it is about, and the event, where it is one of interest.

    Raises:
        MalformedRecord: It is neither a request nor one readable record.
    """
    arn = asked_for(decoded(body))
    if arn is not None:
        return (secret_ref(arn, account_id="", region="", by_aws=True),), None
    event = parse_message(body)
    if not isinstance(event, SecretEvent) or not is_of_interest(event):
        return (), None
    return event.secrets, event
