"""What is told of guards without an event stands for itself: what is off, why, and what a person does."""

from __future__ import annotations

from datetime import timedelta

from builders import a_response
from nightlatch.adapters.slack.message import render
from nightlatch.adapters.sns import human_text
from nightlatch.domain.answering.guard_notes import allowance_ended, left_off
from nightlatch.domain.answering.incidents import incident_key, open_incident
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.history.examples import AT, a_person, a_secret
from nightlatch.domain.judging.findings import belongs

LIFTED = a_response(ResponseState.SUCCEEDED)


def test_a_guard_that_is_off_is_told_with_the_reason_and_the_command():
    incident = open_incident(left_off(LIFTED, a_secret(), AT, "the kill switch is on"))

    for shown in (str(render(incident, (), action_mode="slack")), human_text(incident, ())):
        assert "The guard that was lifted from secret prod/db has not come back" in shown
        assert "he kill switch is on" in shown
        assert "nightlatch guard apply prod/db" in shown


def test_it_turns_on_the_secret_and_not_on_who_asked_and_stays_one_problem_whatever_the_reason():
    now = left_off(LIFTED, a_secret(), AT, "the kill switch is on")
    later = left_off(LIFTED, a_secret(), AT, "no room for the guard")

    assert belongs(now, later)
    assert incident_key(now) == incident_key(later)
    assert incident_key(now) != incident_key(left_off(LIFTED, a_secret("prod/api"), AT, "the kill switch is on"))


def test_an_end_is_told_with_who_ended_it():
    incident = open_incident(allowance_ended(a_secret(), a_person("ana"), AT + timedelta(minutes=5)))

    shown = str(render(incident, (), action_mode="slack"))

    assert "ana" in shown
    assert "takes back that secret prod/db may be deleted" in shown
