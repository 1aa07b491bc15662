"""The end of a window is told after a wait, with who scheduled it and when; what was forced or cancelled is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nightlatch.detections.window_ended import DETECTION
from nightlatch.domain.answering.incidents import incident_key
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    WAITED,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
)
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.deletions import ENDED
from nightlatch.domain.judging.findings import Finding, Remedy, Severity, State, Undone, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

MALLORY = a_user("mallory")


def scheduled(*, days_ago: float = 7, name: str = "prod/db", **more) -> SecretEvent:
    return an_event(
        "DeleteSecret", **{"secret": a_secret(name), "by": MALLORY, "at": AT - timedelta(days=days_ago), **more}
    )


def ended(
    name: str = "prod/db", *, after_s: float = 0, request_id: str | None = "SecretDeleteMessage:x"
) -> SecretEvent:
    return a_service_event(ENDED, secret=a_secret(name), after_s=after_s, request_id=request_id)


def baseline(*events: SecretEvent, settled: datetime | None = WAITED) -> Baseline:
    return Baseline(on_secret=sightings(events), settled=settled)


def told(event: SecretEvent, *known: SecretEvent) -> list[Finding]:
    return list(detect(event, baseline(*known, event), (DETECTION,))[0])


def test_it_says_who_scheduled_it_and_when_and_that_nobody_cancelled_it():
    (finding,) = told(ended(), scheduled())

    assert (finding.severity, finding.state, finding.remedy) == (Severity.HIGH, State.OPEN, Remedy.RESURRECT)
    assert finding.title == "Secrets Manager destroyed secret prod/db at the end of the recovery window"
    assert finding.reason == (
        "scheduled by user/mallory on 2026-02-23 09:00 UTC, 7 days before, and nobody cancelled it"
    )


def test_whoever_scheduled_it_is_whose_deed_the_way_back_takes_back():
    (finding,) = told(ended(), scheduled())

    assert finding.undoes == Undone(scheduled().event_id, by=MALLORY.key, at=scheduled().at)


def test_it_is_told_as_of_its_end_and_does_not_reach_back_over_the_window():
    (finding,) = told(ended(), scheduled())

    assert (finding.first_seen, finding.event_ids) == (AT, (ended().event_id,))


@pytest.mark.parametrize("known", [(), (scheduled(),)])
def test_it_waits_for_late_records_before_it_says_anything(known):
    assert DETECTION.evaluate(ended(), baseline(*known, ended(), settled=None)) == Wait(LATENESS)


@pytest.mark.parametrize(
    ("days_ago", "is_told"), [(6.99, False), (7 - 1 / 1440, True), (7, True), (30, True), (89, True)]
)
def test_a_window_is_seven_days_at_least(days_ago, is_told):
    assert bool(told(ended(), scheduled(days_ago=days_ago))) is is_told


def test_a_force_delete_within_the_window_silences_it():
    forced = an_event("DeleteSecret", secret=a_secret(), by=MALLORY, after_s=-20)

    assert told(ended(request_id="SecretDeleteMessage:x:Forced"), scheduled(), forced) == []


def test_a_window_that_somebody_ended_by_force_unseen_is_told_as_that_and_nothing_allowed_it():
    (finding,) = told(ended(request_id="SecretDeleteMessage:x:Forced"), scheduled())

    assert finding.severity is Severity.HIGH
    assert "by force, before its time" in finding.title
    assert "no such call is known" in finding.reason
    assert finding.undoes == Undone(scheduled().event_id, by=MALLORY.key, at=None)


@pytest.mark.parametrize(
    "known",
    [
        (),
        (scheduled(), an_event("RestoreSecret", secret=a_secret(), after_s=-3600)),
        (scheduled(failure=Failure("InvalidRequestException")),),
        (scheduled(name="prod/api"),),
        (scheduled(secret=a_secret(suffix="ZzZzZz")),),
    ],
    ids=["no call", "cancelled", "refused", "another secret", "another secret of its name"],
)
def test_what_no_call_explains_is_another_rules_matter(known):
    assert told(ended(), *known) == []


def test_a_deletion_that_was_cancelled_and_scheduled_again_counts_from_the_last_call():
    cancelled = an_event("RestoreSecret", secret=a_secret(), at=AT - timedelta(days=20))

    (finding,) = told(ended(), scheduled(days_ago=30), cancelled, scheduled(days_ago=8))

    assert "8 days before" in finding.reason
    assert told(ended(), scheduled(days_ago=30), cancelled, scheduled(days_ago=3)) == []


def test_the_events_of_all_versions_are_one_finding():
    events = [ended(after_s=n) for n in range(3)]
    found = [f for event in events for f in detect(event, baseline(scheduled(), *events), (DETECTION,))[0]]

    (finding,) = fold(tuple(found))

    assert finding.count == 3
    assert finding == fold(tuple(reversed(found)))[0]


def test_many_that_one_principal_scheduled_are_one_problem():
    names = [f"prod/{n}" for n in range(4)]
    found = [f for n, name in enumerate(names) for f in told(ended(name, after_s=60 * n), scheduled(name=name))]

    (finding,) = fold(tuple(found))

    assert len(finding.secrets) == 4
    assert {incident_key(one) for one in found} == {f"{ACCOUNT}|scheduled-by:{MALLORY.key}"}


@pytest.mark.parametrize(("apart_s", "together"), [(3600, True), (-3600, True), (3601, False), (-3601, False)])
def test_what_the_service_writes_within_an_hour_is_one_end(apart_s, together):
    here, there = ended(), ended(after_s=apart_s)

    verdict = DETECTION.evaluate(here, baseline(scheduled(days_ago=9), here, there))

    assert isinstance(verdict, Match)
    assert verdict.evidence is not None
    assert (there.event_id in verdict.evidence.event_ids) is together


def test_an_event_without_a_request_id_or_without_a_secret_is_read_all_the_same():
    (found,) = told(replace(ended(), request_id=None), scheduled())

    assert found.reason.endswith("and nobody cancelled it")
    assert DETECTION.evaluate(replace(ended(), secrets=()), baseline(scheduled())) is None


def test_its_own_event_need_not_be_in_history():
    found = DETECTION.evaluate(ended(), baseline(scheduled()))

    assert isinstance(found, Match)
    assert found.evidence is None
