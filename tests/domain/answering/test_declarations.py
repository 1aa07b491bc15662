"""A declaration covers one actor, one rule and certain secrets, and nothing that opens a secret for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_finding, a_response, an_incident
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.choices import (
    Choice,
    ChoiceKind,
    allowances,
    declarations,
    read_choice,
    snoozes,
    undeclared,
)
from nightlatch.domain.answering.declarations import declare, may_be_declared
from nightlatch.domain.answering.incidents import is_settled, vouch
from nightlatch.domain.answering.news import Life, life_of
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.errors import IllegalTransition
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.history.examples import AT, a_secret, a_user
from nightlatch.domain.judging.findings import Remedy

WEEK = timedelta(days=7)
WRITTEN = a_finding(rule="change.unexpected-writer", remedy=Remedy.ROLL_BACK)
DECLARED = declare(WRITTEN, 0, by="ana", how="signed", reason="the migration", until=AT + WEEK)


def test_a_declaration_covers_the_same_again_on_the_same_secrets():
    assert DECLARED.covers(replace(WRITTEN, first_seen=AT + timedelta(days=1), last_seen=AT + timedelta(days=1)))


@pytest.mark.parametrize(
    "other",
    [
        replace(WRITTEN, rule="change.many-overwritten"),
        replace(WRITTEN, principal=a_user("ben")),
        replace(WRITTEN, secrets=(a_secret("prod/other"),)),
        replace(WRITTEN, secrets=(a_secret(), a_secret("prod/other"))),
        replace(WRITTEN, secrets=()),
        replace(WRITTEN, first_seen=AT - timedelta(seconds=1)),
        replace(WRITTEN, last_seen=AT + WEEK),
    ],
    ids=["another rule", "another actor", "another secret", "one secret more", "no secret", "before", "after"],
)
def test_a_declaration_covers_nothing_else(other):
    assert not DECLARED.covers(other)


@pytest.mark.parametrize(
    "finding",
    [
        replace(WRITTEN, rule="monitor.trail-tampered"),
        replace(WRITTEN, rule="deletion.force-delete"),
        replace(WRITTEN, principal=replace(a_user("x"), kind=PrincipalKind.ROOT)),
        replace(WRITTEN, principal=replace(a_user("x"), kind=PrincipalKind.UNKNOWN)),
        replace(WRITTEN, secrets=()),
        replace(WRITTEN, secrets=tuple(a_secret(f"s{number}") for number in range(101))),
    ],
    ids=["blinds the watch", "cannot be taken back", "root", "nobody", "no secret", "too many secrets"],
)
def test_what_may_not_be_declared_is_not_offered(finding):
    assert not may_be_declared(finding)
    assert declarations(an_incident(finding)) == []


def test_an_incident_that_was_ours_is_resolved_once_no_offer_is_open():
    incident = vouch(an_incident(WRITTEN), [DECLARED], 0)

    assert is_settled(incident, ())
    assert life_of(incident, (), AT) is Life.RESOLVED
    assert not is_settled(incident, [a_response()])
    assert is_settled(incident, [a_response(ResponseState.EXPIRED)])


def test_another_secret_in_a_declared_incident_opens_it_again():
    grown = replace(WRITTEN, secrets=(a_secret(), a_secret("prod/other")))
    incident = replace(an_incident(grown), ours=(DECLARED,))

    assert not is_settled(incident, ())
    assert undeclared(incident) == [0]


def test_a_second_word_on_what_was_declared_meanwhile_is_refused():
    incident = vouch(an_incident(WRITTEN), [DECLARED], 0)

    assert vouch(incident, [DECLARED], 0) is incident
    with pytest.raises(IllegalTransition, match="meanwhile"):
        vouch(incident, [replace(DECLARED, id="d-other")], 0)


def an_allowance(state: ResponseState):
    return a_response(state, id="r-2", action=Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret()))


def test_a_deletion_that_was_allowed_is_settled_and_one_that_was_not_stays_open():
    incident = an_incident(a_finding(rule="deletion.deletion-scheduled", remedy=Remedy.RESTORE))
    left = a_response(ResponseState.DENIED, action=Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret()))

    assert is_settled(incident, [left, an_allowance(ResponseState.SUCCEEDED)])
    assert not is_settled(an_incident(a_finding(remedy=Remedy.RESTORE)), [an_allowance(ResponseState.DENIED)])
    assert not is_settled(incident, [an_allowance(ResponseState.PROPOSED)])


def test_an_allowance_that_nobody_gave_changes_nothing():
    restored = a_response(ResponseState.SUCCEEDED, action=Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret()))
    incident = an_incident(a_finding(remedy=Remedy.RESTORE))

    assert is_settled(incident, [restored, an_allowance(ResponseState.EXPIRED)])


def test_choices_read_back_and_name_how_often_they_were_chosen():
    incident = an_incident(a_finding(rule="deletion.force-delete"), WRITTEN)
    some = [*snoozes(incident), *declarations(incident), *(choice for choice, _ in allowances(incident))]

    assert [read_choice(one.value) for one in some] == some
    assert {one.kind for one in some} == {*ChoiceKind}
    assert all(len(one.value) <= 75 for one in some)


@pytest.mark.parametrize(
    "value",
    ["", "snooze:inc-1:1:24h", "snooze:inc-0123456789abcdef:-1:24h", "deny:inc-0123456789abcdef:1:x", "a:b:c:d"],
)
def test_what_is_no_choice_of_ours_reads_as_none(value):
    assert read_choice(value) is None


def test_a_deletion_by_force_and_one_with_a_window_of_the_same_secret_are_two_choices():
    incident = an_incident(a_finding(rule="deletion.force-delete"), a_finding(rule="deletion.deletion-scheduled"))

    assert [one.force for _, one in allowances(incident)] == [True, False]
    assert Choice(kind=ChoiceKind.ALLOW, incident_id=incident.id, number=0, what="x").value.startswith("allow:")
