"""`approve` lists what waits, takes an answer, and says what is next where an id means nothing or a yes is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from builders import a_response
from fakes import FixedClock
from nightlatch.adapters.table import Table
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, Step, advance
from nightlatch.domain.history.examples import a_secret
from worlds import REGION, TABLE, WholeLedger, a_client

pytestmark = pytest.mark.usefixtures("deployed")
NOW = datetime.now(UTC).replace(microsecond=0)  # the deployed nightlatch has the clock of the world


def offered(response: Response) -> Response:
    ledger = WholeLedger(Table(a_client("dynamodb"), TABLE), now=FixedClock(NOW))
    ledger.propose(response)
    return response


def test_an_unknown_id_says_where_ids_stand_and_what_lists_them_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["approve", "r-9", "--region", REGION]) == ExitCode.ERROR

    said = capsys.readouterr().err
    assert "there is no response r-9" in said
    assert "the incident's message" in said
    assert said.endswith(f"what waits now: nightlatch approve --region {REGION}\n")


def test_what_waits_is_listed_with_the_command_that_answers_it(capsys: pytest.CaptureFixture[str]) -> None:
    offered(a_response(now=NOW, people=2))
    offered(a_response(now=NOW - timedelta(hours=9), id="r-over", button="b-2"))
    denied = advance(offered(a_response(now=NOW, id="r-no", button="b-3")), Signal.DENY, actor="ana", now=NOW)
    WholeLedger(Table(a_client("dynamodb"), TABLE), now=FixedClock(NOW)).move(denied, was=a_response().state)

    assert run(["approve"]) == ExitCode.CLEAN

    told = capsys.readouterr()
    assert "r-1" in told.out
    assert "roll-back" in told.out
    assert "prod/db" in told.out
    assert "0 of 2" in told.out
    assert not any(gone in told.out for gone in ("r-over", "r-no"))
    assert "nightlatch approve ID" in told.err


def test_what_waits_is_listed_as_data_too(capsys: pytest.CaptureFixture[str]) -> None:
    offered(a_response(now=NOW))

    assert run(["approve", "--output", "json"]) == ExitCode.CLEAN

    (one,) = json.loads(capsys.readouterr().out)
    assert (one["id"], one["act"], one["on"], one["people"], one["yes"]) == ("r-1", "roll-back", "prod/db", 1, [])
    assert one["expires_at"] == (NOW + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_takes_another_back_is_listed_once_that_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    done = a_response(
        ResponseState.SUCCEEDED, now=NOW, id="r-done", steps=(Step(at=NOW, signal=Signal.CALL, actor="r"),)
    )
    offered(done)
    offered(a_response(now=NOW, id="r-open", button="b-2"))
    for before in ("r-done", "r-open"):
        secret = a_secret(f"undo-{before}")
        offered(a_response(now=NOW, id=f"after-{before}", button=f"b-{before}", secret=secret, after=before))

    assert run(["approve", "--output", "json"]) == ExitCode.CLEAN

    assert {one["id"] for one in json.loads(capsys.readouterr().out)} == {"r-open", "after-r-done"}


def test_where_nothing_waits_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["approve"]) == ExitCode.CLEAN

    assert "nothing waits for anybody" in capsys.readouterr().out


def test_a_no_needs_an_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["approve", "--deny"]) == ExitCode.USAGE

    assert "ACTION" in capsys.readouterr().err


def test_one_yes_of_two_ends_with_the_code_of_waiting_and_the_command_for_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    offered(replace(a_response(now=NOW), people=2))

    assert run(["approve", "r-1", "--region", REGION]) == ExitCode.REFUSED

    told = capsys.readouterr()
    assert f"another approver runs nightlatch approve r-1 --region {REGION}" in told.out
    assert "not done yet" in told.err
