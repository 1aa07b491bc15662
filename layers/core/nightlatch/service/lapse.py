"""Puts a lifted guard back once its time is over or the lifting came to nothing; tells people where that does not do.

The yes that lifted it puts it back, so that no brake but the kill switch stops it. Where a hold took that yes back, the
policy's own counts, with every brake. What does not come back is tried again, ever less often, for a day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.allowances import guard_due
from nightlatch.domain.answering.guard_notes import left_off
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import (
    BY_POLICY,
    Response,
    ResponseState,
    Signal,
    Step,
    next_id,
    response_id,
)
from nightlatch.domain.errors import NotFound
from nightlatch.domain.judging.findings import Finding
from nightlatch.service.act_ports import Allowances, Offers
from nightlatch.service.ports import Dispatch, Incidents, KillSwitch, Ledger, Notice

PATIENCE = timedelta(minutes=10)  # longer than a put-back takes, its responder's retries included
HELD_AGAIN = timedelta(minutes=5)  # both double with each try
FAILED_AGAIN = timedelta(hours=1)
_WELL = frozenset({ResponseState.APPROVED, ResponseState.RUNNING, ResponseState.SUCCEEDED})
_BRAKE = "the kill switch is on"


@dataclass(frozen=True, slots=True, kw_only=True)
class LapsePorts:
    """What putting back needs."""

    allowances: Allowances
    ledger: Ledger
    offers: Offers
    incidents: Incidents
    dispatch: Dispatch
    kill_switch: KillSwitch
    mint: Callable[[], str]  # opaque ids for buttons


def put_guards_back(ports: LapsePorts, policy: Policy, now: datetime) -> tuple[Response, ...]:
    """Order the guards back that are due, each once; give what was ordered.

    Raises:
        Unavailable: The ledger or the queue could not be asked; the next tick does the rest.
    """
    ordered = []
    for lifted in ports.allowances.begun(now):
        due, secret = guard_due(lifted), lifted.action.secret
        if due is None or due > now or secret is None or not policy.protection_to_act(secret).is_guarded:
            continue
        back, why = _back(lifted, ports, policy, now)
        if back is not None and back.state is ResponseState.APPROVED:  # again where a crash kept it from the queue
            ports.dispatch.respond(back)
            ordered.append(back)
        if why or (back is not None and _is_slow(back, due, now)):
            said = why or "it was ordered and is not done yet"
            _tell(left_off(lifted, secret, due, said), back, ports, policy)
    return tuple(ordered)


def _back(lifted: Response, ports: LapsePorts, policy: Policy, now: datetime) -> tuple[Response | None, str]:
    """Give what was last ordered to put it back, ordered now where it is time; and why that does not do it."""
    wanted = _wanted(lifted, policy, now)
    tries = _tries(wanted.id, ports.ledger)
    if tries and not _is_due_again(tries, now):
        return tries[-1], _why_not(tries[-1])
    if ports.kill_switch.is_on():
        return (tries[-1] if tries else None), _BRAKE
    again = next_id(tries[-1].id) if tries else wanted.id
    back, _ = ports.ledger.propose(replace(wanted, id=again, button=ports.mint()))
    return back, ""


def _tries(first: str, ledger: Ledger) -> Sequence[Response]:
    found: list[Response] = []
    while True:
        try:
            found.append(ledger.get(next_id(found[-1].id) if found else first))
        except NotFound:
            return found


def _is_due_again(tries: Sequence[Response], now: datetime) -> bool:
    last = tries[-1]
    if last.gone or last.state in _WELL:
        return False
    wait = HELD_AGAIN if last.state is ResponseState.PROPOSED else FAILED_AGAIN
    return now >= last.steps[-1].at + wait * (1 << (len(tries) - 1))


def _why_not(back: Response) -> str:
    """Say why what was ordered has not put the guard back; nothing where it did or may yet, or none is needed."""
    if back.gone or back.state in _WELL:
        return ""
    return back.waits_because or back.result or f"{back.action.kind} is {back.state}"


def _is_slow(back: Response, due: datetime, now: datetime) -> bool:
    return back.state in {ResponseState.APPROVED, ResponseState.RUNNING} and now >= due + PATIENCE


def _wanted(lifted: Response, policy: Policy, now: datetime) -> Response:
    """Write the order; one response may lift a guard twice, for it is settled anew each time that it begins."""
    action = Action(kind=ActionKind.APPLY_GUARD, secret=lifted.action.secret)
    due = guard_due(lifted)
    return Response(
        id=response_id(action, f"{lifted.id}|{lifted.action.until}"),
        action=action,
        state=ResponseState.APPROVED,
        reason=f"{lifted.id} had lifted the guard, until {due:%Y-%m-%d %H:%M} UTC",
        caused_by=lifted.caused_by,
        also_by=lifted.also_by,
        incident_id=None,
        proposed_at=now,
        expires_at=now + policy.buttons_live,
        steps=_yeses(lifted, policy, now),
    )


def _yeses(lifted: Response, policy: Policy, now: datetime) -> tuple[Step, ...]:
    how = f"said yes to {lifted.id}, which ends with this"
    said = tuple(Step(at=now, signal=Signal.APPROVE, actor=person, how=how) for person in lifted.yeses)
    by_policy = Step(at=now, signal=Signal.APPROVE, actor=f"{BY_POLICY}{policy.digest}", how=f"{lifted.id} was held")
    return said or (by_policy,)


def _tell(finding: Finding, back: Response | None, ports: LapsePorts, policy: Policy) -> None:
    """Show it in an incident, with what was ordered; what that comes to is shown there too."""
    incident, _ = ports.incidents.fold(finding, policy_digest=policy.digest)
    if back is not None:
        ports.offers.tell_too(back.id, incident.id)
        incident = ports.incidents.link(incident.id, back.id)
    ports.dispatch.alert(Notice(incident.id, f"revision-{incident.revision}"))
