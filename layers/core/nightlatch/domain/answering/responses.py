"""What was offered or ordered, and the only ways in which a response moves from state to state.

       ┌───────────── HOLD, ASK ──────────┬─────────┐
       ▼                                  │         │
    proposed ──APPROVE──> approved ──START──> running ──SUCCEED──> succeeded
     │ │ ▲ └───┘ (LOOK, one yes of two)  │         ▲  │ └──FAIL──> failed
     │ └─DENY──> denied            │         └──┘ CALL, or START (a lease ran out: the act goes on)
     └─EXPIRE─> expired            └──FAIL──> failed   (refused before it began)

A response that policy allows without asking begins as approved. HOLD takes it back to an offer, because a brake is on:
whoever said yes before must say it again. ASK does so because one more person must say yes, and keeps those given.
LOOK notes what an offer would do, for whoever is asked.
Nothing leaves a final state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from nightlatch.domain.answering.actions import Action
from nightlatch.domain.errors import IllegalTransition
from nightlatch.domain.event.principals import Principal

BY_POLICY = "policy "  # begins the actor of a response that needed no person; the policy's digest follows
LEASE = timedelta(minutes=3)  # longer than the responder's timeout: then a started act was cut off


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
    LOOK = "look"
    EXPIRE = "expire"
    START = "start"
    CALL = "call"
    HOLD = "hold"
    ASK = "ask"
    SUCCEED = "succeed"
    FAIL = "fail"


_TABLE: dict[tuple[ResponseState, Signal], ResponseState] = {
    (ResponseState.PROPOSED, Signal.APPROVE): ResponseState.APPROVED,
    (ResponseState.PROPOSED, Signal.LOOK): ResponseState.PROPOSED,
    (ResponseState.PROPOSED, Signal.DENY): ResponseState.DENIED,
    (ResponseState.PROPOSED, Signal.EXPIRE): ResponseState.EXPIRED,
    (ResponseState.APPROVED, Signal.START): ResponseState.RUNNING,
    (ResponseState.APPROVED, Signal.HOLD): ResponseState.PROPOSED,
    (ResponseState.APPROVED, Signal.ASK): ResponseState.PROPOSED,
    (ResponseState.APPROVED, Signal.FAIL): ResponseState.FAILED,
    (ResponseState.RUNNING, Signal.CALL): ResponseState.RUNNING,
    (ResponseState.RUNNING, Signal.HOLD): ResponseState.PROPOSED,
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
    how: str = ""  # how the actor was known: "Slack's signature", an AWS ARN
    request_id: str = ""  # AWS's, of a call that was made
    current: str = ""  # the version that readers got when the secret was last looked at


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
    preflight: tuple[str, ...] = ()  # what would be done and what may come of it, said before anybody says yes
    people: int = 1  # how many distinct people must say yes
    operations: frozenset[str] = frozenset()  # AWS's names of the calls it may make, from when it is started
    steps: tuple[Step, ...] = ()
    result: str = ""
    gone: bool = False  # it failed because what it is on was not there
    led_to: tuple[str, ...] = ()  # what it offered once it was done: ids of other responses
    after: str | None = None  # the response that it takes back: offered once that one is done
    also_by: tuple[Principal, ...] = ()  # who acted in other events that it answers, too: may not approve either

    @property
    def actors(self) -> tuple[Principal, ...]:
        """Everybody who acted in what it answers."""
        return (self.caused_by, *self.also_by)

    @property
    def has_changed_something(self) -> bool:
        """Whether a call was made that may be taken back."""
        return any(step.signal is Signal.CALL for step in self.steps)

    @property
    def started_at(self) -> datetime | None:
        """When the running act began."""
        starts = [step.at for step in self.steps if step.signal is Signal.START]
        return starts[-1] if starts else None

    @property
    def yeses(self) -> tuple[str, ...]:
        """Who said yes since it was last held."""
        held = max((n for n, step in enumerate(self.steps) if step.signal is Signal.HOLD), default=-1)
        return tuple(step.actor for step in self.steps[held + 1 :] if step.signal is Signal.APPROVE)

    def was_wished_by(self, actor: str) -> bool:
        """Whether somebody asked for it themselves: then their yes is its first step, before anybody could press."""
        first = self.steps[0] if self.steps else None
        return first is not None and first.signal is Signal.APPROVE and first.actor == actor

    @property
    def persons(self) -> tuple[str, ...]:
        """The people among them: the policy is nobody's second pair of eyes."""
        return tuple(yes for yes in self.yeses if not yes.startswith(BY_POLICY))

    @property
    def approved_by(self) -> str | None:
        """Who said yes, all of them in one line."""
        return " and ".join(self.yeses) or None

    @property
    def is_by_policy(self) -> bool:
        """Whether the policy alone said yes."""
        return bool(self.yeses) and not self.persons

    @property
    def waits_because(self) -> str:
        """Why it is offered though it was ordered or approved before; empty for an ordinary offer."""
        if self.state is not ResponseState.PROPOSED or not self.steps:
            return ""
        last = next((s for s in reversed(self.steps) if s.signal not in {Signal.APPROVE, Signal.LOOK}), None)
        return last.note if last is not None and last.signal in {Signal.HOLD, Signal.ASK} else ""


def awaiting(responses: Iterable[Response]) -> list[Response]:
    """Give those that wait for a person now: what takes another back waits until there is something to take back.

    Of equal wishes, which two handlers may have written at once, the first waits for all.
    """
    some = list(responses)
    done = {one.id for one in some if one.state is ResponseState.SUCCEEDED and one.has_changed_something}
    found: list[Response] = []
    for one in some:
        waits = one.state is ResponseState.PROPOSED and (one.after is None or one.after in done)
        if waits and not any(one.action.is_same_wish(other.action) for other in found):
            found.append(one)
    return found


def response_id(action: Action, cause: str) -> str:
    """Name a response by what it does and why, so that a duplicate of its cause is the same response.

    Args:
        action: The act.
        cause: The event id of a deletion or write; the version id for a pin, which two channels report.
    """
    what = f"{action.kind} {' '.join(action.parts)}" if action.parts else action.kind
    text = f"{what}|{action.keys[0]}|{cause}"
    return f"r-{sha256(text.encode()).hexdigest()[:20]}"


def next_id(earlier: str) -> str:
    """Name the response that takes the place of one whose offer ran out: the same again for a duplicate."""
    return f"r-{sha256(f'{earlier}|again'.encode()).hexdigest()[:20]}"


def has_run_out(response: Response, now: datetime) -> bool:
    """Tell whether a response was offered and nobody answered in time."""
    is_late = response.state is ResponseState.PROPOSED and now >= response.expires_at
    return is_late or response.state is ResponseState.EXPIRED


def advance(  # noqa: PLR0913 - who, what, how, and what is written down about it
    response: Response,
    signal: Signal,
    *,
    actor: str,
    now: datetime,
    note: str = "",
    how: str = "",
    request_id: str = "",
    current: str = "",
) -> Response:
    """Move a response along the table.

    Raises:
        IllegalTransition: The state does not allow the signal, it has expired, or this person said yes before.
    """
    if signal is Signal.APPROVE and now >= response.expires_at:
        raise IllegalTransition(f"response {response.id} expired at {response.expires_at:%H:%M} UTC; cannot approve it")
    target = _target(response, signal, now, actor)
    if target is None:
        raise IllegalTransition(f"response {response.id} is {response.state}; cannot {signal} it")
    step = Step(at=now, signal=signal, actor=actor, note=note, how=how, request_id=request_id, current=current)
    result = note if signal in {Signal.SUCCEED, Signal.FAIL, Signal.DENY} else response.result
    return replace(response, state=target, steps=(*response.steps, step), result=result)


def _target(response: Response, signal: Signal, now: datetime, actor: str) -> ResponseState | None:
    target = _TABLE.get((response.state, signal))
    if signal is Signal.START and _lease_ran_out(response, now):
        return ResponseState.RUNNING
    if signal is Signal.APPROVE and target is not None:
        if actor in response.yeses:
            raise IllegalTransition(f"response {response.id}: {actor} has said yes already; somebody else must too")
        is_enough = len(response.persons) + 1 >= response.people or actor.startswith(BY_POLICY)
        return target if is_enough else ResponseState.PROPOSED
    return target


def _lease_ran_out(response: Response, now: datetime) -> bool:
    started = response.started_at
    return response.state is ResponseState.RUNNING and started is not None and now >= started + LEASE
