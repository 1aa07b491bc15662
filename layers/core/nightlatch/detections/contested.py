"""Somebody undoes what nightlatch does, again and again: two controllers that do not know of each other never end.

An operator that sets a whole policy at each reconcile takes a guard out each time, and a pipeline that deletes what
nightlatch restores will delete it again. nightlatch stops by itself (its brakes), and this says against whom. Once is
no conflict: whoever changed something may not have known. A policy that keeps every Deny of ours undoes nothing.

Source: the operator of External Secrets, whose reconcile deleted resource policies (its issue 6806); design, product
3.2; ATT&CK T1685.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import WAITED, a_denial, a_role, a_secret, an_event
from nightlatch.domain.history.sightings import Sighting, sighting_of, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

CONFLICT = timedelta(hours=24)
ROUNDS = 2  # once may be chance
_DELETE, _RESTORE = "DeleteSecret", "RestoreSecret"
_PUT_POLICY, _DELETE_POLICY = "PutResourcePolicy", "DeleteResourcePolicy"
_OURS = {_DELETE: (_RESTORE,), _PUT_POLICY: (_PUT_POLICY,), _DELETE_POLICY: (_PUT_POLICY,)}
_THEIRS = {
    _DELETE: (_DELETE,),
    _PUT_POLICY: (_PUT_POLICY, _DELETE_POLICY),
    _DELETE_POLICY: (_PUT_POLICY, _DELETE_POLICY),
}


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire where this call undoes what nightlatch did, and another did so within the day before."""
    if event.secret is None or not event.succeeded:
        return None
    ours, theirs = _OURS[event.name], _THEIRS[event.name]
    done = baseline.done_to(event.secret, *ours, *theirs).only(succeeded).between(event.at - CONFLICT, event.at)
    undone = list(_undone(done, theirs))
    if len(undone) >= ROUNDS and undone[-1].event_id == event.event_id:
        return Match(
            reason=(
                f"what nightlatch did was undone {len(undone)} times within 24 hours, this time with {event.name}:"
                " another controller owns this secret or its policy, and nightlatch will not fight it"
            ),
            evidence=Evidence.of(*undone),
        )
    may_be_late = any(call.own for call in done) and not baseline.elapsed
    return Wait(LATENESS) if may_be_late else None


def _undone(done: Iterable[Sighting], theirs: Iterable[str]) -> Iterator[Sighting]:
    """Give the calls of others that undo what nightlatch did just before them."""
    before: Sighting | None = None
    for call in sorted(done, key=_in_turn):
        if call.own:
            before = call
        elif call.name in theirs:
            if before is not None and (before.name == _RESTORE or set(before.denials) - set(call.denials)):
                yield call
            before = None


def _in_turn(call: Sighting) -> tuple[datetime, bool]:
    """Put our call behind what it answers, where records tell the same second of both."""
    return call.at, call.own


_ESO = a_role("external-secrets", "reconciler")
_GUARD = {
    "Sid": "NightlatchNoForceDelete",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "secretsmanager:DeleteSecret",
    "Resource": "*",
    "Condition": {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
}
_READ = {"Effect": "Allow", "Principal": {"AWS": _ESO.key}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}


def _call(name: str, minute: float, *statements: object) -> SecretEvent:
    policy = {"resourcePolicy": json.dumps({"Version": "2012-10-17", "Statement": statements})} if statements else {}
    asked = {"secretId": a_secret().text, **policy}
    return an_event(name, secret=a_secret(), by=_ESO, after_s=60 * minute, request=asked)


def _own(event: SecretEvent) -> Sighting:
    return replace(sighting_of(replace(event, event_id=f"own-{event.event_id}")), own=True)


def _case(name: str, event: SecretEvent, *before: Sighting | SecretEvent, severity: Severity | None = None) -> Example:
    """Judge a call after its wait, with what nightlatch and others did before it."""
    known = [one if isinstance(one, Sighting) else sighting_of(one) for one in before]
    baseline = Baseline(on_secret=Trail.of([*known, sighting_of(event)]), settled=WAITED)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


_GUARDED = [_own(_call(_PUT_POLICY, minute, _READ, _GUARD)) for minute in (-120, -59)]
_RESTORED = [_own(_call(_RESTORE, minute)) for minute in (-19, -9)]
_GONE = _call(_DELETE_POLICY, -60)

DETECTION = Detection(
    id="monitor.contested",
    catalogue="MON-04",
    title="Another controller undoes what nightlatch does",
    headline="{who} undoes what nightlatch does to {secrets}, again and again",
    severity=Severity.CRITICAL,
    event_names=secrets_manager(_DELETE, _PUT_POLICY, _DELETE_POLICY),
    techniques=("T1685",),
    evaluate=evaluate,
    blind_spots=(
        "Only guards and restored deletions are watched: whoever moves a label back after a rollback is told by "
        "change.current-moved. Rounds that are more than a day apart are no conflict. What our own calls were, the "
        "ledger knows for a week; a hunt over old logs knows none."
    ),
    playbook="""\
nightlatch has stopped: after two rounds in a day its next act waits for a person. Find out who should win first.
An operator or pipeline that sets the whole policy: set `keep_policy: false`, or put the guard's statements in its code.
It should not own this policy: take the secret out of its configuration, then approve what waits.
A pipeline that deletes on purpose: `nightlatch allow SECRET --action delete --for 2h --reason TEXT`, or declare it.
Nobody knows the actor: treat it as an attack. Stop the principal, then approve what waits.""",
    examples=(
        _case(
            "an operator deletes the policy at each reconcile, the second time",
            _call(_DELETE_POLICY, 0),
            *_GUARDED,
            _GONE,
            severity=Severity.CRITICAL,
        ),
        _case(
            "it puts its own policy without the guard instead",
            _call(_PUT_POLICY, 0, _READ),
            *_GUARDED,
            _call(_PUT_POLICY, -60, _READ),
            severity=Severity.CRITICAL,
        ),
        _case(
            "a pipeline deletes again what nightlatch has restored",
            _call(_DELETE, 0),
            _call(_DELETE, -20),
            _RESTORED[0],
            _call(_DELETE, -10),
            _RESTORED[1],
            severity=Severity.CRITICAL,
        ),
        _case("the guard is taken out for the first time", _call(_DELETE_POLICY, 0), _GUARDED[0]),
        _case("a policy that keeps the guard", _call(_PUT_POLICY, 0, _GUARD, _READ), *_GUARDED, _GONE),
        _case("a secret is deleted twice, and nightlatch did nothing", _call(_DELETE, 0), _call(_DELETE, -10)),
        _case(
            "AWS refuses the second time",
            an_event(_DELETE_POLICY, secret=a_secret(), by=_ESO, failure=a_denial(_DELETE_POLICY, "prod/db")),
            *_GUARDED,
            _GONE,
        ),
    ),
)
