"""What reads cost is the price list's, and what a cache saves is never more than they cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.posture.prices import usd_a_month
from nightlatch.domain.posture.use import ReaderUse
from nightlatch.service.read_costs import costs_of, saved


def test_ten_million_reads_a_day_cost_1500_usd_a_month():
    assert usd_a_month(10_000_000, 24) == pytest.approx(1_500)


def test_a_secret_polled_each_second_saves_all_but_an_hours_reads_by_a_cache():
    use = ReaderUse(principal="app", reads=3_600 * 24, hours=24, with_5min_cache=12 * 24)
    by_hour, by_5min = saved(use, 24)

    assert by_hour == pytest.approx(usd_a_month(3_599 * 24, 24))
    assert by_5min == pytest.approx(usd_a_month(3_588 * 24, 24))


def test_who_caches_already_saves_nothing_more():
    assert saved(ReaderUse(principal="app", reads=100, is_caching=True, hours=1), 1) == (0, 0)


uses = st.builds(
    lambda principal, reads, hours, secret, caching: (
        f"1/r/{secret}",
        ReaderUse(
            principal=principal,
            reads=reads,
            hours=min(hours, reads),
            with_5min_cache=min(reads, 12 * min(hours, reads)),
            is_caching=caching,
        ),
    ),
    st.sampled_from("abc"),
    st.integers(0, 10_000),
    st.integers(0, 100),
    st.sampled_from("xyz"),
    st.booleans(),
)


@given(st.lists(uses))
def test_costs_add_up_to_the_same_by_whatever_they_are_added_up(some):
    by_caller = costs_of(some, 100, lambda use: use[1].principal)
    by_secret = costs_of(some, 100, lambda use: use[0])

    assert sum(one.reads for one in by_caller) == sum(one.reads for one in by_secret) == sum(u.reads for _, u in some)
    assert sum(one.usd for one in by_caller) == pytest.approx(sum(one.usd for one in by_secret))
    assert [one.reads for one in by_caller] == sorted((one.reads for one in by_caller), reverse=True)
    for one in (*by_caller, *by_secret):
        assert 0 <= one.saved_by_5min_cache <= one.saved_by_hour_cache + 1e-9
        assert one.saved_by_hour_cache <= one.usd + 1e-9
