"""Live fire takes an alert for told when a channel has shown the deletion, and knows which channels fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest

from builders import a_finding
from nightlatch.adapters.circuits import DynamoCircuits
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.notices import DynamoNotices
from nightlatch.adapters.storms import DynamoStorms
from nightlatch.adapters.table import Table
from nightlatch.config import load_settings
from nightlatch.domain.answering.circuits import Circuit, failed
from nightlatch.domain.answering.summaries import Storm, held_of
from nightlatch.domain.history.examples import a_secret
from nightlatch.reach.connection import Connection
from nightlatch.reach.spotted import Spotted
from nightlatch.service.ports import Notice
from worlds import REGION, TABLE, a_table, on_moto

SECRET = a_secret()
HOUR = timedelta(hours=1)


class World:
    """An incident table, and what the detector and the notifier would write there."""

    def __init__(self) -> None:
        self.table: Table = a_table()[0]
        settings = load_settings({"NIGHTLATCH_INCIDENT_TABLE": TABLE})
        self.connection = Connection(boto3.session.Session(region_name=REGION), None, settings)
        self.incidents = DynamoIncidents(self.table, now=self.connection.now)
        self.notices = DynamoNotices(self.table, now=self.connection.now)
        self.spotter = Spotted(self.connection)

    def finds(self, rule: str = "deletion.deletion-scheduled", **fields: object) -> str:
        return self.incidents.fold(a_finding(rule=rule, secrets=(SECRET,), **fields), policy_digest="")[0].id

    def shows(self, incident: str, channel: str, revision: int) -> None:
        self.notices.shown(Notice(incident, f"{channel}-revision-{revision}"))

    def fails(self, channel: str, *, ago: timedelta = timedelta(0)) -> None:
        well = Circuit(channel=channel)
        circuit = failed(well, "it answered 500", self.connection.now() - ago)
        assert DynamoCircuits(self.table, now=self.connection.now).move(circuit, was=well)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with on_moto(monkeypatch):
        yield World()


def test_nothing_is_told_where_there_is_no_incident(world: World) -> None:
    assert world.spotter.told_of(SECRET) is None


def test_an_incident_about_a_read_tells_of_no_deletion(world: World) -> None:
    world.finds(rule="access.first-read")

    assert world.spotter.told_of(SECRET) is None


def test_an_incident_that_nobody_was_shown_has_no_channel(world: World) -> None:
    incident = world.finds()

    told = world.spotter.told_of(SECRET)

    assert told is not None
    assert (told.incident, told.shown_on) == (incident, ())


def test_what_was_shown_before_the_deletion_was_in_it_does_not_count(world: World) -> None:
    incident = world.finds(rule="access.first-read")
    world.shows(incident, "slack", 1)
    assert world.finds() == incident

    told = world.spotter.told_of(SECRET)
    world.shows(incident, "sns", 2)
    then = world.spotter.told_of(SECRET)

    assert told is not None
    assert then is not None
    assert (told.shown_on, then.shown_on) == ((), ("sns",))


def test_an_incident_that_a_storm_holds_back_is_known_to_be(world: World) -> None:
    incident = world.finds()
    storms = DynamoStorms(world.table, now=world.connection.now)
    storm = Storm(id="storm-1", began=world.connection.now())
    assert storms.put(storm)
    before = world.spotter.told_of(SECRET)
    storms.hold(storm.id, held_of(world.incidents.get(incident)))

    told = world.spotter.told_of(SECRET)

    assert before is not None
    assert told is not None
    assert (before.is_held, told.is_held) == (False, True)


def test_a_channel_that_fails_is_named_with_its_reason_and_one_that_failed_long_ago_is_not(world: World) -> None:
    world.finds()
    world.fails("slack")
    world.fails("pagerduty", ago=HOUR)

    told = world.spotter.told_of(SECRET)

    assert told is not None
    assert told.failing == (("slack", "it answered 500"),)
