"""A tired person sees who reads a secret and what that costs, and a program gets the same with exact numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from nightlatch.adapters.counting.pages_dynamodb import item_of
from nightlatch.adapters.counting.process_counts import ProcessCounts
from nightlatch.adapters.inventory.account import Pace
from nightlatch.adapters.table import Table
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.errors import Refused
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import a_person, a_role, a_secret, an_event
from worlds import REGION, TABLE, a_client

APP = a_role("app")
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::444455556666:role/partner"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:sourceVpce": "vpce-0123456789abcdef0"}},
        }
    ],
}


def now() -> datetime:
    return datetime.now(UTC)


def reads(name: str, count: int, *, by=APP, before: timedelta = timedelta(minutes=5)) -> list[SecretEvent]:
    at = now() - before
    secret = a_secret(name, suffix=None)
    return [an_event(secret=secret, by=by, at=at, event_id=f"{name}-{by.name}-{number}") for number in range(count)]


def count(events: Sequence[SecretEvent]) -> None:
    """Count as a detector does that runs for a day."""
    table = Table(a_client("dynamodb"), TABLE)
    for at in (now() - timedelta(hours=24), now()):
        counted = ProcessCounts(f"p-{at:%H%M%S}", now=lambda at=at: at)
        seen = events if at > now() - timedelta(hours=1) else reads("first/of-all", 1, before=timedelta(hours=24))
        counted.note(seen, (), lambda one: one)
        table.put_all(map(item_of, counted.pages(rides=True)))


@pytest.fixture
def account(deployed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a deployed nightlatch and three secrets, one of them with a policy and an owner."""
    del deployed
    monkeypatch.setattr(Pace, "keep", lambda _pace: None)
    manager = boto3.client("secretsmanager", region_name=REGION)
    manager.create_secret(Name="prod/db", SecretString="x", Tags=[{"Key": "owner", "Value": "payments"}])
    manager.put_resource_policy(SecretId="prod/db", ResourcePolicy=json.dumps(POLICY))
    manager.create_secret(Name="prod/api", SecretString="x")


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(arguments) == ExitCode.CLEAN
    return capsys.readouterr().out


@pytest.mark.usefixtures("account")
def test_who_shows_readers_by_how_often_they_read_and_whom_the_policy_names(capsys):
    count([*reads("prod/db", 50), *reads("prod/db", 3, by=a_person())])
    lines = shown(capsys, "who", "prod/db").splitlines()

    assert lines[0].startswith(f"prod/db in {REGION}: counted from ")
    assert [line.split("\t")[:4] for line in lines[3:5]] == [
        ["role/app", "workload", "2.0/h", "50"],
        ["ana (Identity Center)", "person", "2.9/day", "3"],
    ]
    assert "198.51.100.0/24 (public)" in lines[3]
    assert "arn:aws:iam::444455556666:role/partner\tmay read\t1\tonly under its condition" in lines


@pytest.mark.usefixtures("account")
def test_programs_get_exact_numbers(capsys):
    count(reads("prod/db", 50))
    found = json.loads(shown(capsys, "who", "prod/db", "--output", "json"))
    [reader] = found["readers"]

    assert (found["secret"], found["region"], reader["principal"]) == ("prod/db", REGION, APP.key)
    assert (reader["reads"], reader["busiest_hour"], reader["from_public"], reader["caching"]) == (50, 50, 50, False)
    assert reader["usd_a_month"] == pytest.approx(50 / found["hours"] * 720 * 0.05 / 10_000, abs=1e-3)
    assert found["named_by_policy"][0]["effect"] == "allow"
    assert shown(capsys, "who", "prod/db", "--query", "readers[0].reads") == "50\n"


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("form", ["json", "yaml", "csv", "table"])
def test_every_form_can_be_had_of_both(capsys, form):
    count(reads("prod/db", 5))

    assert "prod/db" in shown(capsys, "who", "prod/db", "--output", form)
    assert "role/app" in shown(capsys, "costs", "--output", form)


@pytest.mark.usefixtures("account")
def test_throttled_callers_are_told_with_those_in_haste(capsys):
    throttled = [
        an_event(by=APP, at=now(), failure=Failure("ThrottlingException"), event_id=f"t-{number}")
        for number in range(30)
    ]
    count([*reads("prod/db", 5), *throttled])

    assert "30 throttled" in shown(capsys, "who", "prod/db")


@pytest.mark.usefixtures("account")
def test_a_secret_by_its_arn_is_the_same_secret(capsys):
    count(reads("prod/db", 5))
    arn = boto3.client("secretsmanager", region_name=REGION).describe_secret(SecretId="prod/db")["ARN"]

    assert "role/app" in shown(capsys, "who", arn)


@pytest.mark.usefixtures("account")
def test_a_secret_that_nobody_read_says_so(capsys):
    count(reads("prod/db", 5))

    assert "nobody has read it in this time" in shown(capsys, "who", "prod/api")


@pytest.mark.usefixtures("account")
def test_who_read_a_secret_is_known_when_it_is_gone(capsys):
    count(reads("prod/db", 5))
    boto3.client("secretsmanager", region_name=REGION).delete_secret(
        SecretId="prod/db", ForceDeleteWithoutRecovery=True
    )

    assert run(["who", "prod/db"]) == ExitCode.CLEAN
    told = capsys.readouterr()
    assert "role/app" in told.out
    assert "the secret does not exist (any more)" in told.err


@pytest.mark.usefixtures("account")
def test_a_policy_that_one_may_not_read_makes_it_partial(capsys, monkeypatch):
    count(reads("prod/db", 5))

    def refuse(*_: object) -> None:
        raise Refused("not permitted: secretsmanager:GetResourcePolicy")

    monkeypatch.setattr("nightlatch.cli.looks.using.read_policy", refuse)
    assert run(["who", "prod/db"]) == ExitCode.PARTIAL
    told = capsys.readouterr()
    assert "role/app" in told.out
    assert "not looked at: whom its resource policy lets read" in told.err


@pytest.mark.usefixtures("account")
def test_an_unknown_secret_names_the_next_command(capsys):
    count(reads("prod/db", 5))

    assert run(["who", "prod/dv"]) == ExitCode.ERROR
    assert "nightlatch inventory show" in capsys.readouterr().err


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("verb", [["who", "prod/db"], ["costs"]])
def test_before_anything_was_counted_the_next_command_is_said(capsys, verb):
    assert run(verb) == ExitCode.ERROR
    said = capsys.readouterr().err
    assert "nothing has been counted yet" in said
    assert f"nightlatch {' '.join(verb)} --trail PATH" in said


@pytest.mark.usefixtures("account")
def test_costs_are_shown_the_dearest_first_with_the_others_in_one_line(capsys):
    count([*reads("prod/db", 5), *reads("prod/db", 50, by=a_role("job")), *reads("prod/api", 4, by=a_role("rare"))])
    lines = shown(capsys, "costs", "--top", "1").splitlines()

    assert [line.split("\t")[0] for line in lines] == ["CALLER", "role/job", "2 others"]
    everything = json.loads(shown(capsys, "costs", "--top", "0", "--output", "json"))
    assert [entry["reads"] for entry in everything] == [50, 6, 4]
    folded = json.loads(shown(capsys, "costs", "--top", "1", "--output", "json"))
    assert [(entry["caller"], entry["reads"]) for entry in folded] == [(a_role("job").key, 50), (None, 10)]


@pytest.mark.usefixtures("account")
def test_costs_by_secret_and_by_the_owner_that_its_tag_names(capsys):
    count([*reads("prod/db", 50), *reads("prod/api", 5)])
    assert run(["inventory", "refresh"]) == ExitCode.CLEAN
    capsys.readouterr()

    by_secret = [line.split("\t")[0] for line in shown(capsys, "costs", "--by", "secret").splitlines()]
    by_owner = [line.split("\t")[0] for line in shown(capsys, "costs", "--by", "owner").splitlines()]
    assert by_secret[1] == f"prod/db (111122223333, {REGION})"
    assert by_owner == ["OWNER", "payments", "without a tag owner"]


@pytest.mark.usefixtures("account")
def test_owners_need_an_inventory_and_the_error_names_the_command(capsys):
    count(reads("prod/db", 5))

    assert run(["costs", "--by", "owner"]) == ExitCode.ERROR
    assert "nightlatch inventory refresh" in capsys.readouterr().err


def record(number: int, secret: str = "prod/db", *, region: str = REGION, at: str = "09:00:00") -> dict[str, object]:  # noqa: S107
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana", "accountId": "111122223333",
                         "userName": "ana", "accessKeyId": "AKIAEXAMPLEEXAMPLE01"},
        "eventTime": f"2026-03-02T{at}Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "Boto3/1.34",
        "requestParameters": {"secretId": secret},
        "responseElements": None,
        "eventID": f"00000000-0000-4000-8000-{number:012d}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
    }  # fmt: skip


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """Give a trail's folder with a hundred reads, each in two files."""
    records = [record(number, at=f"{9 + number // 50:02d}:00:{number % 50:02d}") for number in range(100)]
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps({"Records": records}))
    return tmp_path


def test_a_trail_is_counted_without_any_nightlatch(capsys, trail):
    lines = shown(capsys, "who", "prod/db", "--trail", str(trail)).splitlines()

    assert lines[3].split("\t")[:4] == ["user/ana", "IAM user", "99/h", "50"]
    [entry] = json.loads(shown(capsys, "costs", "--trail", str(trail), "--output", "json"))
    assert (entry["reads"], entry["secrets"]) == (100, 1)


def test_a_secret_that_a_trail_shows_in_two_regions_must_be_named_whole(capsys, trail):
    (trail / "three.json").write_text(json.dumps({"Records": [record(200, region="us-east-1")]}))

    assert run(["who", "prod/db", "--trail", str(trail)]) == ExitCode.REFUSED
    assert "name one by its ARN" in capsys.readouterr().err
    arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf"
    assert "us-east-1" in shown(capsys, "who", arn, "--trail", str(trail))


def test_a_secret_that_a_trail_does_not_show_names_the_next_command(capsys, trail):
    assert run(["who", "prod/dv", "--trail", str(trail)]) == ExitCode.ERROR
    assert "nightlatch costs --by secret --trail" in capsys.readouterr().err


def test_a_trail_that_was_half_read_is_a_partial_result(capsys, trail):
    (trail / "zzz.json").write_text('{"Records": [')

    assert run(["costs", "--trail", str(trail)]) == ExitCode.PARTIAL
    assert "zzz.json" in capsys.readouterr().err


def test_an_empty_folder_names_the_next_command(capsys, tmp_path):
    assert run(["costs", "--trail", str(tmp_path)]) == ExitCode.ERROR
    assert "error: " in capsys.readouterr().err


def test_a_trail_holds_no_owners(capsys, trail):
    assert run(["costs", "--by", "owner", "--trail", str(trail)]) == ExitCode.USAGE
    assert "log files hold no tags" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["table", "csv", "json", "yaml"])
def test_a_hostile_name_is_escaped_in_every_form(capsys, tmp_path, form):
    secret = '=cmd|"/x"\u202e\x1b[2J<script>'
    (tmp_path / "one.json").write_text(json.dumps({"Records": [record(1, secret)]}))
    told = shown(capsys, "costs", "--by", "secret", "--trail", str(tmp_path), "--output", form)

    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "<script>" in told  # a terminal and a spreadsheet do not run it; the console is another page
