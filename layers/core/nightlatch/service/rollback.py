"""Rolls a secret back at a person's wish: plan with every warning first, then the same road as a button.

The request becomes an approved response in the ledger and goes through the responder's queue; nothing
here writes to a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.policy import Approver
from nightlatch.domain.principals import Principal
from nightlatch.domain.responses import Action, ActionKind, Response, ResponseState, Signal, Step, response_id
from nightlatch.domain.secrets import SecretRef
from nightlatch.domain.versions import Rollback, SecretState, plan_rollback
from nightlatch.service.ports import Ledger, Secrets

WISH_LIVES = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """What would be done, as shown before anybody says yes."""

    secret: SecretRef
    state: SecretState
    rollback: Rollback


def plan(secret: SecretRef, *, to: str | None, secrets: Secrets) -> RollbackPlan:
    """Describe the secret and plan to go back.

    Raises:
        NotFound: There is no such secret.
        Refused: It cannot be rolled back; the message says why and what to do.
        Unavailable: Secrets Manager could not be asked.
    """
    state = secrets.describe(secret)
    return RollbackPlan(secret=secret, state=state, rollback=plan_rollback(state, to=to))


def request(wish: RollbackPlan, *, by: Principal, approver: Approver, ledger: Ledger, now: datetime) -> Response:
    """Write the approved response for a plan into the ledger; asking twice within a minute is asking once.

    Raises:
        Unavailable: The ledger could not be asked.
    """
    action = Action(
        kind=ActionKind.ROLL_BACK, secret=wish.secret, away_from=wish.rollback.away_from, to=wish.rollback.to
    )
    approved = Step(at=now, signal=Signal.APPROVE, actor=f"{approver.name} ({approver.slack_id})")
    wanted = Response(
        id=response_id(action, f"{wish.rollback.away_from}>{wish.rollback.to}@{now:%Y%m%d%H%M}"),
        action=action,
        state=ResponseState.APPROVED,
        reason=f"asked for by {by.title}",
        caused_by=by,
        incident_id=None,
        proposed_at=now,
        expires_at=now + WISH_LIVES,
        steps=(approved,),
    )
    response, _ = ledger.propose(wanted)
    return response
