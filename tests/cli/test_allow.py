"""What is allowed is listed and taken back by one verb; a wish that is half said is a usage error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from builders import a_response
from cli.deployed import deploy
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.table import Table
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import ResponseState, Signal, advance
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import a_user
from worlds import ACCOUNT, REGION, TABLE, a_client, on_moto

NOW = datetime.now(UTC).replace(microsecond=0)


def the_ledger() -> DynamoLedger:
    return DynamoLedger(Table(a_client("dynamodb"), TABLE), now=lambda: NOW)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with on_moto(monkeypatch):
        client: Any = boto3.client("secretsmanager", region_name=REGION)
        for name in ("prod/db", "ci-tmp/db"):
            client.create_secret(Name=name, SecretString="planted")
        deploy({})
        yield client


def allowed(name: str, lasting: timedelta, *, force: bool = False) -> None:
    """Put an allowance into the ledger as the responder leaves it."""
    secret = secret_ref(name, account_id=ACCOUNT, region=REGION)
    action = Action(kind=ActionKind.ALLOW_DELETION, secret=secret, force=force, until=NOW + lasting, note="torn down")
    at = min(NOW, NOW + lasting) - timedelta(minutes=1)
    response = a_response(ResponseState.APPROVED, action=action, now=at, id=f"r-{name}", button="")
    ledger = the_ledger()
    ledger.propose(response)
    for signal in (Signal.START, Signal.SUCCEED):
        moved = advance(response, signal, actor="responder", now=at)
        ledger.move(moved, was=response.state)
        response = moved


@pytest.mark.parametrize("how", [["allow"], ["allow", "--list"]])
@pytest.mark.usefixtures("manager")
def test_what_is_allowed_now_is_listed_with_who_and_why(how: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    allowed("prod/db", timedelta(hours=2))
    allowed("ci-tmp/db", timedelta(hours=1), force=True)
    allowed("prod/over", timedelta(hours=-1))

    assert run([*how, "--output", "json"]) == ExitCode.CLEAN

    rows = json.loads(capsys.readouterr().out)
    assert [(row["secret"], row["action"], row["by"], row["reason"]) for row in rows] == [
        ("ci-tmp/db", "force-delete", "ben (U0BEN)", "torn down"),
        ("prod/db", "delete", "ben (U0BEN)", "torn down"),
    ]
    assert run(how) == ExitCode.CLEAN
    out, err = capsys.readouterr()
    assert "ci-tmp/db" in out
    assert "allowed=2" in err


@pytest.mark.usefixtures("manager")
def test_an_end_is_planned_with_what_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    allowed("prod/db", timedelta(hours=2))
    allowed("ci-tmp/db", timedelta(hours=2))

    assert run(["allow", "prod/db", "--end", "--dry-run"]) == ExitCode.CLEAN

    out = capsys.readouterr().out
    assert "torn down" in out
    assert "End allowance" in out
    assert "ci-tmp/db" not in out


@pytest.mark.usefixtures("manager")
def test_where_nothing_is_allowed_there_is_nothing_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["allow", "prod/db", "--end", "--yes", "--stack", "nightlatch"]) == ExitCode.REFUSED
    assert "nightlatch allow --list" in capsys.readouterr().err


@pytest.mark.usefixtures("manager")
def test_the_way_back_of_an_allowance_is_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    wish = [
        "allow",
        "prod/db",
        "--action",
        "delete",
        "--for",
        "1h",
        "--reason",
        "moved",
        "--region",
        REGION,
        "--dry-run",
    ]

    assert run(wish) == ExitCode.CLEAN

    assert f"nightlatch allow prod/db --end --region {REGION}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wish",
    [
        ["--end"],
        ["prod/db"],
        ["prod/db", "--action", "delete", "--for", "1h"],
        ["prod/db", "--action", "delete", "--reason", "moved"],
        ["prod/db", "--for", "1h", "--reason", "moved"],
        ["prod/db", "--action", "delete", "--end"],
        ["--for", "1h", "--list"],
        ["--action", "delete", "--for", "1h", "--reason", "moved"],
    ],
)
@pytest.mark.usefixtures("manager")
def test_a_wish_that_is_half_said_is_a_usage_error(wish: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["allow", *wish]) == ExitCode.USAGE
    assert "usage:" in capsys.readouterr().err


@pytest.mark.usefixtures("manager")
def test_a_command_in_a_refusal_names_the_place_that_the_person_named(capsys: pytest.CaptureFixture[str]) -> None:
    secret = secret_ref("prod/db", account_id=ACCOUNT, region=REGION)
    wish = Action(kind=ActionKind.REMOVE_GUARD, secret=secret)
    ben = a_user("moto")  # whoever is at the keyboard
    offer = a_response(action=wish, now=NOW, people=2, caused_by=ben, incident_id=None)
    the_ledger().propose(advance(offer, Signal.APPROVE, actor="ben (U0BEN)", now=NOW))

    assert run(["approve", "r-1", "--region", REGION]) == ExitCode.REFUSED

    assert f"nightlatch approve --region {REGION} r-1 --deny" in capsys.readouterr().err
