"""Nobody waits for a channel that never ends its answer; what it answers in time, or raises, comes through."""

from __future__ import annotations

from threading import Event

import pytest

from nightlatch.domain.errors import Unavailable, Undeliverable
from nightlatch.wiring.at_once import pool, within


def test_what_ends_in_time_gives_what_it_gives() -> None:
    assert within(lambda: "place", 30) == "place"


@pytest.mark.parametrize("error", [Undeliverable("slack answered 400"), TimeoutError("its own"), KeyError("x")])
def test_what_it_raises_is_raised(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        within(fail, 30)

    assert raised.value is error


def test_what_does_not_end_is_given_up() -> None:
    over = Event()

    with pytest.raises(Unavailable, match=r"did not answer within 0\.05 s"):
        within(lambda: over.wait(30), 0.05)

    over.set()


def test_there_is_a_thread_for_every_kind_of_channel() -> None:
    together = Event()

    with pool() as threads:
        answers = threads.map(lambda last: together.set() or True if last else together.wait(30), [*[False] * 7, True])

        assert list(answers) == [True] * 8
