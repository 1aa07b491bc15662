"""Each change of an incident is one message on each channel, and a channel that is down silences no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from builders import a_finding, a_response
from fakes import FakeChannel, FakeIncidents, FakeLedger, FakeNotices
from nightlatch.adapters.notices import LEASE
from nightlatch.domain.errors import NotFound, Unavailable
from nightlatch.domain.examples import AT
from nightlatch.service.notify import NotifyPorts, notify
from nightlatch.service.ports import Notice
from worlds import at_once


@dataclass
class World:
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    notices: FakeNotices = field(default_factory=FakeNotices)
    slack: FakeChannel = field(default_factory=lambda: FakeChannel("slack"))
    sns: FakeChannel = field(default_factory=lambda: FakeChannel("sns"))

    def notify(self, mark: str = "revision-1", *, now=AT) -> tuple[str, ...]:
        (incident_id,) = self.incidents.by_id
        ports = NotifyPorts(self.incidents, self.ledger, self.notices, (self.slack, self.sns))
        return notify(Notice(incident_id, mark), ports=ports, now=now)


@pytest.fixture
def world() -> World:
    world = World()
    world.incidents.fold(a_finding(), policy_digest="")
    return world


def test_an_incident_is_shown_on_every_channel(world):
    assert world.notify() == ("slack", "sns")

    (incident_id,) = world.incidents.by_id
    assert world.slack.shown == [(incident_id, 1, None)]
    assert world.sns.shown == [(incident_id, 1, None)]


def test_the_same_notice_twice_is_shown_once(world):
    world.notify()

    assert world.notify() == ()
    assert len(world.slack.shown) == 1


def test_a_later_change_updates_the_message_that_is_there(world):
    world.notify()
    (incident_id,) = world.incidents.by_id
    world.ledger.propose(a_response())
    world.incidents.link(incident_id, "r-1")

    world.notify("revision-2")

    assert world.slack.shown[-1] == (incident_id, 2, f"slack-{incident_id}")
    assert world.slack.with_responses == ["r-1"]


def test_a_channel_that_is_down_silences_no_other_and_is_told_when_it_is_back(world):
    world.slack.is_down = True
    with pytest.raises(Unavailable, match="slack"):
        world.notify()
    world.slack.is_down = False

    assert len(world.sns.shown) == 1
    assert world.notify(now=AT + LEASE) == ("slack",)
    assert (len(world.slack.shown), len(world.sns.shown)) == (1, 1)


def test_while_another_process_shows_it_the_notice_comes_again(world):
    (incident_id,) = world.incidents.by_id
    world.notices.claim(Notice(incident_id, "slack-revision-1"), AT)

    with pytest.raises(Unavailable, match="slack"):
        world.notify(now=AT + timedelta(seconds=1))

    assert len(world.sns.shown) == 1


def test_an_unknown_incident_is_not_found(world):
    ports = NotifyPorts(world.incidents, world.ledger, world.notices, (world.slack,))

    with pytest.raises(NotFound, match="inc-0"):
        notify(Notice("inc-0", "revision-1"), ports=ports, now=AT)


def test_notices_of_one_incident_at_once_are_one_message(world):
    at_once([partial(world.notify, f"revision-{n}") for n in range(6)])

    places = [place for _, _, place in world.slack.shown]
    assert len(places) == 6
    assert places.count(None) == 1


def test_a_channel_that_was_down_at_first_is_posted_to_when_it_is_back(world):
    world.slack.is_down = True
    with pytest.raises(Unavailable):
        world.notify()
    world.slack.is_down = False

    assert "slack" in world.notify("revision-2", now=AT + LEASE)
