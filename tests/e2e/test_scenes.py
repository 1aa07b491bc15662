"""The four scenes of the demonstration keep their promises, each seen on the stage and not in the scene's own words."""

from __future__ import annotations

import json

import pytest

from e2e.watched import Watched
from nightlatch.local.journal import Step
from nightlatch.local.scenes.company import LEGACY_SECRET, STOLEN_USER
from nightlatch.local.scenes.scenes import NEW_SECRETS, SCENES, title_of
from nightlatch.local.scenes.timeline import Timeline
from nightlatch.local.slack.workspace import buttons_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("scenes")]

TERRAFORM, SWEEP, BAD_VALUE, DELETION = SCENES


@pytest.fixture(scope="module")
def played(watched: Watched) -> dict[str, Timeline]:
    """Play them once, in their order, as `nightlatch demo` does."""
    timelines = {}
    for title, play in SCENES.items():
        timelines[title] = timeline = Timeline(title, lambda _line: None)
        play(watched.theatre, timeline)
    watched.settle()
    return timelines


def test_each_scene_measured_its_moments_in_order(played: dict[str, Timeline]) -> None:
    for title in SCENES:
        moments = [at for at, _ in played[title].moments]
        assert len(moments) >= 2
        assert moments == sorted(moments)


@pytest.mark.usefixtures("played")
def test_the_ordinary_terraform_run_was_judged_and_nobody_was_told(watched: Watched) -> None:
    made = watched.told("CreateSecret", "prod/reporting/")
    read_back = watched.told("GetSecretValue", "prod/reporting/")

    assert (len(made), len(read_back)) == (NEW_SECRETS, NEW_SECRETS)
    judged = {event_id for entry in watched.theatre.stage.journal.entries(Step.LANE) for event_id in entry.ids}
    assert {record["eventID"] for record in (*made, *read_back)} <= judged
    assert watched.messages("prod/reporting/") == []


@pytest.mark.usefixtures("played")
def test_the_sweep_is_one_incident_that_names_every_secret(watched: Watched) -> None:
    [message] = watched.messages(STOLEN_USER)

    incident = watched.incident(message)
    stolen = {secret.name for finding in incident.findings for secret in finding.secrets}
    assert stolen == set(watched.theatre.company.names) - {LEGACY_SECRET}
    assert {finding.principal.name for finding in incident.findings} == {STOLEN_USER}
    assert f"{len(stolen)} secrets" in title_of(message)
    assert STOLEN_USER in message["text"]


@pytest.mark.usefixtures("played")
def test_the_bad_value_was_rolled_back_once_by_the_one_who_pressed(watched: Watched) -> None:
    [message] = watched.messages("wrote a new value to secret prod/orders/db")  # the sweep may name it too

    good = watched.theatre.company.versions["prod/orders/db"]
    assert watched.current("prod/orders/db") == good
    assert watched.moves_of_current("prod/orders/db") == [good]
    assert "✅" in title_of(message)
    assert "ben" in message["text"]
    assert buttons_of(message) == []
    assert message["edits"] >= 1


@pytest.mark.usefixtures("played")
def test_the_deletion_was_undone_once_and_by_itself(watched: Watched) -> None:
    # A reader that was refused meanwhile is told in a message of its own.
    [message] = [one for one in watched.messages(LEGACY_SECRET) if "scheduled" in one["text"]]

    assert len(watched.told("RestoreSecret", LEGACY_SECRET)) == 1
    described = watched.theatre.as_role("app", "app").describe_secret(SecretId=LEGACY_SECRET)
    assert "DeletedDate" not in described
    assert "✅" in title_of(message)
    assert "restored" in json.dumps(message)


@pytest.mark.usefixtures("played")
def test_nothing_else_was_said(watched: Watched) -> None:
    about = {STOLEN_USER, "prod/orders/db", LEGACY_SECRET}

    others = [m["text"] for m in watched.theatre.slack.messages() if not any(name in m["text"] for name in about)]
    assert others == []


@pytest.mark.usefixtures("played")
def test_every_call_was_narrated_and_every_lane_delivered(watched: Watched) -> None:
    watched.theatre.stage.server.narrator.raise_failures()
    assert watched.failures() == []
