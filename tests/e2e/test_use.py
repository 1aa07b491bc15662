"""Reads that are made on the stage are counted by its detectors, gathered by its auditor, and shown by the verbs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from e2e.watched import Watched
from nightlatch.adapters.counting.days_dynamodb import DynamoDays
from nightlatch.adapters.table import Table
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs import stage as stage_verbs
from nightlatch.local.scenes.theatre import REGION

READS, OF_A_PERSON = 7, 2
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("use")]


@pytest.fixture(scope="module")
def announced(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Let `--local` find the stage."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        with stage_verbs.announced(watched.theatre):
            yield watched


@pytest.fixture(scope="module")
def read(announced: Watched) -> str:
    """Have a role and a person read a secret that nobody else reads; give its name."""
    name = announced.a_secret("e2e/read-")
    app = announced.theatre.as_role("terraform", "apply")
    for _ in range(READS):
        app.get_secret_value(SecretId=name)
        announced.settle()
    ana = announced.theatre.as_role(announced.a_person(), "ana")
    for _ in range(OF_A_PERSON):
        ana.get_secret_value(SecretId=name)
        announced.settle()
    return name


def shown(capsys: pytest.CaptureFixture[str], *verb: str) -> Any:
    assert run([*verb, "--local", "--output", "json"]) == ExitCode.CLEAN
    return json.loads(capsys.readouterr().out)


def reads_of(found: Any) -> dict[str, int]:
    return {one["kind"]: one["reads"] for one in found["readers"]}


def test_who_shows_each_reader_with_its_true_number_of_reads(read: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = shown(capsys, "who", read)

    assert (found["secret"], found["region"]) == (read, REGION)
    assert reads_of(found) == {"workload": READS, "person": OF_A_PERSON}
    assert all(one["client"] for one in found["readers"])


def test_costs_hold_the_same_reads(read: str, capsys: pytest.CaptureFixture[str]) -> None:
    entries = shown(capsys, "costs", "--by", "secret", "--top", "0")
    [entry] = [one for one in entries if one["secret"].endswith(f"/{read}")]

    assert (entry["reads"], entry["readers"]) == (READS + OF_A_PERSON, 2)
    assert entry["usd_a_month"] > 0


def test_costs_by_owner_stand_on_the_inventory(read: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert read
    entries = shown(capsys, "costs", "--by", "owner", "--top", "0")

    assert sum(one["reads"] for one in entries) >= READS + OF_A_PERSON


def test_the_auditor_gathers_them_into_days_and_nothing_changes(
    announced: Watched, read: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table(announced.client("dynamodb"), announced.theatre.stage.stack.physical_id("StateTable"))
    days = DynamoDays(table, now=announced.theatre.stage.clock)
    before = reads_of(shown(capsys, "who", read))
    announced.hours_later(8)
    gathered = days.gathered()

    assert gathered is not None
    assert gathered.through == gathered.target > gathered.since
    assert reads_of(shown(capsys, "who", read)) == before


def test_nightlatchs_own_reads_are_nobodys_cost(
    announced: Watched, read: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read
    callers = {one["caller"] for one in shown(capsys, "costs", "--top", "0")}
    own = announced.theatre.stage.stack.physical_id("KeeperRole")

    assert callers
    assert not any(own in caller for caller in callers)
