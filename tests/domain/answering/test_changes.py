"""Machines are told opened once and first, resolved when nothing is left, and each action once."""

from __future__ import annotations

import pytest

from builders import a_finding, a_response, an_incident
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.changes import Change, actions_taken, changes_of
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.history.examples import a_secret
from nightlatch.domain.judging.findings import Remedy

RESTORABLE = an_incident(a_finding(remedy=Remedy.RESTORE))
RESTORED = a_response(
    ResponseState.SUCCEEDED, action=Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret()), result="restored"
)


def test_an_incident_opens_once_and_is_updated_from_then_on():
    assert changes_of(RESTORABLE, (), is_first=True) == (Change.OPENED,)
    assert changes_of(RESTORABLE, (), is_first=False) == (Change.UPDATED,)


def test_an_incident_that_was_undone_is_resolved():
    assert changes_of(RESTORABLE, [RESTORED], is_first=False) == (Change.RESOLVED,)


def test_what_was_undone_before_anybody_heard_opens_and_resolves():
    assert changes_of(RESTORABLE, [RESTORED], is_first=True) == (Change.OPENED, Change.RESOLVED)


@pytest.mark.parametrize("state", ResponseState)
def test_an_action_is_told_when_it_is_over_and_once(state: ResponseState):
    response = a_response(state)
    is_over = state in {ResponseState.SUCCEEDED, ResponseState.FAILED}

    assert actions_taken([response], ()) == ((response,) if is_over else ())
    assert actions_taken([response], {response.id}) == ()
