"""A brake turns an order into an offer: too old, too often, or against somebody who does not give in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_response, approved_by_policy
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.brakes import Past, why_hold
from nightlatch.domain.answering.policy import Limits
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.history.examples import AT, a_secret, a_user

LIMITS = Limits()
RESTORE = Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret())
PIN = Action(kind=ActionKind.PIN_SUPERSEDED, secret=a_secret(), to="v2")
ROLL_BACK = Action(kind=ActionKind.ROLL_BACK, secret=a_secret(), away_from="v2")


def ordered(action: Action = RESTORE) -> Response:
    return approved_by_policy(a_response(action=action))


def done(
    minutes_ago: int, action: Action = RESTORE, *, by: str = "mallory", failed: bool = False, calls: int = 1
) -> Response:
    """Something that policy ordered and the responder did."""
    at = AT - timedelta(minutes=minutes_ago)
    response = approved_by_policy(a_response(action=action, now=at, id=f"r-before-{minutes_ago}", caused_by=a_user(by)))
    for signal in (Signal.START, *(Signal.CALL,) * calls, Signal.FAIL if failed else Signal.SUCCEED):
        response = advance(response, signal, actor="responder", now=at)
    return response


def why(response: Response, *before: Response, everywhere: int = 0, limits: Limits = LIMITS) -> str | None:
    return why_hold(response, Past(here=before, everywhere=(AT,) * everywhere), limits, AT)


def test_an_order_like_many_others_goes_on():
    assert why(ordered(), done(30, ROLL_BACK), done(90), everywhere=20) is None


def test_the_same_act_is_not_done_a_third_time_in_a_day_and_everybody_in_the_fight_is_named():
    said = why(ordered(), done(300, by="eso"), done(120, by="terraform"))

    assert said is not None
    assert "2 times in 24 hours" in said
    assert all(who in said for who in ("eso", "terraform", "mallory"))


@pytest.mark.parametrize(
    ("order", "before", "limits", "said"),
    [
        (ordered(), (done(120),), LIMITS, "did this 2 times in 24 hours (1 of them cannot be read in the ledger)"),
        (
            ordered(),
            (done(30, ROLL_BACK), done(20, ROLL_BACK)),
            LIMITS,
            "is spent: 3 acts within the last hour (1 of them cannot be read in the ledger)",
        ),
        (ordered(PIN), (), replace(LIMITS, pins_per_secret_h=1), "is spent: 1 acts within the last hour (1 of them"),
    ],
)
def test_what_cannot_be_read_counts_as_one_act_of_whatever_kind_holds(order, before, limits, said):
    assert why_hold(order, Past(here=before), limits, AT) is None

    assert said in str(why_hold(order, Past(here=before, unreadable=1), limits, AT))


def test_a_fight_of_yesterday_is_over():
    assert why(ordered(), done(60 * 25), done(120)) is None


@pytest.mark.parametrize("before", [done(120, failed=True), done(120, ROLL_BACK), done(120, PIN)])
def test_what_failed_or_was_another_act_is_no_round_of_the_fight(before):
    assert why(ordered(), done(300), before) is None


def test_what_found_nothing_to_do_is_no_round_of_the_fight_and_costs_nothing():
    idle = [done(10 + n, calls=0) for n in range(5)]

    assert why(ordered(), *idle) is None
    assert why(ordered(), *idle, done(300)) is None
    assert why(ordered(), *idle, done(300), done(120)) is not None


def test_what_is_under_way_counts_before_its_first_call():
    running = advance(approved_by_policy(a_response(action=ROLL_BACK, id="r-now")), Signal.START, actor="r", now=AT)

    assert why(ordered(), running, done(10, ROLL_BACK), done(20, ROLL_BACK)) is not None


def test_what_a_person_approved_passes_every_brake():
    approved = advance(a_response(action=RESTORE), Signal.APPROVE, actor="ben (U0BEN)", now=AT)

    assert why(approved, done(300), done(120), done(5), everywhere=10_000) is None


def test_a_persons_own_acts_are_no_round_of_the_fight():
    by_ben = replace(done(120), steps=(replace(done(120).steps[0], actor="ben (U0BEN)"), *done(120).steps[1:]))

    assert why(ordered(), done(300), by_ben) is None


def test_a_secret_has_a_budget_of_acts_an_hour():
    kinds = (RESTORE, ROLL_BACK, ROLL_BACK)
    before = [done(10 + n, kind) for n, kind in enumerate(kinds)]

    assert "action budget of prod/db is spent: 3 acts" in (why(ordered(), *before) or "")
    assert why(ordered(), *before[:2]) is None
    assert why(ordered(), *before, limits=replace(LIMITS, acts_per_secret_h=4)) is None


def test_pins_have_a_budget_of_their_own_that_takes_nothing_from_a_restore():
    pins = [done(n, PIN) for n in range(1, 7)]

    assert why(ordered(), *pins) is None
    assert "budget" in (why(ordered(PIN), *pins) or "")
    assert why(ordered(PIN), *pins[:5]) is None


def test_all_secrets_together_have_a_budget():
    assert why(ordered(ROLL_BACK), everywhere=LIMITS.acts_per_h - 1) is None
    assert "on all secrets" in (why(ordered(ROLL_BACK), everywhere=LIMITS.acts_per_h) or "")


def test_a_mass_deletion_is_undone_whole_for_restoring_harms_nobody():
    assert why(ordered(RESTORE), everywhere=LIMITS.acts_per_h * 10) is None


def test_an_order_that_lay_too_long_is_not_carried_out_without_asking():
    late = AT + LIMITS.act_within + timedelta(seconds=1)

    assert "too long ago" in (why_hold(ordered(), Past(), LIMITS, late) or "")
    assert why_hold(ordered(), Past(), LIMITS, AT + LIMITS.act_within) is None


def test_the_response_itself_is_not_counted():
    running = advance(ordered(), Signal.START, actor="responder", now=AT)
    assert running.state is ResponseState.RUNNING

    assert why(ordered(), done(300), running) is None
