"""A response moves along its table and no other way; nothing leaves a final state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_response
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import FINAL, LEASE, ResponseState, Signal, advance, response_id
from nightlatch.domain.errors import IllegalTransition
from nightlatch.domain.history.examples import AT, a_secret

states = st.sampled_from(list(ResponseState))
signals = st.sampled_from(list(Signal))


@given(state=st.sampled_from(sorted(FINAL)), signal=signals, days=st.integers(0, 400))
def test_nothing_leaves_a_final_state(state, signal, days):
    with pytest.raises(IllegalTransition, match="r-1"):
        advance(a_response(state), signal, actor="ana", now=AT + timedelta(days=days))


@given(st.lists(st.tuples(signals, st.integers(0, 600)), max_size=12))
def test_every_road_keeps_its_whole_history(moves):
    response = a_response()
    now = AT
    for signal, seconds in moves:
        now += timedelta(seconds=seconds)
        try:
            moved = advance(response, signal, actor="ana", now=now)
        except IllegalTransition:
            continue
        assert moved.steps[:-1] == response.steps
        assert moved.steps[-1].signal is signal
        assert (moved.id, moved.action, moved.button) == (response.id, response.action, response.button)
        response = moved


@given(st.lists(signals, max_size=10))
def test_nothing_runs_that_nobody_approved(moves):
    response = a_response()
    for signal in moves:
        try:
            response = advance(response, signal, actor="ana", now=AT)
        except IllegalTransition:
            continue

    if response.state in {ResponseState.RUNNING, ResponseState.SUCCEEDED}:
        assert response.approved_by == "ana"


def test_approving_twice_is_refused():
    approved = advance(a_response(), Signal.APPROVE, actor="ana", now=AT)

    with pytest.raises(IllegalTransition, match="r-1 is approved; cannot approve it"):
        advance(approved, Signal.APPROVE, actor="ben", now=AT)


def test_an_expired_button_cannot_approve():
    response = a_response()

    with pytest.raises(IllegalTransition, match="expired at 17:00 UTC"):
        advance(response, Signal.APPROVE, actor="ana", now=response.expires_at)


def test_an_expired_button_can_still_deny():
    response = a_response()

    denied = advance(response, Signal.DENY, actor="ana", now=response.expires_at)

    assert denied.state is ResponseState.DENIED


def test_a_running_act_is_not_started_again_within_its_lease():
    running = a_response(ResponseState.RUNNING)

    with pytest.raises(IllegalTransition, match="r-1 is running; cannot start it"):
        advance(running, Signal.START, actor="responder", now=AT + LEASE - timedelta(seconds=1))


def test_a_running_act_whose_lease_ran_out_is_started_again_with_a_new_lease():
    running = a_response(ResponseState.RUNNING)

    again = advance(running, Signal.START, actor="responder", now=AT + LEASE)

    assert again.state is ResponseState.RUNNING
    assert again.started_at == AT + LEASE
    with pytest.raises(IllegalTransition):
        advance(again, Signal.START, actor="responder", now=AT + LEASE + timedelta(seconds=1))


@pytest.mark.parametrize("signal", [Signal.SUCCEED, Signal.FAIL])
def test_the_result_is_what_the_last_step_says(signal):
    done = advance(a_response(ResponseState.RUNNING), signal, actor="responder", now=AT, note="as it went")

    assert done.result == "as it went"
    assert done.state in FINAL


def test_one_cause_is_one_response_however_the_secret_is_called():
    by_name = Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret(suffix=None))
    by_arn = replace(by_name, secret=a_secret())

    assert response_id(by_name, "event-1") == response_id(by_arn, "event-1")


@given(
    one=st.tuples(st.sampled_from(list(ActionKind)), st.sampled_from("ab"), st.sampled_from("xy")),
    other=st.tuples(st.sampled_from(list(ActionKind)), st.sampled_from("ab"), st.sampled_from("xy")),
)
def test_another_act_secret_or_cause_is_another_response(one, other):
    ids = [response_id(Action(kind=kind, secret=a_secret(name)), cause) for kind, name, cause in (one, other)]

    assert (ids[0] == ids[1]) == (one == other)
