"""Who has read a secret since a change of today is told, also where they read it every few minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes import FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.recent_readers import MOST_ASKED, RecentReaders
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.history.examples import AT, a_role, a_secret, an_event

SECRET = a_secret()
HOUR = 3_600


@pytest.fixture
def readers(stores):
    """History with an app that reads each hour for two weeks, a job that read in the morning, and a stranger."""
    clock = FixedClock(AT + timedelta(hours=6))
    history = TrailBaselines(*stores, inventory=Inventory(), now=clock)
    app = [an_event(secret=SECRET, by=a_role("app"), after_s=-n * HOUR) for n in range(-5, 14 * 24)]
    job = [an_event(secret=SECRET, by=a_role("job"), after_s=60)]
    others = [an_event(secret=a_secret("other"), by=a_role("other"), after_s=5 * HOUR)]
    late = [an_event(secret=SECRET, by=a_role("stranger"), after_s=5 * HOUR)]
    for batch in (app, job, others, late):
        history.observe(sorted(batch, key=lambda event: event.at))
    return RecentReaders(stores[0], own_roles=frozenset({a_role("stranger").key}), now=clock)


def named(found: tuple[str, ...]) -> set[str]:
    return {one.rsplit("/", 1)[-1] for one in found}


def test_readers_since_a_moment_are_told_and_our_own_roles_are_none(readers):
    assert named(readers.since(SECRET.keys, AT)) == {"app", "job"}
    assert named(readers.since(SECRET.keys, AT + timedelta(hours=2))) == {"app"}
    assert readers.since(SECRET.keys, AT + timedelta(hours=5, minutes=30)) == ()


def test_what_is_older_than_a_day_is_not_asked_for(readers):
    assert named(readers.since(SECRET.keys, AT - timedelta(days=9))) == {"app", "job"}


def test_of_a_secret_that_nobody_read_nobody_is_told(readers):
    assert readers.since(a_secret("unread").keys, AT) == ()
    assert MOST_ASKED >= 5
