"""Does what a person asks for: the plan with every warning first, then the same road as a button.

The wish becomes a response in the ledger and goes through the responder's queue; nothing here writes to a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.answering.acting import Act, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Approver, Policy
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, Step, response_id
from nightlatch.domain.answering.stopping import LIFTS
from nightlatch.domain.containing.iam_identities import split_target
from nightlatch.domain.errors import Unauthorised
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.judging.findings import Finding
from nightlatch.service.act_ports import Offers, Sight
from nightlatch.service.approve import known_by
from nightlatch.service.ports import Incidents, Ledger

WISH_LIVES = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be done, as shown before anybody says yes."""

    action: Action  # settled
    seen: Seen
    plan: Plan
    people: int

    @property
    def is_something(self) -> bool:
        """Whether a yes would do anything: a call, or what the ledger alone takes note of."""
        return bool(self.plan.calls) or self.plan.takes_note


@dataclass(frozen=True, slots=True, kw_only=True)
class WishPorts:
    """Where a wish is written down."""

    ledger: Ledger
    offers: Offers
    incidents: Incidents
    mint: Callable[[], str]  # opaque ids for buttons


def preview(action: Action, *, acts: Mapping[ActionKind, Act], policy: Policy, sight: Sight, now: datetime) -> Preview:
    """Look, and plan what is asked for.

    Raises:
        NotFound: What it is about is not there.
        Refused: It cannot be done; the message says why and what to do.
        Unavailable: AWS could not be asked.
    """
    act = acts[action.kind]
    seen = sight.look(action, act.needs)
    name = seen.secret.name if seen.secret is not None else action.name
    terms = Terms(policy=policy, protection=policy.protection_of(name), now=now)
    settled = act.settle(action, seen, terms)
    return Preview(action=settled, seen=seen, plan=act.plan(settled, seen), people=act.people(settled, seen))


def request(  # noqa: PLR0913 - what, who, by which choices, and the world
    wished: Preview,
    *,
    by: Principal,
    approver: Approver,
    policy: Policy,
    ports: WishPorts,
    now: datetime,
    told: Finding | None = None,
) -> Response:
    """Write a wish into the ledger, approved by who asks; asking twice within a minute is asking once.

    Where two people must say yes it becomes an offer that has one yes. The incident that offers the same shows it, or
    one about what shall be told of it.

    Raises:
        Unauthorised: Whoever asks acted in the event that this answers, or it would let themselves go.
        Unavailable: The ledger could not be asked.
    """
    action = wished.action
    alone = wished.people == 1
    same = [offer for offer in ports.offers.on(action.keys) if offer.action.kind is action.kind]
    _refuse_their_own(action, approver, same)
    yes = Step(
        at=now,
        signal=Signal.APPROVE,
        actor=approver.title,
        how=known_by(by),
    )
    incident_id = next((offer.incident_id for offer in same if offer.incident_id is not None), None)
    if told is not None:
        incident_id = ports.incidents.fold(told, policy_digest=policy.digest)[0].id
    response, _ = ports.ledger.propose(
        Response(
            id=response_id(action, f"{_state(action)}{'!' * action.force}@{now:%Y%m%d%H%M}"),
            action=action,
            state=ResponseState.APPROVED if alone else ResponseState.PROPOSED,
            reason=f"asked for by {by.title}",
            caused_by=by,
            incident_id=incident_id,
            proposed_at=now,
            expires_at=now + (WISH_LIVES if alone else policy.buttons_live),
            button=ports.mint(),
            preflight=wished.plan.preflight,
            people=wished.people,
            steps=(yes,),
        )
    )
    if incident_id is not None:
        ports.incidents.link(incident_id, response.id)
    return response


def _state(action: Action) -> str:
    """Name the state that is wished: the wish for another one is another wish."""
    return f"{action.away_from}>{action.to}" + (f"={action.snapshot}" if action.snapshot else "")


def _refuse_their_own(action: Action, approver: Approver, same: Iterable[Response]) -> None:
    """Keep from the command line what the button refuses; what they wished themselves is no event."""
    theirs = [offer for offer in same if any(approver.is_also(actor) for actor in offer.actors)]
    if any(approver.title not in offer.yeses for offer in theirs):
        raise Unauthorised(f"{approver.name} acted in this event and may not decide about it; ask another approver")
    if action.kind in LIFTS.values() and approver.names(split_target(action.target)[0]):
        raise Unauthorised(f"{approver.name} may not let themselves go; ask another approver")
