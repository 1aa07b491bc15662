"""Writes what findings ask for into the ledger: once for each cause, and once for each wish.

Two handlers at the same moment may still write one wish twice; then the message shows one button, and the act that is
done ends the other offer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import (
    BY_POLICY,
    Response,
    ResponseState,
    Signal,
    advance,
    has_run_out,
    next_id,
)
from nightlatch.domain.answering.same_wishes import answers, with_what_is_new
from nightlatch.domain.errors import IllegalTransition
from nightlatch.service.act_ports import Offers
from nightlatch.service.ports import Ledger

HOW = "by the decision of the policy in force"  # how the yes of a policy is known
_DETECTOR = "detector"
_ATTEMPTS = 3


def written(  # noqa: PLR0913 - what, when, by which choices, and the two places
    wanted: Response, happened_at: datetime | None, *, policy: Policy, ledger: Ledger, offers: Offers, now: datetime
) -> tuple[Response, bool]:
    """Write a response and tell whether it is news; what stands there already is taken, with three exceptions.

    An offer that ran out is made anew. What one finding only offers, another may order (a reader that is refused and
    the deletion itself, in either order): then nobody needs to press the button any more. And what another finding
    knows beyond an offer is added to it.

    Args:
        wanted: What is asked for.
        happened_at: When it happened what it takes back; None where no finding asks for it.
        policy: Which says yes to what is ordered.
        ledger: Where it is written.
        offers: Where the same wish of another finding is looked for.
        now: When it is asked for.
    """
    standing = None if happened_at is None else _standing(wanted, happened_at, offers, now)
    response, is_new = (standing, False) if standing is not None else _proposed(wanted, ledger, now)
    if is_new:
        return response, True
    for _ in range(_ATTEMPTS):
        changed = _changed(response, wanted, policy, now)
        if changed is None:
            break
        try:
            ledger.move(changed, was=ResponseState.PROPOSED)
        except IllegalTransition:  # somebody pressed it meanwhile, or the responder noted what it would do
            response = ledger.get(response.id)
        else:
            return changed, changed.state is ResponseState.APPROVED or not changed.preflight
    return response, False


def _changed(response: Response, wanted: Response, policy: Policy, now: datetime) -> Response | None:
    """Give an offer with a yes or a doubt more, None where it stays as it stands."""
    if response.state is not ResponseState.PROPOSED:
        return None
    if wanted.state is ResponseState.APPROVED:
        return advance(response, Signal.APPROVE, actor=f"{BY_POLICY}{policy.digest}", now=now, how=HOW)
    joined = response if response.yeses else with_what_is_new(response, wanted)
    if joined is response:
        return None
    return advance(joined, Signal.LOOK, actor=_DETECTOR, now=now, note=wanted.reason)


def _standing(wanted: Response, happened_at: datetime, offers: Offers, now: datetime) -> Response | None:
    """Find what answers the wish of another cause; the same cause finds its response by its id."""
    found = offers.about(wanted.action.keys)
    if any(one.id == wanted.id for one in found):
        return None
    answering = [one for one in found if answers(one, wanted, happened_at, now)]
    return max(answering, key=lambda one: (one.state is ResponseState.PROPOSED, one.proposed_at, one.id), default=None)


def _proposed(wanted: Response, ledger: Ledger, now: datetime) -> tuple[Response, bool]:
    response, is_new = ledger.propose(wanted)
    while not is_new and has_run_out(response, now):
        wanted = replace(wanted, id=next_id(response.id))
        response, is_new = ledger.propose(wanted)
    return response, is_new
