"""Carries one approved response out: the only place in nightlatch that writes to Secrets Manager.

gather (the response, the secret as it is now) ──> judge (domain/versions) ──> act, verify, tell
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.errors import NotFound, Refused, WorldMoved
from nightlatch.domain.policy import Mode, Policy, Protection
from nightlatch.domain.responses import BY_POLICY, Action, ActionKind, Response, ResponseState, Signal, advance
from nightlatch.domain.versions import CURRENT, SecretState, plan_pin, plan_rollback, why_not_ours
from nightlatch.service.ports import Dispatch, KillSwitch, Ledger, Notice, Secrets

RESPONDER = "responder"


@dataclass(frozen=True, slots=True)
class RespondPorts:
    """What acting needs."""

    ledger: Ledger
    secrets: Secrets
    dispatch: Dispatch
    kill_switch: KillSwitch


def respond(response_id: str, *, policy: Policy, ports: RespondPorts, now: datetime) -> Response:
    """Carry out an approved response once, verify it and have people told.

    A response that is final already comes back as it stands: the same message may arrive twice.

    Raises:
        NotFound: The ledger knows no such response.
        IllegalTransition: It is not approved, or another responder runs it now.
        Unavailable: AWS could not be asked; the response stays running until its lease ends.
    """
    response = ports.ledger.get(response_id)
    if response.state in {ResponseState.SUCCEEDED, ResponseState.FAILED}:
        _tell(response, ports)
        return response
    if ports.kill_switch.is_on() and response.state is ResponseState.APPROVED:
        return _finish(response, Signal.FAIL, "not done: the kill switch is on", ports, now)
    running = advance(response, Signal.START, actor=RESPONDER, now=now)
    ports.ledger.move(running, was=response.state)
    if response.state is ResponseState.RUNNING and ports.kill_switch.is_on():
        stopped = "stopped: the kill switch is on; the act had begun before, so look at the secret"
        return _finish(running, Signal.FAIL, stopped, ports, now)
    try:
        result = _act(running, policy, ports, now)
    except (Refused, NotFound) as refusal:
        return _finish(running, Signal.FAIL, str(refusal), ports, now)
    return _finish(running, Signal.SUCCEED, result, ports, now)


def _finish(response: Response, signal: Signal, result: str, ports: RespondPorts, now: datetime) -> Response:
    done = advance(response, signal, actor=RESPONDER, now=now, note=result)
    ports.ledger.move(done, was=response.state)
    _tell(done, ports)
    return done


def _tell(response: Response, ports: RespondPorts) -> None:
    if response.incident_id is not None:
        ports.dispatch.alert(Notice(response.incident_id, f"{response.id}-{response.state}"))


def _act(response: Response, policy: Policy, ports: RespondPorts, now: datetime) -> str:
    secret = ports.secrets.describe(response.action.secret)
    protection = policy.protection_of(secret.name)
    reason = why_not_ours(secret) or _why_not_by_itself(response, secret, protection)
    if reason:
        raise Refused(reason)
    match response.action.kind:
        case ActionKind.PIN_SUPERSEDED:
            return _pin(response, secret, protection.pins, ports, now)
        case ActionKind.RESTORE_DELETED:
            return _restore(response, secret, ports)
        case ActionKind.ROLL_BACK:
            return _roll_back(response, secret, ports)


def _why_not_by_itself(response: Response, secret: SecretState, protection: Protection) -> str | None:
    """Check again, by the name that AWS gives, that policy lets nightlatch act here without a person."""
    if response.approved_by is None or not response.approved_by.startswith(BY_POLICY):
        return None
    if protection.mode is Mode.PROTECT:
        return None
    return f"not done: the policy's mode for secret {secret.name} is {protection.mode}"


def _pin(response: Response, secret: SecretState, budget: int, ports: RespondPorts, now: datetime) -> str:
    plan = plan_pin(secret, budget=budget, now=now, by=response.action.to)
    if plan is None:
        return "nothing to pin: the version before the current one is kept already, or there is none"
    target = response.action.secret
    for version_id, label in plan.drop:
        request_id = ports.secrets.move_label(target, label, to=None, away_from=version_id)
        ports.ledger.record_own(response, request_id, version_id=version_id)
    request_id = ports.secrets.move_label(target, plan.label, to=plan.version_id, away_from=None)
    ports.ledger.record_own(response, request_id, version_id=plan.version_id)
    return f"pinned version {plan.version_id} as {plan.label}"


def _restore(response: Response, secret: SecretState, ports: RespondPorts) -> str:
    if secret.deleted_at is None:
        return f"secret {secret.name} was restored already"
    request_id = ports.secrets.restore(response.action.secret)
    ports.ledger.record_own(response, request_id)
    after = ports.secrets.describe(response.action.secret)
    if after.deleted_at is not None:
        raise WorldMoved(f"secret {secret.name} is scheduled for deletion again; look who deletes it")
    return f"restored secret {secret.name}; it can be read again"


def _roll_back(response: Response, secret: SecretState, ports: RespondPorts) -> str:
    action: Action = response.action
    plan = plan_rollback(secret, away_from=action.away_from, to=action.to, avoid=action.avoid)
    request_id = ports.secrets.move_label(action.secret, CURRENT, to=plan.to, away_from=plan.away_from)
    ports.ledger.record_own(response, request_id, version_id=plan.to)
    after = ports.secrets.describe(action.secret).current
    if after is None or after.id != plan.to:
        now_current = after.id if after else "none"
        raise WorldMoved(f"secret {secret.name}: current is {now_current}, not {plan.to}; somebody writes it now")
    warnings = "".join(f"; careful: {warning}" for warning in plan.warnings)
    return f"rolled secret {secret.name} back from version {plan.away_from} to {plan.to}{warnings}"
