"""What follows from an act that is done: other acts are offered, and of a moved secret it is noted what it was.

Who still refers to the old ARN is looked for, too. All of it is written before the act counts as done, so a crash
between loses nothing, and all of it may be done twice.
"""

from __future__ import annotations

from nightlatch.domain.answering.acting import Moved, Sequel
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, response_id
from nightlatch.domain.errors import NightlatchError
from nightlatch.domain.event.principals import NOBODY, Principal
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.course import Course


def finish(course: Course, sequel: Sequel, told: str, policy: Policy, ports: RespondPorts) -> Response:
    """End a response that succeeded, with all that follows from it."""
    offered = tuple(_offer(action, course, policy, ports) for action in sequel.offers)
    if sequel.moved is not None:
        ports.moves.record_moved(course.response, sequel.moved)
        told += _ask_who_points_to(sequel.moved, course.response, ports)
    course.end(Signal.SUCCEED, told, led_to=offered)
    course.make_moot()
    return course.response


def _offer(action: Action, course: Course, policy: Policy, ports: RespondPorts) -> str:
    """Offer an act in the same incident; it is the same offer if it is made again."""
    done = course.response
    response, _ = ports.ledger.propose(
        Response(
            id=response_id(action, done.id),
            action=action,
            state=ResponseState.PROPOSED,
            reason=f"follows from {done.action.kind} ({done.id})",
            caused_by=_caused_by(done, policy),
            also_by=done.also_by,
            incident_id=done.incident_id,
            proposed_at=course.now,
            expires_at=course.now + policy.buttons_live,
            button=ports.mint(),
        )
    )
    return response.id


def _caused_by(done: Response, policy: Policy) -> Principal:
    """Name whoever made the act necessary, and nobody where the act was somebody's own wish: they may go on with it."""
    theirs = {one.title for one in policy.approvers if one.is_also(done.caused_by)}
    return NOBODY if theirs & {*done.yeses} else done.caused_by


def _ask_who_points_to(moved: Moved, done: Response, ports: RespondPorts) -> str:
    """Have it looked for elsewhere: it takes longer than people should wait for the secret."""
    try:
        ports.enquiries.who_points_to(moved, done.incident_id)
    except NightlatchError as error:
        return f"; who still points to the old ARN was not looked for ({error}): nightlatch references {moved.old}"
    return ""
