"""Carries one approved response out: the only place in nightlatch that writes to AWS's own things.

brakes ──> look ──> settle the wish ──> START ──> plan ──> first call ──> note it ──> look and plan again ... ──> tell
                                                            (nothing left) ──> offer what follows from it ──────────┘
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nightlatch.domain.answering.acting import Act, Call, Plan
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.brakes import why_hold
from nightlatch.domain.answering.policy import Mode, Policy
from nightlatch.domain.answering.responses import Response, ResponseState, Signal
from nightlatch.domain.errors import IllegalTransition, NotFound, NotYet, Refused, WorldMoved
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.course import Course
from nightlatch.service.preflight import show_preflight, terms_of
from nightlatch.service.sequels import finish

MOST_CALLS = 60  # of one act; more means that somebody works against it
LOOKS_AGAIN = 2  # after AWS found the world to be otherwise than it was described a moment before
PAUSE_S = 3.0
MOST_PAUSES = 20  # a minute, twice as long as a name was seen to be held
_NOTED = 500  # characters of a call that the ledger keeps


def respond(
    response_id: str, *, acts: Mapping[ActionKind, Act], policy: Policy, ports: RespondPorts, now: datetime
) -> Response:
    """Carry out an approved response once, verify it and have people told; of an offer, look what it would do.

    A response that is over already comes back as it stands: the same message may arrive twice.

    Raises:
        NotFound: The ledger knows no such response.
        IllegalTransition: It is not approved, or another responder runs it now.
        Unavailable: AWS could not be asked; deliver the message again.
    """
    course = Course(ports.ledger.get(response_id), ports, now)
    if course.response.state in {ResponseState.SUCCEEDED, ResponseState.FAILED}:
        ports.ledger.note(course.response)
        course.tell()
        course.make_moot()
        return course.response
    act = acts[course.response.action.kind]
    if course.response.state is ResponseState.PROPOSED:
        return show_preflight(course, act, policy, ports, now)
    held = _why_hold(course.response, policy, ports, now)
    if held is not None:
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
    terms = terms_of(response, seen, policy, ports, now)
    if response.is_by_policy and terms.protection.mode is Mode.NOTIFY:
        course.hold(f"the policy's mode for {response.action.name} is notify", now + policy.buttons_live)
        return False
    if response.is_by_policy and terms.protection.mode is Mode.OBSERVE:
        raise Refused(f"not done: the policy's mode for {response.action.name} is observe")
    settled = act.settle(response.action, seen, terms)
    people = max(response.people, act.people(settled, seen))
    if (1 if response.is_by_policy else len(response.persons)) < people:
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


def _carry_out(course: Course, act: Act, policy: Policy, ports: RespondPorts, now: datetime) -> Response:
    looks_left = LOOKS_AGAIN
    action = course.response.action
    tried: dict[str, str] = {}  # calls that are worth one try, and why AWS refused them
    for _ in range(MOST_CALLS):
        seen = course.look(act.needs)
        plan = act.plan(action, seen)
        if not plan.calls:
            return finish(course, act.sequel(action, seen), _told(plan, course.response), policy, ports)
        if ports.kill_switch.is_on():
            return course.hold("the kill switch was turned on; it had begun", now + policy.buttons_live)
        call = next((one for one in plan.calls if one.command not in tried), None)
        if call is None and all(one.is_extra for one in plan.calls):
            left = "".join(f"; but not {one.operation}: {tried[one.command]}" for one in plan.calls)
            return finish(course, act.sequel(action, seen), f"{_told(plan, course.response)}{left}", policy, ports)
        refusal = _make(call, course, ports, tried) if call is not None else _not_as_wished(plan, tried)
        if refusal is None:
            continue
        if not (looks_left and isinstance(refusal, WorldMoved)):
            raise refusal
        looks_left -= 1
        ports.pause(PAUSE_S)
    raise WorldMoved(f"{action.name} is not as wished after {MOST_CALLS} calls; somebody works against it now")


def _make(call: Call, course: Course, ports: RespondPorts, tried: dict[str, str]) -> Refused | NotFound | None:
    """Make a call and note it; give what AWS refused it with, unless it was only worth a try."""
    try:
        request_id = _patiently(call, course.response.action.name, ports)
    except (Refused, NotFound) as refusal:
        if not (call.may_be_refused or call.is_extra):
            return type(refusal)(f"{refusal}; {call.otherwise}") if call.otherwise else refusal
        tried[call.command] = str(refusal)
        return None
    if call.may_be_refused or call.is_extra:
        tried[call.command] = ""
    ports.deeds.record_own(course.response, request_id, version_id=call.version_id)
    course.move(Signal.CALL, call.noted[:_NOTED], request_id=request_id)
    return None


def _not_as_wished(plan: Plan, tried: Mapping[str, str]) -> WorldMoved:
    """Say what is still to do where each of it was tried: what AWS describes may lag behind."""
    why = "; ".join(f"{one.operation}: {tried[one.command] or 'done, and not to be seen'}" for one in plan.calls)
    return WorldMoved(f"{plan.says}, but not everything was done: {why}")


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
