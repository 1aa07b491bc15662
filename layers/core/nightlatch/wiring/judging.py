"""How a batch of SQS messages becomes a batch of events, is judged, and is answered message by message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nightlatch.adapters.records.envelopes import parse_message
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.watching.beats import Pulse
from nightlatch.service.beat import hear, listen
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
    beats: int = 0  # heartbeats that came back
    lags: tuple[timedelta, ...] = ()  # from what happened to its judging; none for what was found later
    silent_for: timedelta | None = None  # since the last heartbeat that came back; measured on ticks


@dataclass(frozen=True, slots=True)
class _Read:
    """What the messages of a batch hold."""

    batch: list[SecretEvent | Tick] = field(default_factory=list)
    malformed: dict[str, str] = field(default_factory=dict)
    bearers: dict[str, list[str]] = field(default_factory=dict)  # event id -> message ids

    @property
    def events(self) -> list[SecretEvent]:
        """What happened."""
        return [item for item in self.batch if isinstance(item, SecretEvent)]

    @property
    def is_tick(self) -> bool:
        """Whether a minute has passed, too."""
        return len(self.events) < len(self.batch)


def judge_messages(messages: Sequence[Mapping[str, str]], *, world: World) -> JudgedBatch:
    """Judge the messages of one SQS batch; what cannot be parsed is told apart and never stops its neighbours."""
    now = world.now()
    read = _read(messages, now)
    policy = _policy(world, tells=read.is_tick)
    heard = world.watching.heard
    pulse = listen(heard, now) if heard is not None and read.is_tick else Pulse()
    outcome = handle(read.batch, rules=CATALOGUE, policy=policy, ports=world.judging(policy, read.events), now=now)
    if read.is_tick:
        expire_offers(world.expiring(), now)
        put_guards_back(world.lapsing(), policy, now)
        world.people.tick(policy, now)
    world.watching.note_judged(read.events, now)
    beats = hear(read.events, heard, now) if heard is not None else ()  # last: what fails comes again, and counts then
    again = [message_id for event_id in sorted(outcome.failed) for message_id in read.bearers.get(event_id, ())]
    return JudgedBatch(
        outcome=outcome,
        malformed=read.malformed,
        failed=(*read.malformed, *again),
        reads=_reads(read.events),
        unreadable=world.complaints.taken(),
        beats=len(beats),
        lags=tuple(max(now - event.at, timedelta(0)) for event in read.events if _is_live(event)),
        silent_for=pulse.age(now),
    )


def _reads(events: Sequence[SecretEvent]) -> Mapping[str, int]:
    """Count the reads of values that AWS charges for, answered or refused; a twin is the same call once more."""
    calls = (event for event in events if event.called("GetSecretValue", "BatchGetSecretValue") and not event.is_twin)
    return Counter(event.principal.key for event in calls)


def _is_live(event: SecretEvent) -> bool:
    return not event.replayed and not event.reconciled


def _read(messages: Sequence[Mapping[str, str]], now: datetime) -> _Read:
    read = _Read()
    for message in messages:
        try:
            item = parse_message(message["body"], now=now)
        except MalformedRecord as error:
            read.malformed[message["messageId"]] = str(error)
            continue
        read.batch.append(item)
        if isinstance(item, SecretEvent):
            read.bearers.setdefault(item.event_id, []).append(message["messageId"])
    return read


def _policy(world: World, *, tells: bool) -> Policy:
    """Give the policy in force; each minute tell of a stored one that is refused, and also where there is no other."""
    try:
        return world.policy()
    finally:
        if tells and world.policies.refused is not None:
            tell_refused(world.policies.refused, incidents=world.incidents, dispatch=world.dispatch)
