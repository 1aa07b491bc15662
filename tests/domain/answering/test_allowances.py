"""An allowance covers its own secret, for its own time, and a force delete only where it says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_finding, a_response
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.allowances import Allowance, allow_command, allowance_of, allowing, is_about
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.history.examples import AT, a_secret, an_event

ALLOWED = Allowance(
    secret=a_secret(), force=False, starts=AT, until=AT + timedelta(hours=2), by="ana (U0ANA)", reason="moved"
)
BY_FORCE = replace(ALLOWED, force=True, by="ana and ben")
FORCE = {"forceDeleteWithoutRecovery": True}


def a_deletion(*, after_s: float = 60, force: bool = False, name: str = "prod/db"):
    return an_event("DeleteSecret", secret=a_secret(name), after_s=after_s, request=FORCE if force else {})


@pytest.mark.parametrize(
    ("event", "allowance", "fits"),
    [
        (a_deletion(), ALLOWED, True),
        (a_deletion(after_s=0), ALLOWED, True),
        (a_deletion(after_s=-5), ALLOWED, True),
        (a_deletion(after_s=-6), ALLOWED, False),
        (a_deletion(after_s=7199), ALLOWED, True),
        (a_deletion(after_s=7200), ALLOWED, False),
        (a_deletion(name="prod/api"), ALLOWED, False),
        (a_deletion(force=True), ALLOWED, False),
        (a_deletion(force=True), BY_FORCE, True),
        (a_deletion(), BY_FORCE, True),
        (an_event("PutResourcePolicy", secret=a_secret(), after_s=60), BY_FORCE, False),
        (an_event("DeleteSecret", after_s=60), BY_FORCE, False),
    ],
)
def test_a_deletion_is_allowed_only_as_it_was_asked(event, allowance, fits):
    assert (allowing(event, [allowance]) is not None) is fits


def test_of_several_the_one_that_ends_last_is_named():
    longer = replace(ALLOWED, until=AT + timedelta(hours=3), reason="longer")

    assert allowing(a_deletion(), [longer, ALLOWED]) == longer
    assert allowing(a_deletion(), []) is None


@pytest.mark.parametrize(
    ("rule", "is_covered"),
    [
        ("deletion.deletion-scheduled", True),
        ("deletion.force-delete", True),
        ("deletion.mass-deletion", True),
        ("deletion.read-then-deleted", False),
        ("access.pending-deletion", False),
        ("monitor.contested", False),
    ],
)
def test_it_excuses_the_deletion_and_not_what_else_was_done(rule, is_covered):
    assert is_about(a_finding(rule=rule, secrets=(a_secret(),)), ALLOWED) is is_covered


def test_it_excuses_no_finding_about_another_secret_as_well():
    assert not is_about(a_finding(rule="deletion.mass-deletion", secrets=(a_secret(), a_secret("prod/api"))), ALLOWED)


def test_only_a_response_that_was_carried_out_is_an_allowance():
    action = Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret(), until=AT + timedelta(hours=2), note="moved")

    found = allowance_of(a_response(ResponseState.SUCCEEDED, action=action))

    assert found == replace(ALLOWED, by="ben (U0BEN)")
    assert allowance_of(a_response(ResponseState.RUNNING, action=action)) is None
    assert allowance_of(a_response(ResponseState.SUCCEEDED, action=replace(action, until=None))) is None
    assert allowance_of(a_response(ResponseState.SUCCEEDED, action=replace(action, kind=ActionKind.ROLL_BACK))) is None


def test_a_guard_is_off_only_while_a_force_delete_is_allowed():
    during, later = AT + timedelta(hours=1), AT + timedelta(hours=2)

    assert BY_FORCE.lifts_guard(a_secret(), during)
    assert not BY_FORCE.lifts_guard(a_secret(), later)
    assert not BY_FORCE.lifts_guard(a_secret("prod/api"), during)
    assert not BY_FORCE.lifts_guard(None, during)
    assert not ALLOWED.lifts_guard(a_secret(), during)


def test_the_command_that_is_told_can_be_pasted():
    assert allow_command("prod/db", force=False) == "nightlatch allow prod/db --action delete --for 2h --reason TEXT"
    assert "allow 'a b' --action force-delete" in allow_command("a b", force=True)
