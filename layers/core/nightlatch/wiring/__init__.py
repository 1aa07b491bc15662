"""Builds everything once per process: the only place that knows which adapter stands behind which port.

A function asks for its own entry point and gets no more of the world than its role may touch. The
environment comes in as an argument, so a test wires the real thing to whatever it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from nightlatch.acts import ACTS
from nightlatch.config import load_settings
from nightlatch.domain.answering.acting import Moved
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.answering.speed import Opened
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.recovering.references import References
from nightlatch.domain.secret.copies import Proof
from nightlatch.service.beat import Beaten, beat
from nightlatch.service.drill import drill
from nightlatch.service.notify import NotifyPorts, notify
from nightlatch.service.ports import Notice
from nightlatch.service.reconcile import Reconciled, reconcile
from nightlatch.service.references import tell_references
from nightlatch.service.respond import respond
from nightlatch.service.stocktaking import Stocktaking, take_stock
from nightlatch.service.summarise import is_summary, tell_summary
from nightlatch.service.unseen_changes import Compared, compare_states
from nightlatch.wiring.at_once import pool
from nightlatch.wiring.judging import JudgedBatch, judge_messages
from nightlatch.wiring.keeping import KeptBatch, keep_messages
from nightlatch.wiring.presses import PressAnswer, answer_press
from nightlatch.wiring.world import World

LOOKED_FOR = timedelta(minutes=4)  # through the event history, of the five minutes that the heartbeat may run
SPARED = timedelta(minutes=1)  # of what is left then, for the last request may be tried for so long
AUDITED_FOR = timedelta(minutes=3)  # in one invocation; the function may run a minute longer, for a page takes its time


def wire_detector(environ: Mapping[str, str]) -> Callable[[Sequence[Mapping[str, str]]], JudgedBatch]:
    """Build the detector: SQS messages in, judged and carried out."""
    world = World(load_settings(environ), reaches_back=True)
    return partial(judge_messages, world=world)


def wire_responder(environ: Mapping[str, str]) -> Callable[[str], Response]:
    """Build the responder: a response's id in, the response as it ended out."""
    world = World(load_settings(environ))
    return lambda response_id: respond(
        response_id, acts=ACTS, policy=world.policy(), ports=world.responding(), now=world.now()
    )


def wire_drill(environ: Mapping[str, str]) -> Callable[[str | None], tuple[Proof, ...]]:
    """Build the restore drill: a secret's ARN or nothing in, what was proven out."""
    world = World(load_settings(environ))
    ports = world.snapshots.drilling()

    def run(arn: str | None) -> tuple[Proof, ...]:
        secret = secret_ref(arn, account_id="", region="", by_aws=True) if arn else None
        return drill(secret, ports=ports, now=world.now())

    return run


def wire_keeper(environ: Mapping[str, str]) -> Callable[[Sequence[Mapping[str, str]]], KeptBatch]:
    """Build the keeper: SQS messages in, what was new kept."""
    world = World(load_settings(environ))
    return partial(keep_messages, world=world, ports=world.snapshots.keeping())


def _unheard(channel: str, reason: str) -> None:
    """Hear nothing of a channel that failed; what it did not take is still told through the others."""
    del channel, reason


def _uncounted(_opened: Opened) -> None:
    """Count no incident."""


def wire_notifier(
    environ: Mapping[str, str],
    on_failure: Callable[[str, str], None] = _unheard,
    on_opened: Callable[[Opened], None] = _uncounted,
) -> Callable[[Notice], tuple[str, ...]]:
    """Build the notifier: a notice in, the names of the channels that showed it out.

    Args:
        environ: What the function is told.
        on_failure: Hears which channel did not take a message, and why.
        on_opened: Hears of each incident that is told for the first time.
    """
    world = World(load_settings(environ))
    telling = world.telling(on_failure)
    ports = NotifyPorts(
        incidents=world.incidents,
        ledger=world.ledger,
        notices=world.notices,
        channels=telling.channels(),
        routed=telling.routed,
        changed=world.snapshots.change_notes(),
        told=world.people.told,
        storms=world.people.storms,
        opened=on_opened,
        each=pool().map,
    )
    summaries = world.people.summaries(world.notices, telling.channels, world.audit_notes)

    def tell(notice: Notice) -> tuple[str, ...]:
        if is_summary(notice):
            return tell_summary(notice, ports=summaries, now=world.now())
        return notify(notice, ports=ports, now=world.now())

    return tell


def wire_auditor(environ: Mapping[str, str]) -> Callable[[], Stocktaking]:
    """Build the auditor: what came of going on with the inventory out; counts of reads are gathered on the way."""
    world = World(load_settings(environ))
    ports = world.auditing()

    def go_on() -> Stocktaking:
        until = world.now() + AUDITED_FOR
        done = take_stock(ports, now=world.now, until=until)
        world.counting.days.gather(until)
        return done

    return go_on


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the heartbeat function does, one after the other."""

    beat: Callable[[], Beaten]
    reconcile: Callable[[timedelta], Reconciled]  # in the time that is left to the function
    compare: Callable[[bool], Compared]  # whether the look for what was missed was whole


def wire_heartbeat(environ: Mapping[str, str]) -> Heartbeat:
    """Build the heartbeat: what is broken out, what was missed, what changed unseen."""
    world = World(load_settings(environ))
    ports, wanted = world.watching.beating(), world.watching.expected()
    missing, states = world.watching.reconciling(world.now), world.watching.comparing()
    return Heartbeat(
        beat=lambda: beat(ports, wanted, world.now()),
        reconcile=lambda left: reconcile(missing, wanted.events, world.now() + min(LOOKED_FOR, left - SPARED)),
        compare=lambda is_whole: compare_states(states, world.now(), is_whole=is_whole),
    )


def wire_references(environ: Mapping[str, str]) -> Callable[[Mapping[str, str | None]], References]:
    """Build the search for who points to an old ARN: both ARNs and an incident in, what was found out."""
    world = World(load_settings(environ))
    ports = world.finding_references()

    def look(asked: Mapping[str, str | None]) -> References:
        moved = Moved(old=asked["old"] or "", new=asked["new"] or "")
        return tell_references(moved, asked.get("incident_id"), ports=ports, now=world.now())

    return look


def wire_interactions(environ: Mapping[str, str]) -> Callable[[Mapping[str, object]], PressAnswer]:
    """Build the interactions endpoint: an API Gateway request in, what to tell the person out."""
    world = World(load_settings(environ))
    ports = world.people.choosing(world.ledger)
    signing_secrets = world.slack().signing_secrets
    return partial(answer_press, world=world, ports=ports, signing_secrets=signing_secrets)
