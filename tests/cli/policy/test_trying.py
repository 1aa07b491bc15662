"""A policy's own tests are judged by the engine that judges live, and say in words what went otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from policies import EXEMPTION, RECORD, TRIAL, a_policy, written

PROTECTS = {"secrets": [{"match": {"names": ["prod/*"]}, "mode": "protect"}]}


def tried(folder: Path, capsys: pytest.CaptureFixture[str], *tests: Any, **parts: Any) -> list[list[str]]:
    file = written(folder, a_policy(**{"defaults": {"mode": "notify"}, **parts}, tests=list(tests)))
    capsys.readouterr()
    code = run(["policy", "test", file, "--output", "json"])
    outcome = [one["wrong"] for one in json.loads(capsys.readouterr().out)]
    assert code == (ExitCode.ERROR if any(outcome) else ExitCode.CLEAN)
    return outcome


def test_an_exempted_example_is_recorded_and_without_the_exemption_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tried(tmp_path, capsys, TRIAL, exemptions=[EXEMPTION]) == [[]]

    assert tried(tmp_path, capsys, TRIAL) == [["expected recorded, was told: DEL-01 MEDIUM"]]


def test_another_principal_or_secret_than_the_exempted_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {**TRIAL, "principal": "arn:aws:iam::111122223333:role/app"}

    outcome = tried(tmp_path, capsys, other, {**TRIAL, "secret": "prod/db"}, exemptions=[EXEMPTION])

    assert outcome == [["expected recorded, was told: DEL-01 MEDIUM"]] * 2


def test_why_nobody_is_told_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ((wrong,),) = tried(tmp_path, capsys, {**TRIAL, "expect": "told"}, exemptions=[EXEMPTION])

    assert wrong == (
        "expected told, was recorded: DEL-01 LOW (exempted by platform until 2027-01-31: nightly; else MEDIUM)"
    )


def test_an_event_goes_the_whole_way_to_what_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    undone = {
        "name": "a",
        "event": RECORD,
        "expect": {"verdict": "told", "rule": "DEL-01", "acts": ["restore-deleted"]},
    }

    assert tried(tmp_path, capsys, undone, **PROTECTS) == [[]]
    assert tried(tmp_path, capsys, undone) == [["expected acts: restore-deleted, were: none"]]


def test_in_notify_the_way_back_is_offered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    offered = {"name": "a", "event": RECORD, "expect": {"verdict": "told", "acts": [], "offers": ["restore-deleted"]}}

    assert tried(tmp_path, capsys, offered) == [[]]


def test_an_event_that_no_rule_minds_is_silent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    described = {**RECORD, "eventName": "DescribeSecret", "readOnly": True}

    assert tried(tmp_path, capsys, {"name": "a", "event": described, "expect": "silent"}) == [[]]


def test_a_burst_is_several_events_and_a_tier_weighs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reads = [
        {
            **RECORD,
            "eventName": "GetSecretValue",
            "eventID": f"{number:08d}-5e6f-4a1b-8c2d-3e4f5a6b7c8d",
            "requestParameters": {"secretId": f"prod/db-{number}"},
            "responseElements": None,
        }
        for number in range(30)
    ]
    burst = {"name": "a", "event": reads, "expect": {"verdict": "told", "rule": "ACC-01", "severity": "CRITICAL"}}
    tiers = {"inventory": {"tiers": [{"names": "prod/*", "tier": "crown"}]}}

    assert tried(tmp_path, capsys, burst, **tiers) == [[]]
    crown = {**TRIAL, "expect": {"verdict": "told", "severity": "HIGH"}, "secret": "prod/db"}
    assert tried(tmp_path, capsys, crown, **tiers) == [[]]


def test_what_is_no_record_is_a_failed_test_and_no_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ((wrong,),) = tried(tmp_path, capsys, {"name": "a", "event": {"eventName": "X"}, "expect": "silent"})

    assert wrong.startswith("the event is no CloudTrail record: ")


def test_a_time_that_yaml_reads_as_a_moment_is_the_records_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = yaml.safe_dump(
        a_policy(defaults={"mode": "notify"}, tests=[{"name": "a", "event": RECORD, "expect": "told"}])
    )
    unquoted = text.replace("'2026-03-02T09:00:00Z'", "2026-03-02T09:00:00Z")
    assert unquoted != text

    assert run(["policy", "test", written(tmp_path, unquoted)]) == ExitCode.CLEAN
    assert capsys.readouterr().err == "tests=1 failed=0\n"


def test_a_file_without_tests_says_where_to_write_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "test", written(tmp_path, a_policy())]) == ExitCode.CLEAN

    assert "under `tests`" in capsys.readouterr().out
