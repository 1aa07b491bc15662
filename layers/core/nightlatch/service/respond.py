"""Carries one approved response out: the only place in nightlatch that writes to AWS's own things.

brakes ──> look ──> settle the wish ──> START ──> plan ──> first call ──> note it ──> look and plan again ... ──> tell
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nightlatch.domain.acting import Act, Call, Plan, Seen, Terms
from nightlatch.domain.actions import ActionKind
from nightlatch.domain.brakes import why_hold
from nightlatch.domain.errors import IllegalTransition, NotFound, NotYet, Refused, WorldMoved
from nightlatch.domain.policy import Mode, Policy
from nightlatch.domain.responses import Response, ResponseState, Signal
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.course import Course

MOST_CALLS = 60  # of one act; more means that somebody works against it
LOOKS_AGAIN = 2  # after AWS found the world to be otherwise than it was described a moment before
PAUSE_S = 3.0
MOST_PAUSES = 15
_NOTED = 500  # characters of a call that the ledger keeps


def respond(
    response_id: str, *, acts: Mapping[ActionKind, Act], policy: Policy, ports: RespondPorts, now: datetime
) -> Response:
    """Carry out an approved response once, verify it and have people told.

    A response that is over already comes back as it stands: the same message may arrive twice.

    Raises:
        NotFound: The ledger knows no such response.
        IllegalTransition: It is not approved, or another responder runs it now.
        Unavailable: AWS could not be asked; deliver the message again.
    """
    course = Course(ports.ledger.get(response_id), ports, now)
    if course.response.state in {ResponseState.SUCCEEDED, ResponseState.FAILED}:
        course.tell()
        course.make_moot()
        return course.response
    act = acts[course.response.action.kind]
    held = _why_hold(course.response, policy, ports, now)
    if held is not None and course.response.state is not ResponseState.PROPOSED:
        return course.hold(held, now + policy.buttons_live)
    try:
        if _begin(course, act, policy, ports, now):
            return _carry_out(course, act, policy, ports, now)
    except IllegalTransition:
        raise
    except (Refused, NotFound) as refusal:
        return course.end(Signal.FAIL, str(refusal))
    return course.response


def _why_hold(response: Response, policy: Policy, ports: RespondPorts, now: datetime) -> str | None:
    if ports.kill_switch.is_on():
        begun = "; it had begun, so look at the secret" if response.state is ResponseState.RUNNING else ""
        return f"the kill switch is on{begun}"
    if response.state is not ResponseState.APPROVED:
        return None
    return why_hold(response, ports.deeds.past(response), policy.limits, now)


def _begin(course: Course, act: Act, policy: Policy, ports: RespondPorts, now: datetime) -> bool:
    """Settle what is wished and start; False where it must wait for a person."""
    response = course.response
    if response.state is not ResponseState.APPROVED:  # a lease ran out: what was settled stays
        course.move(Signal.START)
        return True
    seen = course.look(act.needs)
    terms = _terms(response, seen, policy, ports, now)
    if response.is_by_policy and terms.protection.mode is Mode.NOTIFY:
        course.hold(f"the policy's mode for {response.action.name} is notify", now + policy.buttons_live)
        return False
    if response.is_by_policy and terms.protection.mode is Mode.OBSERVE:
        raise Refused(f"not done: the policy's mode for {response.action.name} is observe")
    settled = act.settle(response.action, seen, terms)
    people = max(response.people, act.people(settled, seen))
    if len(response.yeses) < people:
        _ask(course, people, now, policy)
        return False
    course.move(Signal.START, action=settled, operations=act.operations, people=people)
    return True


def _ask(course: Course, people: int, now: datetime, policy: Policy) -> None:
    until = now + policy.buttons_live
    if course.response.is_by_policy:
        course.hold(f"{people} people must say yes to this", until, people=people)
    else:
        who = course.response.approved_by
        course.hold(f"{people} people must say yes to this; {who} did", until, Signal.ASK, people=people)


def _terms(response: Response, seen: Seen, policy: Policy, ports: RespondPorts, now: datetime) -> Terms:
    """Judge by the name that AWS gives, not by how the secret was called."""
    names = [seen.secret.name] if seen.secret is not None else [one.name for one in response.action.held]
    doubted = [o.action for o in ports.offers.on(response.action.keys) if o.action.kind is ActionKind.ROLL_BACK]
    suspects = {version for a in doubted for version in (*a.avoid, a.away_from) if version is not None}
    return Terms(
        policy=policy,
        protection=policy.least_protection_of(names or [response.action.name]),
        now=now,
        suspects=frozenset(suspects),
    )


def _carry_out(course: Course, act: Act, policy: Policy, ports: RespondPorts, now: datetime) -> Response:
    looks_left = LOOKS_AGAIN
    action = course.response.action
    for _ in range(MOST_CALLS):
        plan = act.plan(action, course.look(act.needs))
        if not plan.calls:
            course.end(Signal.SUCCEED, _told(plan, course.response))
            course.make_moot()
            return course.response
        if ports.kill_switch.is_on():
            return course.hold("the kill switch was turned on; it had begun", now + policy.buttons_live)
        call = plan.calls[0]
        try:
            request_id = _patiently(call, action.name, ports)
        except Refused as refusal:
            is_worth_a_look = call.may_be_refused or isinstance(refusal, WorldMoved)
            if not (is_worth_a_look and looks_left):
                raise
            looks_left -= 1
            ports.pause(PAUSE_S)
            continue
        ports.deeds.record_own(course.response, request_id, version_id=call.version_id)
        course.move(Signal.CALL, call.command[:_NOTED], request_id=request_id)
    raise WorldMoved(f"{action.name} is not as wished after {MOST_CALLS} calls; somebody works against it now")


def _patiently(call: Call, on: str, ports: RespondPorts) -> str:
    """Make a call that AWS may not take yet: a name stays held for some seconds after a deletion by force."""
    for _ in range(MOST_PAUSES):
        try:
            return ports.hand.perform(call, on)
        except NotYet:
            ports.pause(PAUSE_S)
    return ports.hand.perform(call, on)


def _told(plan: Plan, response: Response) -> str:
    was_done = any(step.signal is Signal.CALL for step in response.steps)
    if plan.already and not was_done:
        return plan.already
    return plan.says + "".join(f"; careful: {warning}" for warning in plan.warnings)
