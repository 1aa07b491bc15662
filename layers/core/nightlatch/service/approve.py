"""Takes a person's yes or no: finds what the button means, who pressed it, and moves the response once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from nightlatch.domain.answering.policy import Approver, Policy
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.errors import IllegalTransition, Unauthorised
from nightlatch.domain.event.principals import Principal
from nightlatch.service.ports import Dispatch, Ledger, Notice


@dataclass(frozen=True, slots=True)
class ApprovePorts:
    """What an approval needs."""

    ledger: Ledger
    dispatch: Dispatch


def press(  # noqa: PLR0913 - who, what, how, and the world
    button: str, *, slack_id: str, signal: Signal, policy: Policy, ports: ApprovePorts, now: datetime
) -> Response:
    """Approve or deny the response behind a Slack button.

    Raises:
        NotFound: The button is unknown.
        Unauthorised: The person is no approver, or acted in the event itself.
        IllegalTransition: It was pressed before, has expired or has been done.
        Unavailable: The ledger or the queue could not be asked; press again.
    """
    response = ports.ledger.by_button(button)
    if signal not in {Signal.APPROVE, Signal.DENY}:
        raise IllegalTransition(f"response {response.id}: a button says yes or no; it cannot {signal}")
    return settle(response, approver_in_slack(slack_id, policy), signal, ports, now, how=signed_by(slack_id))


def approver_in_slack(slack_id: str, policy: Policy) -> Approver:
    """Find the approver that a Slack user is.

    Raises:
        Unauthorised: They are none.
    """
    approver = policy.approver(slack_id)
    if approver is None:
        raise Unauthorised(
            f"Slack user {slack_id} is not an approver; add them to the policy with their AWS principals"
        )
    return approver


def signed_by(slack_id: str) -> str:
    """Say how somebody in Slack was known."""
    return f"Slack user {slack_id}, request signed by Slack"


def known_by(principal: Principal) -> str:
    """Say how whoever holds AWS credentials was known."""
    return f"AWS principal {principal.arn or principal.key}, credentials checked by AWS"


def answer(  # noqa: PLR0913 - who, what, how, and the world
    response_id: str, *, principal: Principal, signal: Signal, policy: Policy, ports: ApprovePorts, now: datetime
) -> Response:
    """Approve or deny a response from the command line, as the AWS principal that one is signed in as.

    Raises:
        NotFound: The ledger knows no such response.
        Unauthorised: The principal belongs to no approver, or acted in the event itself.
        IllegalTransition: It was answered before, has expired or has been done.
        Unavailable: The ledger or the queue could not be asked; try again.
    """
    response = ports.ledger.get(response_id)
    return settle(response, approver_of(principal, policy), signal, ports, now, how=known_by(principal))


def approver_of(principal: Principal, policy: Policy) -> Approver:
    """Find the approver that an AWS principal belongs to.

    Raises:
        Unauthorised: It belongs to none, or to several: then one person could be two.
    """
    found = [approver for approver in policy.approvers if approver.signs_as(principal)]
    if not found:
        raise Unauthorised(f"{principal.arn or principal.key} is not an approver; add it to an approver in the policy")
    if len(found) > 1:
        names = " or ".join(approver.name for approver in found)
        raise Unauthorised(f"{principal.arn or principal.key} may be {names}; answer in Slack, or as one of them")
    return found[0]


def settle(  # noqa: PLR0913 - what, who, how they are known, and the world
    response: Response, approver: Approver, signal: Signal, ports: ApprovePorts, now: datetime, *, how: str
) -> Response:
    """Take one person's yes or no.

    Raises:
        Unauthorised: They acted in the event, or would be the second person behind themselves.
        IllegalTransition: It was answered before, has expired or has been done.
        Unavailable: The ledger or the queue could not be asked; try again.
    """
    actor = approver.title
    if any(approver.is_also(actor) for actor in response.actors):
        _refuse_unless_withdrawn(response, approver, signal, asked=response.was_wished_by(actor))
    if signal is Signal.APPROVE and response.state is ResponseState.APPROVED and actor in response.yeses:
        # Their yes was written but its message may have been lost: the queue drops a duplicate.
        ports.dispatch.respond(response)
        return response
    moved = _moved(response, partial(advance, signal=signal, actor=actor, now=now, how=how), ports)
    if moved.state is ResponseState.APPROVED:
        ports.dispatch.respond(moved)
    if moved.incident_id is not None:
        ports.dispatch.alert(Notice(moved.incident_id, f"{moved.id}-{len(moved.steps)}"))
    return moved


def _refuse_unless_withdrawn(response: Response, approver: Approver, signal: Signal, *, asked: bool) -> None:
    """Let somebody take back what they asked for themselves, and nothing else of their own doing.

    Raises:
        Unauthorised: They acted in the event, or would be the second person behind themselves.
    """
    if not asked:
        raise Unauthorised(f"{approver.name} acted in this event and may not decide about it; ask another approver")
    if signal is not Signal.DENY:
        raise Unauthorised(
            f"{approver.name} asked for this and counts once; another approver must say yes, and you may take it back:"
            f" nightlatch approve {response.id} --deny"
        )


def _moved(response: Response, step: Callable[[Response], Response], ports: ApprovePorts) -> Response:
    """Write the answer down; once more where the responder noted what it would do at this very moment."""
    moved = step(response)
    try:
        ports.ledger.move(moved, was=response.state)
    except IllegalTransition:
        now_stands = ports.ledger.get(response.id)
        if now_stands.state is not response.state or now_stands.yeses != response.yeses:
            raise
        moved = step(now_stands)
        ports.ledger.move(moved, was=now_stands.state)
    return moved
