"""What stands open is listed with the worst first, and each incident says what is next to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from builders import a_finding, a_response, a_snooze
from cli.deployed import deploy
from fakes import FixedClock
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.table import Table
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.incidents import put_to_sleep
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.history.examples import a_secret, a_user
from nightlatch.domain.judging.findings import Remedy, Severity
from worlds import TABLE, a_client, on_moto


class Told:
    """What a stack told of."""

    def __init__(self) -> None:
        table = Table(a_client("dynamodb"), TABLE)
        self.incidents = DynamoIncidents(table, now=FixedClock())
        self.ledger = DynamoLedger(table, now=FixedClock())

    def incident(self, who: str, state: ResponseState | None = None, severity: Severity = Severity.HIGH) -> str:
        finding = a_finding(by=a_user(who), severity=severity, remedy=Remedy.RESTORE)
        incident, _ = self.incidents.fold(finding, policy_digest="0123456789ab")
        if state is not None:
            action = Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret())
            response = replace(
                a_response(state, action=action), id=f"r-{who}", button=f"b-{who}", incident_id=incident.id
            )
            self.ledger.propose(response)
            self.incidents.link(incident.id, response.id)
        return incident.id


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with on_moto(monkeypatch):
        deploy({})
        yield Told()


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(["incidents", "list", "--output", "json", *options]) == ExitCode.CLEAN
    document: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return document


def test_what_stands_open_is_listed_the_worst_first(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    mild = told.incident("ana", severity=Severity.MEDIUM)
    settled = told.incident("ben", ResponseState.SUCCEEDED)
    worst = told.incident("mallory", ResponseState.PROPOSED, Severity.CRITICAL)

    assert [(one["id"], one["state"], one["waiting"]) for one in listed(capsys)] == [
        (worst, "open", ["r-mallory"]),
        (mild, "open", []),
    ]
    assert {one["id"] for one in listed(capsys, "--all")} == {worst, mild, settled}


def test_what_is_snoozed_says_until_when_by_whom_and_why(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    incident = told.incident("ana")
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    told.incidents.change(incident, lambda one: put_to_sleep(one, a_snooze(until=until, reason="a known outage")))

    (one,) = listed(capsys)
    assert run(["incidents", "show", incident]) == ExitCode.CLEAN

    assert (one["state"], one["snoozed_until"]) == ("snoozed", f"{until:%Y-%m-%dT%H:%M:%SZ}")
    assert f"snoozed until {until:%Y-%m-%dT%H:%M:%SZ} by ana: a known outage" in capsys.readouterr().out


def test_as_a_table_a_row_is_a_line_and_the_next_command_is_said(
    told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    incident = told.incident("mallory")

    assert run(["incidents", "list", "--region", "eu-west-1"]) == ExitCode.CLEAN

    captured = capsys.readouterr()
    assert [line.split("\t")[0] for line in captured.out.splitlines()] == ["ID", incident]
    assert captured.err == "incidents=1 shown=1\none in full: nightlatch incidents show ID --region eu-west-1\n"


@pytest.mark.usefixtures("told")
def test_where_nothing_was_told_of_nothing_stands_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["incidents", "list"]) == ExitCode.CLEAN

    assert capsys.readouterr().out == "nothing stands open\n"


def test_an_incident_says_what_waits_and_how_to_answer(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    incident = told.incident("mallory", ResponseState.PROPOSED)

    assert run(["incidents", "show", incident]) == ExitCode.CLEAN

    captured = capsys.readouterr()
    for part in ("HIGH", incident, "mallory", "Policy    0123456789ab", "r-mallory proposed: restore-deleted"):
        assert part in captured.out
    assert "to say yes to restore-deleted: nightlatch approve r-mallory; no: the same with --deny" in captured.err
    assert "nightlatch rules explain deletion.scheduled" in captured.err


def test_in_full_it_holds_findings_and_acts_as_fields(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    incident = told.incident("mallory", ResponseState.SUCCEEDED)

    assert run(["incidents", "show", incident, "--output", "json"]) == ExitCode.CLEAN

    document = json.loads(capsys.readouterr().out)
    assert (document["state"], document["policy"]) == ("settled", "0123456789ab")
    assert document["findings"][0]["rule"] == "deletion.scheduled"
    assert [(one["id"], one["act"], one["state"]) for one in document["responses"]] == [
        ("r-mallory", "restore-deleted", "succeeded")
    ]


@pytest.mark.usefixtures("told")
def test_an_incident_that_is_none_says_where_ids_stand(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["incidents", "show", "inc-0"]) == ExitCode.ERROR

    assert "there is no incident inc-0 here; ids begin with inc-" in capsys.readouterr().err


def test_names_out_of_logs_are_text(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    incident = told.incident("\x1b[2J=1")

    assert run(["incidents", "show", incident]) == run(["incidents", "list"]) == ExitCode.CLEAN

    assert all(char.isprintable() or char in "\n\t" for char in capsys.readouterr().out)
