"""The doctor looks at everything it may, says what it may not, and how it ended."""

from __future__ import annotations

import json
import signal

import boto3
import pytest

from cli.deployed import deploy
from nightlatch.adapters.doctor.asking import Asker
from nightlatch.cli.acts.throw_away import ThrowAway
from nightlatch.cli.looks.examining import code_of
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.errors import Refused
from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap
from worlds import REGION, on_moto


@pytest.fixture(autouse=True)
def no_quotas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for no quota: moto lists none, and falls over instead of saying so."""
    monkeypatch.setattr("nightlatch.adapters.doctor.account._LISTS", ())


@pytest.mark.usefixtures("deployed")
def test_of_a_stack_with_nothing_in_it_each_thing_that_lacks_is_a_line_with_its_fix(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["doctor", "--output", "json"]) == ExitCode.FINDINGS

    lines = {line["about"]: line for line in json.loads(capsys.readouterr().out)}
    assert lines["trail"]["fix"].startswith("aws cloudtrail create-trail")
    assert lines["heartbeat"]["verdict"] == "fail"
    assert lines["subscriptions"]["fix"].startswith("aws sns subscribe --topic-arn arn:aws:sns:")
    assert lines["kill switch"] == {"about": "kill switch", "verdict": "ok", "said": "is off", "fix": ""}
    assert lines["policy"]["verdict"] == "ok"
    assert lines["alarms"]["verdict"] == "fail"
    assert lines["forwarding of IAM's events"]["fix"].startswith("aws cloudformation deploy --region us-east-1")
    assert lines["look for what was missed"]["verdict"] == "warn"
    assert lines["channels"]["verdict"] == "not looked"
    assert lines["quota of secrets"]["verdict"] == "not looked"


@pytest.mark.usefixtures("deployed")
def test_secrets_where_nothing_is_deployed_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    boto3.client("secretsmanager", region_name="us-west-2").create_secret(Name="far", SecretString="x")

    run(["doctor", "--output", "json"])

    lines = {line["about"]: line for line in json.loads(capsys.readouterr().out)}
    assert lines["Region us-west-2"]["said"] == "holds 1 secret, and no stack nightlatch: nobody watches them"
    assert lines["Region us-west-2"]["fix"] == "sam deploy --region us-west-2 --stack-name nightlatch"


@pytest.mark.usefixtures("deployed")
def test_whoever_may_look_at_nothing_else_gets_no_line_that_is_well_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def denied(_self: Asker, action: str, /, region: str = "", **_asked: object) -> Gap:
        return Gap(f"{action} in {region} was refused (AccessDenied); allow it, then ask again")

    monkeypatch.setattr(Asker, "ask", denied)

    run(["doctor", "--output", "json"])

    lines = json.loads(capsys.readouterr().out)
    refused = {line["about"]: line["said"] for line in lines if "was refused (AccessDenied)" in line["said"]}
    assert set(refused) == {
        "trails in detail",
        "forwarding of IAM's events",
        "key of the topic",
        "other Regions",
        "quota of functions at once",
    }
    assert all(line["verdict"] == "not looked" for line in lines if line["about"] in refused)


@pytest.mark.usefixtures("deployed")
def test_people_get_a_line_for_each_and_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor"])

    shown = capsys.readouterr()
    assert "fix: aws cloudtrail create-trail" in shown.out
    assert "ok=" in shown.err
    assert "fail=" in shown.err


def secrets_there() -> list[str]:
    client = boto3.client("secretsmanager", region_name=REGION)
    return [one["Name"] for one in client.list_secrets(IncludePlannedDeletion=True)["SecretList"]]


def test_live_fire_makes_nothing_where_the_vault_would_bring_it_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with on_moto(monkeypatch):
        ledger = {"match": {"names": ["prod/ledger/*"]}, "mode": "protect", "snapshots": {"vault": {}}}
        deploy({"secrets": [ledger]})

        assert run(["doctor", "--live-fire", "--under", "prod/ledger/fire-", "--yes"]) == ExitCode.REFUSED

        said = capsys.readouterr().err
        assert "secrets[0] (prod/ledger/*)" in said
        assert "--under" in said
        assert secrets_there() == []


@pytest.mark.usefixtures("deployed")
def test_live_fire_that_nobody_answers_says_so_and_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--live-fire", "--wait", "0", "--yes", "--output", "json"]) == ExitCode.FINDINGS

    lines = {line["about"]: line for line in json.loads(capsys.readouterr().out)}
    assert lines["scheduled deletion is seen"]["verdict"] == "fail"
    assert lines["throw-away is gone"]["verdict"] == "warn"  # nothing judges here
    assert secrets_there() == []


@pytest.mark.usefixtures("deployed")
def test_live_fire_that_is_refused_on_the_way_shows_that_it_cleaned_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(_self: ThrowAway) -> None:
        raise Refused("not permitted; add secretsmanager:PutSecretValue to the role that acts")

    monkeypatch.setattr(ThrowAway, "change", refused)

    assert run(["doctor", "--live-fire", "--wait", "0", "--yes", "--output", "json"]) == ExitCode.REFUSED

    shown = capsys.readouterr()
    assert [line["about"] for line in json.loads(shown.out)] == ["throw-away is gone"]
    assert "secretsmanager:PutSecretValue" in shown.err
    assert secrets_there() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("deployed")
def test_live_fire_that_is_interrupted_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    monkeypatch.setattr(ThrowAway, "read", lambda _self: signal.raise_signal(number))
    inherited = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would we
    before = signal.getsignal(number)
    try:
        code = run(["doctor", "--live-fire", "--wait", "0", "--yes", "--output", "json"])
        assert signal.getsignal(number) is before
    finally:
        signal.signal(signal.SIGINT, inherited)

    assert code == ExitCode.INTERRUPTED

    assert [line["verdict"] for line in json.loads(capsys.readouterr().out)] == ["ok"]
    assert secrets_there() == []


def line(verdict: Verdict) -> Line:
    return Line(about="x", verdict=verdict, said="y")


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([Verdict.OK, Verdict.WARN], ExitCode.CLEAN),
        ([Verdict.OK, Verdict.UNSEEN], ExitCode.PARTIAL),
        ([Verdict.UNSEEN, Verdict.FAIL], ExitCode.FINDINGS),
    ],
)
def test_what_fails_outranks_what_could_not_be_looked_at(verdicts: list[Verdict], code: ExitCode) -> None:
    assert code_of(map(line, verdicts)) == code
