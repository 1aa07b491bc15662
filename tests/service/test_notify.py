"""Each change of an incident is one message on each channel, and a channel that is down silences no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread

import pytest

from builders import a_finding, a_response
from fakes import FakeChannel, FakeIncidents, FakeLedger, FakeNotices
from fakes_snapshots import FakeCopies
from nightlatch.adapters.notices import LEASE
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.answering.speed import Opened
from nightlatch.domain.errors import NotFound, Unavailable, Unreadable
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.change_notes import ChangeNotes
from nightlatch.service.notify import NotifyPorts, notify
from nightlatch.service.ports import Notice


@dataclass
class World:
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    notices: FakeNotices = field(default_factory=FakeNotices)
    slack: FakeChannel = field(default_factory=lambda: FakeChannel("slack"))
    sns: FakeChannel = field(default_factory=lambda: FakeChannel("sns"))
    opened: list[Opened] = field(default_factory=list)

    def notify(self, mark: str = "revision-1", *, now=AT) -> tuple[str, ...]:
        (incident_id,) = self.incidents.by_id
        ports = NotifyPorts(
            self.incidents, self.ledger, self.notices, (self.slack, self.sns), opened=self.opened.append
        )
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


def test_that_an_incident_opened_is_measured_once_from_its_first_event(world):
    world.notify("revision-2", now=AT + timedelta(seconds=42))  # what is offered was linked before anybody was told
    world.notify("revision-2", now=AT + timedelta(minutes=9))
    world.notify("revision-3", now=AT + timedelta(minutes=9))

    assert world.opened == [Opened(Severity.HIGH, timedelta(seconds=42))]


def test_what_nobody_was_shown_is_not_measured_until_somebody_is(world):
    world.slack.is_down = world.sns.is_down = True
    with pytest.raises(Unavailable):
        world.notify()
    assert world.opened == []


class Damaged(FakeLedger):
    """A ledger in which one response cannot be read."""

    def get(self, response_id: str) -> Response:
        if response_id == "r-damaged":
            raise Unreadable("a stored Response cannot be read (see its JSON)")
        return super().get(response_id)


def test_an_incident_is_told_though_one_of_its_responses_cannot_be_read(world):
    world.ledger = Damaged()
    world.ledger.propose(a_response(id="r-2", led_to=("r-damaged",)))
    (incident_id,) = world.incidents.by_id
    for response_id in ("r-damaged", "r-2"):
        world.incidents.link(incident_id, response_id)

    assert world.notify() == ("slack", "sns")

    assert world.slack.with_responses == ["r-2"]
    (note,) = world.slack.notes
    assert "response r-damaged cannot be read" in note


def test_what_is_known_of_a_change_is_told_on_every_channel(world):
    world.incidents = FakeIncidents()
    incident, _ = world.incidents.fold(
        a_finding(rule="change.unexpected-writer", calls=("PutSecretValue",), secrets=(a_secret(),)), policy_digest=""
    )
    changed = ChangeNotes(copies=FakeCopies(), pause=lambda _: None)
    ports = NotifyPorts(world.incidents, world.ledger, world.notices, (world.slack, world.sns), changed)

    notify(Notice(incident.id, "revision-1"), ports=ports, now=AT)

    assert world.slack.notes == world.sns.notes != []


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


def test_a_channel_that_does_not_answer_keeps_no_other_waiting_where_they_are_told_at_once(world):
    answered = Event()
    slow = BusyChannel(lambda: answered.wait(timeout=30))
    world.sns = BusyChannel(answered.set, "sns")
    with ThreadPoolExecutor(2) as pool:
        ports = NotifyPorts(world.incidents, world.ledger, world.notices, (slow, world.sns), each=pool.map)
        (incident_id,) = world.incidents.by_id

        assert notify(Notice(incident_id, "revision-1"), ports=ports, now=AT) == ("slack", "sns")

    assert answered.is_set()


class WrongChannel(FakeChannel):
    """A channel with an error in it."""

    def show(self, *_given: object) -> str | None:
        raise OverflowError("planted-text-of-an-error")


def test_an_error_in_one_channel_silences_no_other_and_says_nothing_of_its_text(world):
    world.slack = WrongChannel("slack")

    with pytest.raises(Unavailable, match=r"slack: an error of nightlatch itself \(OverflowError\)") as raised:
        world.notify()

    assert "planted" not in str(raised.value)
    assert len(world.sns.shown) == 1


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


class BusyChannel(FakeChannel):
    """A channel that answers its first message only when something else has had its chance."""

    def __init__(self, meanwhile: Callable[[], object], name: str = "slack") -> None:
        super().__init__(name)
        self.meanwhile: Callable[[], object] | None = meanwhile

    def show(
        self, incident: Incident, responses: Iterable[Response], place: str | None, notes: Iterable[str] = ()
    ) -> str | None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().show(incident, responses, place, notes)


def test_two_notices_of_an_incident_at_once_are_one_message(world):
    second = Thread(target=lambda: world.notify("revision-2"))

    def begin_the_second() -> None:
        second.start()
        second.join(timeout=0.2)

    world.slack = BusyChannel(begin_the_second)
    world.notify("revision-1")
    second.join(timeout=30)

    (incident_id,) = world.incidents.by_id
    assert [place for _, _, place in world.slack.shown] == [None, f"slack-{incident_id}"]


def test_a_channel_that_was_down_at_first_is_posted_to_when_it_is_back(world):
    world.slack.is_down = True
    with pytest.raises(Unavailable):
        world.notify()
    world.slack.is_down = False

    assert "slack" in world.notify("revision-2", now=AT + LEASE)
