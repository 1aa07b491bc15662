"""The longest time between two rotations of a cron expression, as AWS's guide writes them; what is none is unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.secret.cron_gaps import longest_cron_gap_days
from nightlatch.domain.secret.schedules import gap_days, window_hours

HOUR = 1 / 24
JAN_TO_DEC, YEAR, LEAP_CYCLE = 336, 366, 1461


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("cron(0 /8 * * ? *)", 8 * HOUR),
        ("cron(0 8/8 * * ? *)", 16 * HOUR),
        ("cron(0 2/10 * * ? *)", 10 * HOUR),
        ("cron(0 10 * * ? *)", 1),
        ("cron(0 18 ? * SAT *)", 7),
        ("cron(0 8 1 * ? *)", 31),
        ("cron(0 1 ? 1/3 SUN#1 *)", 98),
        ("cron(0 17 L * ? *)", 31),
        ("cron(0 8 ? * MON-FRI *)", 3),
        ("cron(0 16 1,15 * ? *)", 17),
        ("cron(0 0 ? * SUN#1 *)", 35),
        ("cron(0 0 ? 1/11 2#1 *)", JAN_TO_DEC),
        ("cron(0 0 SUNL * ? *)", 35),
        ("cron(0 0 ? * L *)", 7),
        ("cron(0 8 1/2 * ? *)", 2),
        ("cron(0 0 31 * ? *)", 61),
        ("cron(0 0 1 JAN,JUL ? *)", 184),
        ("cron(0 0 1 1 ? *)", YEAR),
        ("cron(0 0 29 FEB ? *)", LEAP_CYCLE),
        ("cron(0 0 ? * TUE#5 *)", 119),
    ],
)
def test_a_schedule_of_the_guide_leaves_a_value_alone_for(expression: str, days: float) -> None:
    assert longest_cron_gap_days(expression) == pytest.approx(days)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "cron()",
        "cron(0 8 1 * ?)",
        "cron(5 8 1 * ? *)",
        "cron(0 8 1 * ? 2027)",
        "cron(0 8 * * * *)",
        "cron(0 8 ? * ? *)",
        "cron(0 24 1 * ? *)",
        "cron(0 8 0 * ? *)",
        "cron(0 8 5-2 * ? *)",
        "cron(0 8 1/0 * ? *)",
        "cron(0 8 15W * ? *)",
        "cron(0 8 30 2 ? *)",
        "cron(0 8 1,, * ? *)",
        "rate(30 days)",
    ],
)
def test_what_is_no_schedule_or_never_comes_true_is_unknown(expression: str) -> None:
    assert longest_cron_gap_days(expression) is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_unknown(text: str) -> None:
    gap = longest_cron_gap_days(f"cron({text})")

    assert gap is None or gap > 0


@given(
    first=st.integers(min_value=1, max_value=28),
    hour=st.integers(min_value=0, max_value=23),
    months=st.sets(st.integers(min_value=1, max_value=12), min_size=1),
)
def test_one_more_day_in_the_month_makes_no_gap_longer(first: int, hour: int, months: set[int]) -> None:
    when = ",".join(map(str, sorted(months)))
    alone = longest_cron_gap_days(f"cron(0 {hour} {first} {when} ? *)")
    with_another = longest_cron_gap_days(f"cron(0 {hour} {first},{first % 28 + 1} {when} ? *)")

    assert alone is not None
    assert with_another is not None
    assert with_another <= alone


def test_the_schedule_says_more_than_the_days_that_aws_works_out_from_it() -> None:
    assert gap_days(days=28, schedule="cron(0 0 ? * SUN#1 *)") == 35
    assert gap_days(days=28, schedule=None) == 28
    assert gap_days(days=28, schedule="rate(two days)") is None


def test_a_window_is_read_in_hours() -> None:
    assert [window_hours(text) for text in ("3h", "24h", None, "", "h", "3", "3d", "999h")] == [3, 24] + [None] * 6
