"""What may be done about a finding, and the only ways in which a response moves from state to state.

    proposed ──APPROVE──> approved ──START──> running ──SUCCEED──> succeeded
       │  └──DENY──> denied    │  ▲              └──FAIL──> failed
       └──EXPIRE─> expired     │  └──START (a lease ran out: the act is tried again)
                               └──FAIL──> failed   (refused before it began)

A response that policy allows without asking begins as approved. Nothing leaves a final state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from nightlatch.domain.errors import IllegalTransition
from nightlatch.domain.principals import Principal
from nightlatch.domain.secrets import SecretRef

BY_POLICY = "policy "  # begins the actor of a response that needed no person; the policy's digest follows
LEASE = timedelta(minutes=3)  # longer than the responder's timeout: then a started act was cut off


class ActionKind(StrEnum):
    """Everything nightlatch can do to a secret today."""

    PIN_SUPERSEDED = "pin-superseded"
    RESTORE_DELETED = "restore-deleted"
    ROLL_BACK = "roll-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One act on one secret.

    `away_from` and `to` are version ids: of a rollback what is left and what becomes current, of a pin `to` is the
    version that superseded the one to keep.
    """

    kind: ActionKind
    secret: SecretRef
    away_from: str | None = None
    to: str | None = None
    avoid: tuple[str, ...] = ()  # versions that a rollback must not end at: the same hand made them

    @property
    def calls(self) -> frozenset[str]:
        """The AWS calls that the act makes: how our own events are recognised while it runs."""
        if self.kind is ActionKind.RESTORE_DELETED:
            return frozenset({"RestoreSecret"})
        return frozenset({"UpdateSecretVersionStage"})


class ResponseState(StrEnum):
    """Where a response stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DENIED = "denied"
    EXPIRED = "expired"


class Signal(StrEnum):
    """What can happen to a response."""

    APPROVE = "approve"
    DENY = "deny"
    EXPIRE = "expire"
    START = "start"
    SUCCEED = "succeed"
    FAIL = "fail"


_TABLE: dict[tuple[ResponseState, Signal], ResponseState] = {
    (ResponseState.PROPOSED, Signal.APPROVE): ResponseState.APPROVED,
    (ResponseState.PROPOSED, Signal.DENY): ResponseState.DENIED,
    (ResponseState.PROPOSED, Signal.EXPIRE): ResponseState.EXPIRED,
    (ResponseState.APPROVED, Signal.START): ResponseState.RUNNING,
    (ResponseState.APPROVED, Signal.FAIL): ResponseState.FAILED,
    (ResponseState.RUNNING, Signal.SUCCEED): ResponseState.SUCCEEDED,
    (ResponseState.RUNNING, Signal.FAIL): ResponseState.FAILED,
}
FINAL = frozenset(ResponseState) - {state for state, _ in _TABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move of a response, for the audit record."""

    at: datetime
    signal: Signal
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An act with its approval, its history and its result; stored in the ledger."""

    id: str
    action: Action
    state: ResponseState
    reason: str
    caused_by: Principal  # who acted in the event: may not approve the answer to it
    incident_id: str | None
    proposed_at: datetime
    expires_at: datetime
    button: str = ""  # opaque id that a message carries; it says nothing by itself
    steps: tuple[Step, ...] = ()
    result: str = ""

    @property
    def started_at(self) -> datetime | None:
        """When the running act began."""
        starts = [step.at for step in self.steps if step.signal is Signal.START]
        return starts[-1] if starts else None

    @property
    def approved_by(self) -> str | None:
        """Who said yes."""
        return next((step.actor for step in self.steps if step.signal is Signal.APPROVE), None)


def response_id(action: Action, cause: str) -> str:
    """Name a response by what it does and why, so that a duplicate of its cause is the same response.

    Args:
        action: The act.
        cause: The event id of a deletion or write; the version id for a pin, which two channels report.
    """
    text = f"{action.kind}|{action.secret.keys[0]}|{cause}"
    return f"r-{sha256(text.encode()).hexdigest()[:20]}"


def next_id(earlier: str) -> str:
    """Name the response that takes the place of one whose offer ran out: the same again for a duplicate."""
    return f"r-{sha256(f'{earlier}|again'.encode()).hexdigest()[:20]}"


def has_run_out(response: Response, now: datetime) -> bool:
    """Tell whether a response was offered and nobody answered in time."""
    is_late = response.state is ResponseState.PROPOSED and now >= response.expires_at
    return is_late or response.state is ResponseState.EXPIRED


def advance(response: Response, signal: Signal, *, actor: str, now: datetime, note: str = "") -> Response:
    """Move a response along the table.

    Raises:
        IllegalTransition: The state does not allow the signal, or the response has expired.
    """
    if signal is Signal.APPROVE and now >= response.expires_at:
        raise IllegalTransition(f"response {response.id} expired at {response.expires_at:%H:%M} UTC; cannot approve it")
    if signal is Signal.START and _lease_ran_out(response, now):
        target: ResponseState | None = ResponseState.RUNNING
    else:
        target = _TABLE.get((response.state, signal))
    if target is None:
        raise IllegalTransition(f"response {response.id} is {response.state}; cannot {signal} it")
    step = Step(at=now, signal=signal, actor=actor, note=note)
    result = note if signal in {Signal.SUCCEED, Signal.FAIL, Signal.DENY} else response.result
    return replace(response, state=target, steps=(*response.steps, step), result=result)


def _lease_ran_out(response: Response, now: datetime) -> bool:
    started = response.started_at
    return response.state is ResponseState.RUNNING and started is not None and now >= started + LEASE
