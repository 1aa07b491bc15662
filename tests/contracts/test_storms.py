"""Openings are counted for five minutes, one storm stands at a time, and what it holds back is found again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_finding, an_incident
from fakes import FixedClock
from fakes_telling import FakeStorms
from nightlatch.adapters.storms import DynamoStorms
from nightlatch.domain.answering.summaries import Storm, held_of
from nightlatch.domain.history.examples import AT, a_user
from nightlatch.domain.judging.findings import Severity
from worlds import a_table, on_moto

STORM = Storm(id="20260302T090000", began=AT)


@pytest.fixture(params=["fake", "moto"])
def storms(request, monkeypatch) -> Iterator:
    if request.param == "fake":
        yield FakeStorms()
        return
    with on_moto(monkeypatch):
        yield DynamoStorms(a_table()[0], now=FixedClock())


def test_openings_are_counted_for_five_minutes(storms):
    assert storms.opened("inc-1", AT) == 1
    assert storms.opened("inc-1", AT) == 1
    assert storms.opened("inc-2", AT + timedelta(minutes=4)) == 2
    assert storms.lately(AT + timedelta(minutes=6)) == 1


def test_one_storm_stands_at_a_time_until_it_is_forgotten(storms):
    assert storms.standing() is None
    assert storms.put(STORM)
    assert not storms.put(replace(STORM, id="20260302T090100"))

    assert storms.put(replace(STORM, is_calm=True))
    assert storms.standing() == replace(STORM, is_calm=True)
    storms.forget(replace(STORM, id="20260302T090100"))
    assert storms.standing() is not None
    storms.forget(STORM)
    assert storms.standing() is None
    assert storms.put(replace(STORM, id="20260302T090100"))


def test_what_is_held_back_is_found_again_and_the_latest_counts(storms):
    first = held_of(an_incident(a_finding()))
    storms.hold(STORM.id, first)
    storms.hold(STORM.id, replace(first, severity=Severity.MEDIUM))

    assert list(storms.held(STORM.id)) == [replace(first, severity=Severity.MEDIUM)]
    assert list(storms.held("another")) == []


def test_what_was_let_go_is_held_no_longer_and_still_belongs_to_the_storm(storms) -> None:
    one, other = (held_of(an_incident(a_finding(by=a_user(name)))) for name in ("eve", "mallory"))
    for held in (one, other):
        storms.hold(STORM.id, held)

    storms.let_go(STORM.id, one.incident_id)
    storms.let_go(STORM.id, one.incident_id)

    assert list(storms.kept(STORM.id)) == [other]
    assert {held.incident_id for held in storms.held(STORM.id)} == {one.incident_id, other.incident_id}
