"""`snooze` and `ours` do on the command line what the menus of a message do, list what stands, and end it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from builders import a_finding
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.table import Table
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs.snooze import rest_of
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.history.examples import AT, a_user
from worlds import TABLE, a_client

pytestmark = pytest.mark.usefixtures("deployed")


def now() -> datetime:
    return datetime.now(UTC)


def an_open_incident(**changes) -> Incident:
    after_s = (now() - AT).total_seconds()
    found = a_finding(rule="change.unexpected-writer", after_s=after_s, **changes)
    return incidents().fold(found, policy_digest="")[0]


def incidents() -> DynamoIncidents:
    return DynamoIncidents(Table(a_client("dynamodb"), TABLE), now=now)


def test_an_incident_is_snoozed_listed_and_woken(capsys: pytest.CaptureFixture[str]) -> None:
    incident = an_open_incident()

    assert run(["snooze", incident.id, "--for", "24h", "--reason", "the vendor looks"]) == ExitCode.CLEAN
    said = capsys.readouterr()
    assert said.out.startswith("snoozed until ")
    assert f"to undo: nightlatch snooze {incident.id} --end" in said.err
    asleep = incidents().get(incident.id)
    assert asleep.snooze is not None
    assert (asleep.snooze.by, asleep.snooze.reason) == ("ben (U0BEN)", "the vendor looks")

    assert run(["snooze", "--list", "--output", "json"]) == ExitCode.CLEAN
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["incident"], listed["reason"]) == (incident.id, "the vendor looks")

    assert run(["snooze", incident.id, "--end"]) == ExitCode.CLEAN
    assert run(["snooze"]) == ExitCode.CLEAN
    assert "no incident is snoozed" in capsys.readouterr().out
    assert not incidents().get(incident.id).is_asleep(now())


def test_whoever_acted_may_neither_snooze_nor_vouch(capsys: pytest.CaptureFixture[str]) -> None:
    incident = an_open_incident(by=a_user("moto"))

    for verb in ("snooze", "ours"):
        assert run([verb, incident.id, "--for", "1h", "--reason", "all is well"]) == ExitCode.REFUSED
        assert "ben acted in this incident" in capsys.readouterr().err
    assert incidents().get(incident.id) == incident


@pytest.mark.parametrize("verb", ["snooze", "ours"])
@pytest.mark.parametrize(
    "arguments",
    [["inc-1"], ["inc-1", "--for", "24h"], ["inc-1", "--for", "tomorrow", "--reason", "x"], ["--for", "1h"]],
    ids=["nothing more", "no reason", "no time", "no incident"],
)
def test_what_is_missing_is_said(verb: str, arguments: list[str]) -> None:
    assert run([verb, *arguments]) == ExitCode.USAGE


def test_an_unknown_incident_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ours", "inc-0", "--for", "1h", "--reason", "x"]) == ExitCode.ERROR

    assert "incident inc-0 does not exist" in capsys.readouterr().err


def test_what_was_ours_is_declared_listed_and_ended(capsys: pytest.CaptureFixture[str]) -> None:
    incident = an_open_incident()

    assert run(["ours", incident.id, "--for", "7d", "--reason", "OPS-12"]) == ExitCode.CLEAN
    said = capsys.readouterr()
    assert "change.unexpected-writer by mallory (IAM user) on secret prod/db is recorded and not told until" in said.out
    (declared,) = incidents().get(incident.id).ours
    assert f"to undo: nightlatch ours --end {declared.id}" in said.err

    assert run(["ours", "--list"]) == ExitCode.CLEAN
    assert declared.id in capsys.readouterr().out
    assert run(["ours", "--end", declared.id]) == ExitCode.CLEAN
    assert run(["ours", "--output", "json"]) == ExitCode.CLEAN
    assert capsys.readouterr().out.endswith("[]\n")


def test_what_may_not_be_declared_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    after_s = (now() - AT).total_seconds()
    incident, _ = incidents().fold(a_finding(rule="monitor.trail-tampered", after_s=after_s), policy_digest="")

    assert run(["ours", incident.id, "--for", "7d", "--reason", "OPS-12"]) == ExitCode.REFUSED

    assert "may be declared" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "expected"), [("1h", 3_600), ("7d", 604_800), ("1d2h3m", 93_780), ("90m", 5_400)])
def test_times_are_read_in_days_hours_and_minutes(text: str, expected: int) -> None:
    assert rest_of(text) == timedelta(seconds=expected)
