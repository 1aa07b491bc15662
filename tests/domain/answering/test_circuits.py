"""A failing channel is left alone for a while, tried by one process at a time, and told about once each way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.answering.circuits import (
    FIRST_PAUSE,
    LASTING,
    LONGEST_PAUSE,
    MOST_ASKED,
    MOST_REFUSALS,
    PROBE,
    SHAKY,
    Circuit,
    bulletin,
    failed,
    may_try,
    probing,
    succeeded,
    told,
)
from nightlatch.domain.history.examples import AT

WELL = Circuit(channel="slack")
SQS_HIDES = timedelta(seconds=180)  # VisibilityTimeout of the alerts queue


def times_failed(count: int, circuit: Circuit = WELL, *, refused: bool = False) -> Circuit:
    for _ in range(count):
        circuit = failed(circuit, "answered 500", AT, refused=refused)
    return circuit


def test_a_channel_that_failed_is_left_alone_and_then_tried_again():
    down = times_failed(1)

    assert not may_try(down, AT)
    assert not may_try(down, AT + FIRST_PAUSE - timedelta(seconds=1))
    assert may_try(down, AT + FIRST_PAUSE)


def test_the_pause_grows_and_stays_shorter_than_the_redelivery():
    pauses = [times_failed(n).left_alone_until - AT for n in range(1, 40)]  # type: ignore[operator]

    assert pauses == sorted(pauses)
    assert max(pauses) == LONGEST_PAUSE < SQS_HIDES


def test_while_one_process_tries_the_others_wait_and_one_that_died_is_not_waited_for():
    down = times_failed(1)
    then = AT + FIRST_PAUSE
    tried = probing(down, then)

    assert not may_try(tried, then)
    assert may_try(tried, then + PROBE)
    assert tried.revision > down.revision


def test_a_well_channel_needs_no_turn():
    assert probing(WELL, AT) is WELL
    assert succeeded(WELL, AT) is WELL


def test_one_message_that_a_channel_refuses_does_not_silence_it():
    assert may_try(times_failed(MOST_REFUSALS - 1, refused=True), AT)
    assert not may_try(times_failed(MOST_REFUSALS, refused=True), AT)


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        (timedelta(0), FIRST_PAUSE),
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(days=1), MOST_ASKED),
    ],
)
def test_the_pause_that_a_channel_asks_for_is_kept_within_bounds(asked: timedelta, pause: timedelta):
    assert failed(WELL, "asks for a pause (429)", AT, asked=asked).left_alone_until == AT + pause


def test_a_failure_is_news_until_it_is_told_and_not_again():
    down = times_failed(1)
    news = bulletin(down)

    assert news is not None
    assert (news.channel, news.since, news.is_over) == ("slack", AT, False)
    assert bulletin(told(down)) is None
    assert bulletin(times_failed(3, told(down))) is None


def test_that_it_is_over_is_news_with_the_same_key_and_another_mark():
    down = told(times_failed(2))
    back = succeeded(down, AT + timedelta(minutes=7))
    news, before = bulletin(back), bulletin(times_failed(1))

    assert news is not None
    assert before is not None
    assert news.is_over
    assert (news.key, news.since) == (before.key, before.since)
    assert news.mark != before.mark
    assert bulletin(told(back)) is None


def test_a_failure_long_after_the_last_is_news_of_its_own():
    back = told(succeeded(told(times_failed(1)), AT))
    later = AT + SHAKY
    again = bulletin(failed(back, "answered 500", later))

    assert again is not None
    assert (again.since, again.is_over) == (later, False)
    assert again.mark != bulletin(times_failed(1)).mark  # type: ignore[union-attr]


def test_a_shaky_channel_is_told_about_once_until_its_failing_lasts():
    back = told(succeeded(told(times_failed(1)), AT))
    again = failed(back, "answered 500", AT + timedelta(minutes=1))
    well = succeeded(again, AT + timedelta(minutes=2))
    third = failed(well, "answered 500", AT + timedelta(minutes=3))

    assert [bulletin(one) for one in (again, well, third)] == [None, None, None]

    lasting = failed(third, "answered 500", AT + timedelta(minutes=3) + LASTING)

    assert bulletin(lasting) is not None
    assert bulletin(succeeded(told(lasting), AT + SHAKY)) is not None


def test_what_is_told_says_what_to_do():
    news = bulletin(times_failed(1))

    assert news is not None
    assert "answered 500" in news.text
    assert "credentials" in news.text
    assert news.title == "nightlatch: the channel slack takes no messages"


SIGNALS = st.lists(st.tuples(st.sampled_from(["fail", "refuse", "pass", "probe", "tell"]), st.integers(0, 400)))


@given(signals=SIGNALS)
def test_whatever_happens_a_channel_is_tried_again_in_time_and_news_is_neither_lost_nor_doubled(
    signals: list[tuple[str, int]],
):
    circuit, now, marks = WELL, AT, []
    for signal, seconds in signals:
        now += timedelta(seconds=seconds)
        before, news = circuit, bulletin(circuit)
        circuit = after(circuit, signal, now)

        assert circuit is before or circuit.revision == before.revision + 1
        assert may_try(circuit, now + MOST_ASKED)
        assert news is None or signal == "tell" or bulletin(circuit) is not None
        if signal == "tell" and news is not None:
            marks.append(news.mark)
        if signal in {"fail", "refuse"} and circuit.since is not None and now - circuit.since >= LASTING:
            assert circuit.is_told or circuit.is_news
    assert len(marks) == len(set(marks))


def after(circuit: Circuit, signal: str, now: datetime) -> Circuit:
    match signal:
        case "fail" | "refuse":
            return failed(circuit, "no", now, refused=signal == "refuse")
        case "pass":
            return succeeded(circuit, now)
        case "probe":
            return probing(circuit, now)
        case _:
            return told(circuit)
