"""The verbs about guards and planned deletions do on the stage what they say, and say what they do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.watched import GUARDED, Watched
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs import stage as stage_verbs

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("guards")]


@pytest.fixture(scope="module")
def announced(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Let `--local` find the stage."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        with stage_verbs.announced(watched.theatre):
            yield watched


def said(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    return f"{out}\n{err}"


def test_a_plan_lists_what_is_due_and_a_guard_is_put_in_by_name(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = announced.a_secret(GUARDED)

    assert run(["guard", "plan", "--local", "--output", "json"]) == ExitCode.CLEAN
    rows = {row["secret"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows[name]["due"]
    assert "NightlatchNoForceDelete" in rows[name]["change"]

    assert run(["guard", "apply", name, "--local", "--dry-run"]) == ExitCode.CLEAN
    page = said(capsys)
    assert "aws secretsmanager put-resource-policy" in page
    assert "terraform destroy fails" in page
    assert f"nightlatch guard remove {name} --local" in page
    assert not announced.is_guarded(name)

    assert run(["guard", "apply", name, "--local", "--yes"]) == ExitCode.CLEAN
    assert announced.is_guarded(name)
    assert run(["guard", "plan", name, "--local"]) == ExitCode.CLEAN
    assert "as it shall be" in said(capsys)


def test_all_that_the_policy_asks_for_are_guarded_at_one_yes(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [announced.a_secret(GUARDED) for _ in range(2)]

    assert run(["guard", "apply", "--all", "--local", "--yes"]) == ExitCode.CLEAN

    assert all(announced.is_guarded(name) for name in names)
    assert "guarded secret" in said(capsys)


@pytest.mark.usefixtures("announced")
def test_what_the_policy_does_not_ask_to_guard_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["guard", "apply", "prod/orders/db", "--local", "--yes"]) == ExitCode.REFUSED
    assert "the policy asks for no guard" in said(capsys)
    assert run(["guard", "apply", "--local"]) == ExitCode.REFUSED
    assert "--all" in said(capsys)
    assert run(["guard", "plan", "prod/orders/db", "--local"]) == ExitCode.PARTIAL


def test_one_person_alone_takes_no_guard_out(announced: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    name = announced.a_secret(GUARDED)
    run(["guard", "apply", name, "--local", "--yes"])

    assert run(["guard", "remove", name, "--local", "--yes"]) == ExitCode.REFUSED

    assert announced.is_guarded(name)
    assert "another approver runs nightlatch approve r-" in said(capsys)


def test_the_command_for_the_second_person_works_as_it_is_printed(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = announced.a_secret(GUARDED)
    run(["guard", "apply", name, "--local", "--yes"])
    run(["guard", "remove", name, "--local", "--yes"])
    [command] = re.findall(r"another approver runs nightlatch (approve r-.*)", said(capsys))

    assert run(command.split()) == ExitCode.CLEAN

    assert not announced.is_guarded(name)


def test_while_paused_nothing_is_written_whichever_way_and_what_to_do_is_said(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = announced.a_secret(GUARDED)
    run(["pause", "--local"])
    try:
        assert run(["guard", "apply", name, "--local", "--yes"]) == ExitCode.REFUSED
        assert "so nothing was changed; nightlatch resume --local, then again" in said(capsys)
    finally:
        run(["resume", "--local", "--yes"])

    assert not announced.is_guarded(name)
    assert run(["snapshots", "take", name, "--local", "--yes", "--direct"]) == ExitCode.CLEAN


def test_a_planned_deletion_is_allowed_with_its_reason(announced: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    name = announced.a_secret("prod/e2e-")
    wish = ["allow", name, "--action", "delete", "--for", "90m", "--reason", "moved", "--local"]

    assert run([*wish, "--dry-run"]) == ExitCode.CLEAN
    assert "Until" in said(capsys)
    assert run([*wish, "--yes"]) == ExitCode.CLEAN
    assert f"secret {name} may be deleted, and nothing undoes it" in said(capsys)

    announced.theatre.as_role("cleanup", "old-things").delete_secret(SecretId=name, RecoveryWindowInDays=7)
    announced.settle()
    assert "DeletedDate" in announced.client("secretsmanager").describe_secret(SecretId=name)
    assert announced.messages(name) == []


def test_a_force_delete_waits_for_a_second_person(announced: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    name = announced.a_secret(GUARDED)
    wish = ["allow", name, "--action", "force-delete", "--for", "1h", "--reason", "torn down", "--local", "--yes"]

    assert run(wish) == ExitCode.REFUSED

    assert "2 people must" in said(capsys)


def test_a_force_delete_that_two_allowed_is_ended_by_one_and_everybody_is_told_who_did(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = announced.a_secret(GUARDED)
    run(["guard", "apply", name, "--local", "--yes"])
    run(["allow", name, "--action", "force-delete", "--for", "1h", "--reason", "torn down", "--local", "--yes"])
    [command] = re.findall(r"another approver runs nightlatch (approve r-.*)", said(capsys))
    assert run(command.split()) == ExitCode.CLEAN
    assert not announced.is_guarded(name)
    assert run(["allow", "--list", "--local"]) == ExitCode.CLEAN
    assert name in said(capsys)

    assert run(["allow", name, "--end", "--local", "--yes"]) == ExitCode.CLEAN

    assert f"deletions of secret {name} are no longer allowed, and its guard stands" in said(capsys)
    assert announced.is_guarded(name)
    announced.settle()
    # The tests look as the account's root, which is told, too.
    [message] = [one for one in announced.messages(name) if "root of account" not in one["text"]]
    assert "takes back that secret" in json.dumps(message)
    assert "approved by ana" in json.dumps(message)
    assert run(["allow", name, "--end", "--local", "--yes"]) == ExitCode.REFUSED
    assert "nightlatch allow --local --list" in said(capsys)


def test_a_guard_put_in_with_ones_own_rights_says_beforehand_that_it_would_shut_one_out(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = announced.a_secret(GUARDED)

    assert run(["guard", "apply", name, "--local", "--direct", "--yes"]) == ExitCode.REFUSED

    assert "leave --direct out" in said(capsys)
    assert not announced.is_guarded(name)


def test_the_command_that_takes_a_wish_back_works_as_it_is_printed(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = announced.a_secret(GUARDED)
    run(["guard", "apply", name, "--local", "--yes"])
    run(["guard", "remove", name, "--local", "--yes"])
    [wish] = re.findall(r"another approver runs nightlatch approve (r-\w+)", said(capsys))
    assert run(["approve", wish, "--local"]) == ExitCode.REFUSED
    [command] = re.findall(r"nightlatch (approve .* --deny)", said(capsys))

    assert run(command.split()) == ExitCode.CLEAN

    assert announced.is_guarded(name)


@pytest.mark.parametrize("span", ["", "2", "soon", "2d", "h"])
def test_a_time_that_is_none_is_a_usage_error(
    span: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    wish = ["allow", "prod/db", "--action", "delete", "--for", span, "--reason", "moved", "--local"]

    assert run(wish) == ExitCode.USAGE
    assert "such as 2h, 90m or 1h30m" in said(capsys)
