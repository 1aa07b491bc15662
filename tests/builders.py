"""Builders with defaults for findings, incidents, responses and secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.incidents import Incident, open_incident
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, Step, advance
from nightlatch.domain.answering.snoozes import Snooze
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, a_secret, a_user
from nightlatch.domain.judging.findings import Finding, Remedy, Severity, State
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS, SecretState, Version

APPROVER = "ben (U0BEN)"


def a_finding(
    *,
    rule: str = "deletion.scheduled",
    by: Principal | None = None,
    secrets: tuple[SecretRef, ...] = (),
    after_s: float = 0,
    lasting_s: float = 0,
    event_ids: tuple[str, ...] = (),
    severity: Severity = Severity.HIGH,
    state: State = State.OPEN,
    remedy: Remedy | None = None,
    subject: str | None = None,
    calls: tuple[str, ...] = ("DeleteSecret",),
    headline: str = "{who} deleted {secrets} {span}",
    reason: str = "a deletion was scheduled",
) -> Finding:
    """A finding about one principal; `after_s` seconds after nine o'clock."""
    who = by or a_user("mallory")
    first = AT + timedelta(seconds=after_s)
    return Finding(
        rule=rule,
        catalogue="DEL-01",
        severity=severity,
        state=state,
        headline=headline,
        reason=reason,
        subject=subject or f"principal:{who.key}",
        principal=who,
        account_id=ACCOUNT,
        region=REGION,
        calls=calls,
        techniques=("T1485",),
        event_ids=event_ids or (f"event-{after_s:g}",),
        first_seen=first,
        last_seen=first + timedelta(seconds=lasting_s),
        secrets=secrets or (a_secret(),),
        remedy=remedy,
    )


def a_response(
    state: ResponseState = ResponseState.PROPOSED,
    *,
    now: datetime = AT,
    action: Action | None = None,
    secret: SecretRef | None = None,
    **changes: Any,
) -> Response:
    """A response that came to its state along the table."""
    response = Response(
        id="r-1",
        action=action or Action(kind=ActionKind.ROLL_BACK, secret=secret or a_secret(), away_from="v2"),
        state=ResponseState.PROPOSED,
        reason="mallory overwrote the value",
        caused_by=a_user("mallory"),
        incident_id="inc-1",
        proposed_at=now,
        expires_at=now + timedelta(hours=8),
        button="b-1",
    )
    for signal in _ROADS[state]:
        response = advance(response, signal, actor=APPROVER, now=now)
    return replace(response, **changes)


_ROADS: dict[ResponseState, tuple[Signal, ...]] = {
    ResponseState.PROPOSED: (),
    ResponseState.APPROVED: (Signal.APPROVE,),
    ResponseState.DENIED: (Signal.DENY,),
    ResponseState.EXPIRED: (Signal.EXPIRE,),
    ResponseState.RUNNING: (Signal.APPROVE, Signal.START),
    ResponseState.SUCCEEDED: (Signal.APPROVE, Signal.START, Signal.SUCCEED),
    ResponseState.FAILED: (Signal.APPROVE, Signal.START, Signal.FAIL),
}


def approved_by_policy(response: Response) -> Response:
    """The same response as policy allows it without asking."""
    step = Step(at=response.proposed_at, signal=Signal.APPROVE, actor="policy built-in")
    return replace(response, state=ResponseState.APPROVED, steps=(step,))


def a_version(version_id: str, *labels: str, key_id: str | None = None, created_at: datetime | None = None) -> Version:
    """A version with labels."""
    return Version(id=version_id, labels=frozenset(labels), key_id=key_id, created_at=created_at)


def a_state(*versions: Version, **changes: Any) -> SecretState:
    """A secret with v2 current and v1 previous, unless versions are given."""
    state = SecretState(
        arn=a_secret().text,
        name="prod/db",
        versions=versions or (a_version("v1", PREVIOUS), a_version("v2", CURRENT)),
    )
    return replace(state, **changes)


def an_incident(*findings: Finding) -> Incident:
    """Build an incident of one or more findings."""
    first, *more = findings or (a_finding(),)
    return replace(open_incident(first, policy_digest="0123456789ab"), findings=(first, *more))


def a_snooze(number: int = 1, until: datetime = AT + timedelta(hours=1), **changes: Any) -> Snooze:
    """Somebody's wish, at nine o'clock, not to hear of an incident for an hour."""
    snooze = Snooze(number=number, by="ana", how="signed", reason="known", at=AT, until=until, severity=Severity.HIGH)
    return replace(snooze, **changes)
