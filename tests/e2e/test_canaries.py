"""A decoy is planted from the command line, and its touch reaches every channel with the memo; nobody else is woken."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest

from e2e.test_channels import Inbox, about, findings_about, mail, on_the_bus, posted
from e2e.watched import OBSERVED, Watched
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs import stage as stage_verbs

__all__ = ["mail", "on_the_bus"]
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("canaries")]

MEMO = "<!channel> lay in the *wiki* & <b>nowhere</b> else"
IN_SLACK = "&lt;!channel&gt; lay in the"
COUNTS_AFTER = timedelta(seconds=31)


@pytest.fixture(scope="module")
def every_channel() -> bool:
    """Here incidents are told on all of them."""
    return True


@pytest.fixture(scope="module")
def announced(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Let `--local` find the stage."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        with stage_verbs.announced(watched.theatre):
            yield watched


def canary(*arguments: str) -> int:
    return run(["canary", *arguments, "--local"])


def a_decoy(watched: Watched, prefix: str = "prod/e2e-", *, memo: str = MEMO) -> str:
    """Plant one, and let the half minute pass after which every detector knows it."""
    name = f"{prefix}admin-{uuid.uuid4().hex[:8]}"
    assert canary("plant", name, "--memo", memo, "--yes") == ExitCode.CLEAN
    watched.settle()
    watched.later(COUNTS_AFTER)  # and time never runs back here: each detector would go on with what it knows
    return name


def told_of(watched: Watched, name: str) -> str:
    """Give all findings about a secret that people were told; those of one person share an incident."""
    incidents = [watched.incident(message) for message in watched.theatre.slack.messages() if "inc-" in str(message)]
    found = (one for incident in incidents for one in incident.findings)
    return "\n".join(f"{one.title}: {one.reason}" for one in found if name in str(one.secrets))


def test_planting_wakes_nobody_and_the_secret_does_not_say_what_it_is(announced: Watched) -> None:
    name = a_decoy(announced)

    announced.settle()
    assert told_of(announced, name) == ""
    shown = json.dumps(announced.told("CreateSecret", name))
    assert "nightlatch" not in shown
    assert "wiki" not in shown


def test_a_touch_reaches_every_channel_with_the_memo_escaped(
    announced: Watched, on_the_bus: Inbox, mail: Inbox
) -> None:
    name = a_decoy(announced)
    announced.someone().describe_secret(SecretId=name)
    [message] = announced.eventually(lambda: announced.messages(name), "a message in Slack")
    announced.settle()

    incident = announced.incident(message)
    assert [(one.rule, one.severity) for one in incident.findings] == [("access.decoy", "CRITICAL")]
    in_slack = json.dumps(announced.message(message["ts"]), ensure_ascii=False)
    assert IN_SLACK in in_slack
    assert "<!channel>" not in in_slack
    (letter,) = about(mail.bodies(), name)
    assert MEMO in letter["Message"]
    for channel in ("pagerduty", "teams", "webhook"):
        assert "nowhere" in json.dumps(posted(announced, channel, incident.id)), channel
    assert "nowhere" in json.dumps(about(on_the_bus.bodies(), incident.id))
    assert "nowhere" in json.dumps(findings_about(announced, incident.id))


def test_in_observe_mode_a_decoy_is_told_all_the_same(announced: Watched) -> None:
    name = a_decoy(announced, OBSERVED)
    announced.someone().get_secret_value(SecretId=name)

    announced.eventually(lambda: announced.messages(name), "a message in Slack")


def test_trying_a_decoy_shows_the_alert_arriving_and_says_that_it_is_a_test(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = a_decoy(announced)
    capsys.readouterr()

    assert canary("fire", name, "--yes") == ExitCode.CLEAN

    out = capsys.readouterr().out
    assert f"touched a decoy: secret {name}" in out
    assert "shown on: " in out
    assert "slack" in out.rpartition("shown on: ")[2]
    assert "a test, as ana" in told_of(announced, name)


def test_our_own_looks_at_a_decoy_are_no_news(announced: Watched) -> None:
    name = a_decoy(announced)

    announced.later(timedelta(hours=1, minutes=1))

    assert announced.told("DescribeSecret", name)  # the keeper looked at it
    assert told_of(announced, name) == ""
    events = [record["eventID"] for record in announced.told("DescribeSecret", name)]
    assert [line for line in announced.findings_logged(*events) if line["rule_id"] == "access.decoy"] == []


def test_removing_is_told_and_neither_fought_nor_taken_for_a_theft(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = a_decoy(announced)

    assert canary("remove", name, "--yes") == ExitCode.CLEAN
    announced.settle()

    assert "leaving: " in capsys.readouterr().out
    assert "takes a decoy away" in told_of(announced, name)
    assert "DeletedDate" in announced.client("secretsmanager").describe_secret(SecretId=name)
    assert announced.told("RestoreSecret", name) == []


def test_while_it_leaves_a_touch_is_told_and_its_end_is_not(announced: Watched) -> None:
    name = a_decoy(announced)
    assert canary("remove", name, "--yes") == ExitCode.CLEAN
    announced.settle()

    announced.someone().describe_secret(SecretId=name)
    announced.eventually(lambda: "touched a decoy" in told_of(announced, name) or None, "a message about the touch")
    announced.settle()
    told = told_of(announced, name)
    announced.later(timedelta(days=8), timedelta(minutes=16), timedelta(minutes=16))

    assert announced.told("EndSecretVersionDelete", name)
    assert told_of(announced, name) == told


def test_a_decoy_that_leaves_is_taken_back(announced: Watched) -> None:
    name = a_decoy(announced)
    assert canary("remove", name, "--yes") == ExitCode.CLEAN

    assert canary("plant", name, "--memo", "on second thoughts", "--yes") == ExitCode.CLEAN
    announced.settle()

    assert "DeletedDate" not in announced.client("secretsmanager").describe_secret(SecretId=name)
    assert "touched" not in told_of(announced, name)
