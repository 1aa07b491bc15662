"""How a batch of SQS messages becomes a batch of events, is judged, and is answered message by message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nightlatch.adapters.records.envelopes import parse_message
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.service.expire import expire_offers
from nightlatch.service.lapse import put_guards_back
from nightlatch.service.pipeline import Outcome, handle
from nightlatch.service.policy_news import tell_refused
from nightlatch.wiring.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedBatch:
    """What a detector made of one SQS batch."""

    outcome: Outcome
    malformed: Mapping[str, str]  # message id -> why nobody can judge it
    failed: Sequence[str]  # message ids to deliver again, the malformed among them
    reads: Mapping[str, int] = field(default_factory=dict)  # of values, by who called
    unreadable: int = 0  # how often a response in the ledger could not be read; the log says which


def judge_messages(messages: Sequence[Mapping[str, str]], *, world: World) -> JudgedBatch:
    """Judge the messages of one SQS batch; what cannot be parsed is told apart and never stops its neighbours."""
    now = world.now()
    batch: list[SecretEvent | Tick] = []
    malformed: dict[str, str] = {}
    bearers: dict[str, list[str]] = {}
    for message in messages:
        try:
            item = parse_message(message["body"], now=now)
        except MalformedRecord as error:
            malformed[message["messageId"]] = str(error)
            continue
        batch.append(item)
        if isinstance(item, SecretEvent):
            bearers.setdefault(item.event_id, []).append(message["messageId"])
    is_tick = any(isinstance(item, Tick) for item in batch)
    policy = _policy(world, tells=is_tick)
    ports = world.judging(policy, [item for item in batch if isinstance(item, SecretEvent)])
    outcome = handle(batch, rules=CATALOGUE, policy=policy, ports=ports, now=now)
    if is_tick:
        expire_offers(world.expiring(), now)
        put_guards_back(world.lapsing(), policy, now)
        world.people.tick(policy, now)
    again = [message_id for event_id in sorted(outcome.failed) for message_id in bearers.get(event_id, ())]
    return JudgedBatch(
        outcome=outcome,
        malformed=malformed,
        failed=(*malformed, *again),
        reads=_reads(batch),
        unreadable=world.complaints.taken(),
    )


def _reads(batch: Sequence[SecretEvent | Tick]) -> Mapping[str, int]:
    """Count the reads of values that AWS charges for, answered or refused; a twin is the same call once more."""
    events = (item for item in batch if isinstance(item, SecretEvent) and not item.is_twin)
    return Counter(event.principal.key for event in events if event.called("GetSecretValue", "BatchGetSecretValue"))


def _policy(world: World, *, tells: bool) -> Policy:
    """Give the policy in force; each minute tell of a stored one that is refused, and also where there is no other."""
    try:
        return world.policy()
    finally:
        if tells and world.policies.refused is not None:
            tell_refused(world.policies.refused, incidents=world.incidents, dispatch=world.dispatch)
