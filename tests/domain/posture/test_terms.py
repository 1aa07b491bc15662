"""An age is told in whole days, and is never below none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nightlatch.domain.posture.examples import NOW, TERMS
from nightlatch.domain.posture.terms import Limits


@pytest.mark.parametrize(
    ("age", "days"),
    [
        (timedelta(), 0),
        (timedelta(hours=23, minutes=59), 0),
        (timedelta(days=1), 1),
        (timedelta(days=89, hours=23), 89),
        (timedelta(days=90), 90),
        (timedelta(days=-3), 0),
    ],
)
def test_an_age_is_in_whole_days(age: timedelta, days: int) -> None:
    assert TERMS.age_days(NOW - age) == days


def test_the_limits_are_those_of_the_page_and_of_awss_own_rules_until_somebody_says_otherwise() -> None:
    limits = Limits()

    assert (limits.rotation_days, limits.value_days, limits.unused_days) == (30, 90, 90)
