"""Puts a guard back when the time for which it was lifted is over, by the same yes that lifted it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import (
    Response,
    ResponseState,
    Signal,
    Step,
    has_run_out,
    next_id,
    response_id,
)
from nightlatch.service.act_ports import Allowances
from nightlatch.service.ports import Dispatch, Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class LapsePorts:
    """What putting back needs."""

    allowances: Allowances
    ledger: Ledger
    dispatch: Dispatch


def put_guards_back(ports: LapsePorts, policy: Policy, now: datetime) -> tuple[Response, ...]:
    """Order the guards back whose time is over, each once; give what was ordered.

    Raises:
        Unavailable: The ledger or the queue could not be asked; the next tick does the rest.
    """
    ordered = []
    for allowed in ports.allowances.lapsed(now):
        secret = allowed.action.secret
        if secret is None or not allowed.action.force or not policy.protection_to_act(secret).is_guarded:
            continue
        back = _back(allowed, policy, now)
        response, is_new = ports.ledger.propose(back)
        while not is_new and has_run_out(response, now):  # the brake held it, and no incident shows it to anybody
            back = replace(back, id=next_id(response.id))
            response, is_new = ports.ledger.propose(back)
        if response.state is ResponseState.APPROVED:  # again where a crash kept it from the queue
            ports.dispatch.respond(response)
            ordered.append(response)
    return tuple(ordered)


def _back(allowed: Response, policy: Policy, now: datetime) -> Response:
    action = Action(kind=ActionKind.APPLY_GUARD, secret=allowed.action.secret)
    proposed = Response(
        id=response_id(action, allowed.id),
        action=action,
        state=ResponseState.APPROVED,
        reason=f"the time is over for which {allowed.id} had lifted the guard",
        caused_by=allowed.caused_by,
        also_by=allowed.also_by,
        incident_id=None,
        proposed_at=now,
        expires_at=now + policy.buttons_live,
    )
    return replace(proposed, steps=tuple(_yeses(allowed.yeses, allowed.id, now)))


def _yeses(people: Iterable[str], allowed_by: str, now: datetime) -> Iterable[Step]:
    how = f"said yes to {allowed_by}, which ends with this"
    return (Step(at=now, signal=Signal.APPROVE, actor=person, how=how) for person in people)
