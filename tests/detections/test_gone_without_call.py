"""An end without a beginning is believed only after a quarter of an hour, and told once for the account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from nightlatch.detections.gone_without_call import DETECTION
from nightlatch.domain.answering.incidents import incident_key
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import ACCOUNT, WAITED, a_secret, a_service_event, an_event, sightings
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Severity, State, fold
from nightlatch.domain.judging.rules import Match, Wait, detect


def ended(name: str = "prod/db", *, after_s: float = 0, suffix: str = ":Forced", event: str = "End") -> SecretEvent:
    secret = a_secret(name)
    request_id = f"SecretDeleteMessage:{secret.text}:2026-03-02T09:00:00Z{suffix}"
    return a_service_event(f"{event}SecretVersionDelete", secret=secret, after_s=after_s, request_id=request_id)


def baseline(*events: SecretEvent, settled: datetime | None = WAITED, maturity: Maturity = Maturity.MATURE) -> Baseline:
    return Baseline(on_secret=sightings(events), settled=settled, maturity=maturity)


def test_it_waits_before_it_believes_that_there_was_no_call():
    assert DETECTION.evaluate(ended(), baseline(ended(), settled=None)) == Wait(LATENESS)


def test_a_call_that_came_late_explains_it():
    call = an_event("DeleteSecret", secret=a_secret(suffix=None), after_s=-10)

    assert DETECTION.evaluate(ended(), baseline(ended(), call)) is None
    assert DETECTION.evaluate(ended(), baseline(ended(), call, settled=None)) is None


@pytest.mark.parametrize("maturity", list(Maturity))
def test_a_forced_end_is_told_with_any_history(maturity):
    (finding,), _ = detect(ended(), baseline(ended(), maturity=maturity), (DETECTION,))

    assert finding.severity is Severity.HIGH
    assert finding.state is State.OPEN
    assert "forced" in finding.reason


@pytest.mark.parametrize(
    ("maturity", "severity"),
    [(Maturity.NONE, Severity.LOW), (Maturity.LEARNING, Severity.LOW), (Maturity.MATURE, Severity.HIGH)],
)
def test_the_end_of_a_window_needs_a_history_that_would_know_its_beginning(maturity, severity):
    (finding,), _ = detect(ended(suffix=""), baseline(maturity=maturity), (DETECTION,))

    assert finding.severity is severity


def test_an_end_without_a_request_id_is_told():
    nameless = replace(ended(), request_id=None)

    (finding,), _ = detect(nameless, baseline(nameless, maturity=Maturity.NONE), (DETECTION,))

    assert finding.severity is Severity.HIGH


def test_the_versions_of_several_secrets_are_one_incident():
    events = [ended(f"prod/{n}", after_s=10 * n, event=event) for n in range(4) for event in ("Start", "End")]
    found = [f for event in events for f in detect(event, baseline(event), (DETECTION,))[0]]

    (finding,) = fold(tuple(found))
    (reversed_finding,) = fold(tuple(found[::-1]))

    assert finding == reversed_finding
    assert len(finding.secrets) == 4
    assert finding.count == 8
    assert {incident_key(f) for f in found} == {f"{ACCOUNT}|deletions-without-call"}


def test_both_events_of_one_secret_are_the_evidence_of_each():
    start, end = ended(event="Start"), ended(after_s=15)

    verdict = DETECTION.evaluate(start, baseline(start, end))

    assert isinstance(verdict, Match)
    assert verdict.evidence is not None
    assert set(verdict.evidence.event_ids) == {start.event_id, end.event_id}


def test_a_replica_removed_from_its_primary_is_silent():
    arn = a_secret().text.replace("eu-west-1", "us-east-1")
    primary = secret_ref(arn, account_id=ACCOUNT, region="us-east-1")
    call = an_event("RemoveRegionsFromReplication", request={"removeReplicaRegions": ["eu-west-1"]}, after_s=-20)
    removal = replace(call, secrets=(primary, a_secret()))

    assert DETECTION.evaluate(ended(), baseline(ended(), removal)) is None


def test_an_event_that_names_no_secret_is_silent():
    assert DETECTION.evaluate(replace(ended(), secrets=()), baseline()) is None


@pytest.mark.parametrize(("apart_s", "together"), [(3600, True), (-3600, True), (3601, False), (-3601, False)])
def test_what_the_service_writes_within_an_hour_is_one_deletion(apart_s, together):
    here, there = ended(), ended(after_s=apart_s, event="Start")

    verdict = DETECTION.evaluate(here, baseline(here, there))

    assert isinstance(verdict, Match)
    assert verdict.evidence is not None
    assert (there.event_id in verdict.evidence.event_ids) is together


def test_the_end_of_a_window_that_began_before_history_is_of_the_account_too():
    start, end = ended(suffix="", event="Start"), ended(suffix="", after_s=15)

    verdict = DETECTION.evaluate(end, baseline(start, end, maturity=Maturity.NONE))

    assert isinstance(verdict, Match)
    assert (verdict.severity, verdict.subject) == (Severity.LOW, "deletions-without-call")
    assert verdict.evidence is not None
    assert set(verdict.evidence.event_ids) == {start.event_id, end.event_id}
