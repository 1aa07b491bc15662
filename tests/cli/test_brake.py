"""Pausing and resuming need one parameter of Systems Manager and nothing else of the stack."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from nightlatch.adapters.brake import SsmBrake
from nightlatch.adapters.parameter_store import Parameter, SsmKillSwitch
from nightlatch.cli.acts import braking
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.history.examples import AT
from worlds import REGION, a_client, on_moto

NAME = "/nightlatch/nightlatch/kill-switch"


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Systems Manager with the brake of a stack that CloudFormation does not know."""
    with on_moto(monkeypatch):
        client = a_client("ssm")
        client.put_parameter(Name=NAME, Value="off", Type="String", AllowedPattern="^(off|on(:.*)?)$")
        yield client


def value(ssm: Any, name: str = NAME) -> str:
    return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])


def test_pausing_says_who_and_why_and_resuming_shows_it(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pause", "--reason", "the migration\nof tonight"]) == ExitCode.CLEAN

    assert value(ssm).startswith("on: ")
    assert value(ssm).endswith("UTC: the migration of tonight")
    assert SsmKillSwitch(Parameter(ssm, NAME)).is_on()
    assert "nothing is written" in capsys.readouterr().out

    assert run(["resume", "--yes"]) == ExitCode.CLEAN

    assert value(ssm) == "off"
    assert not SsmKillSwitch(Parameter(ssm, NAME)).is_on()
    assert "the migration of tonight" in capsys.readouterr().out


def test_without_the_stack_the_brake_is_found_by_its_name(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pause"]) == ExitCode.CLEAN

    assert f"its brake should be {NAME}" in capsys.readouterr().err
    assert value(ssm).startswith("on")


def test_without_cloudformation_and_sts_the_brake_can_be_pulled(ssm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for service in ("CLOUDFORMATION", "STS", "DYNAMODB"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", "http://127.0.0.1:9")

    assert run(["pause"]) == ExitCode.CLEAN

    assert value(ssm).startswith("on: somebody, ")


def test_with_the_stack_its_own_output_is_asked(ssm: Any) -> None:
    ssm.put_parameter(Name="/elsewhere/brake", Value="off", Type="String")
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"KillSwitchParameter": {"Value": "/elsewhere/brake"}},
    }
    a_client("cloudformation").create_stack(StackName="nightlatch", TemplateBody=json.dumps(template))

    assert run(["pause"]) == ExitCode.CLEAN

    assert (value(ssm, "/elsewhere/brake")[:3], value(ssm)) == ("on:", "off")


def test_a_second_pause_keeps_the_reason_of_the_first(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run(["pause", "--reason", "first"])

    assert run(["pause", "--reason", "second"]) == ExitCode.CLEAN

    assert value(ssm).endswith("first")
    assert "paused already: on: " in capsys.readouterr().out


def test_a_dry_run_prints_the_call_and_changes_nothing(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pause", "--reason", "it's late", "--dry-run"]) == ExitCode.CLEAN

    out = capsys.readouterr().out
    assert out.startswith(f"aws ssm put-parameter --overwrite --name {NAME} --value 'on: ")
    assert value(ssm) == "off"


def test_resuming_asks_and_where_nobody_is_there_a_script_does_not_take_it_for_done(
    ssm: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["pause"])
    monkeypatch.setattr("sys.stdin", io.StringIO())

    assert run(["resume"]) == ExitCode.REFUSED

    assert value(ssm).startswith("on")
    said = capsys.readouterr().err
    assert "nothing was changed" in said
    assert "add --yes" in said


def test_whoever_says_no_has_changed_nothing_and_that_is_no_error(ssm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run(["pause"])
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))

    assert run(["resume"]) == ExitCode.CLEAN

    assert value(ssm).startswith("on")


def test_resuming_what_is_not_paused_changes_nothing(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["resume", "--yes"]) == ExitCode.CLEAN

    assert "is not paused" in capsys.readouterr().out
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Version"] == 1


@pytest.mark.parametrize("verb", [["pause"], ["resume", "--yes"]])
def test_no_brake_is_made_where_there_is_none(ssm: Any, verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*verb, "--stack", "another"]) == ExitCode.ERROR

    assert "there is no parameter /nightlatch/another/kill-switch" in capsys.readouterr().err
    assert len(ssm.describe_parameters()["Parameters"]) == 1


def test_a_brake_of_an_older_stack_takes_on_alone(ssm: Any) -> None:
    ssm.put_parameter(Name="/nightlatch/old/kill-switch", Value="off", Type="String", AllowedPattern="^(on|off)$")

    assert run(["pause", "--stack", "old", "--reason", "why"]) == ExitCode.CLEAN

    assert value(ssm, "/nightlatch/old/kill-switch").startswith("on")


def test_without_a_stage_there_is_nothing_to_pause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    assert run(["pause", "--local"]) == ExitCode.ERROR

    assert "no local stage runs here" in capsys.readouterr().err


def test_who_may_pull_it_and_not_look_at_it_pulls_it(capsys: pytest.CaptureFixture[str]) -> None:
    make: Any = boto3.client
    client = make("ssm", region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(client) as stub:
        stub.add_client_error("get_parameter", "AccessDeniedException", http_status_code=400)
        before = braking.before_of(braking.Lever(SsmBrake(client, NAME), "ana", AT))

    assert before is None
    assert "add ssm:GetParameter" in capsys.readouterr().err
