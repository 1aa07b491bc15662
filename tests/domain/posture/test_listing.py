"""Evidence is short and says how much of it there is; prices are per call and month."""

from __future__ import annotations

import pytest

from nightlatch.domain.posture.listing import MOST, counted, first_of
from nightlatch.domain.posture.prices import usd_a_month


def test_the_last_line_counts_what_is_left_out() -> None:
    lines = [str(number) for number in range(MOST + 1)]

    assert first_of(lines[:MOST]) == tuple(lines[:MOST])
    assert first_of(lines) == (*lines[:MOST], "and 1 more")
    assert first_of(lines, most=3) == ("0", "1", "2", "and 8 more")
    assert first_of([]) == ()


@pytest.mark.parametrize(("number", "said"), [(0, "0 calls"), (1, "1 call"), (2, "2 calls"), (12_345, "12,345 calls")])
def test_a_number_has_its_noun(number: int, said: str) -> None:
    assert counted(number, "call") == said


def test_a_noun_of_its_own_for_many() -> None:
    assert counted(1, "day is", "days are") == "1 day is"
    assert counted(3, "day is", "days are") == "3 days are"


def test_ten_thousand_calls_an_hour_cost_five_cents_an_hour() -> None:
    assert usd_a_month(10_000, 1) == pytest.approx(720 * 0.05)
    assert usd_a_month(10_000, 720) == pytest.approx(0.05)
