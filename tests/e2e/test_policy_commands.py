"""The verbs of the policy, of incidents and dead letters do on the stage what they say.

A policy comes into force by a command, messages bear its hash, and one that was stored by hand and is none is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e.watched import OBSERVED, Watched
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs import stage as stage_verbs
from nightlatch.policy_file import parse_policy

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("policy")]


@pytest.fixture(scope="module")
def announced(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Let `--local` find the stage."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        with stage_verbs.announced(watched.theatre):
            yield watched


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["policy", "show", "--local", "--output", "yaml"]) == ExitCode.CLEAN
    document: dict[str, Any] = yaml.safe_load(capsys.readouterr().out)
    return document


def digest(document: Any) -> str:
    return parse_policy(document).to_domain().digest


def test_what_is_shown_edited_and_pushed_is_in_force_and_its_hash_is_on_the_message(
    announced: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = shown(capsys)
    wanted = {**document, "secrets": [one for one in document["secrets"] if OBSERVED not in str(one)]}
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(wanted), encoding="utf-8")
    name = announced.a_secret(OBSERVED)

    assert run(["policy", "push", str(file), "--local", "--yes"]) == ExitCode.CLEAN
    assert f"policy {digest(wanted)} is in force" in capsys.readouterr().out

    def told() -> list[dict[str, Any]]:
        announced.someone().delete_secret(SecretId=announced.a_secret(OBSERVED), RecoveryWindowInDays=7)
        announced.settle()
        return [m for m in announced.messages(OBSERVED) if f"policy {digest(wanted)}" in json.dumps(m)]

    assert announced.eventually(told, f"a message about {name} under the new policy")


def test_a_bad_policy_that_was_stored_by_hand_is_told_and_the_last_good_one_stays(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    document = shown(capsys)
    parameter = announced.theatre.variables()["NIGHTLATCH_POLICY_PARAMETER"]
    ssm = announced.client("ssm")
    good = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
    ssm.put_parameter(Name=parameter, Value='{"version": 1, "defualts": {}}', Overwrite=True)

    def told() -> list[dict[str, Any]]:
        announced.later(timedelta(minutes=1))
        return announced.messages("The stored policy is refused")

    try:
        [message] = announced.eventually(told, "a message about the policy")
        assert run(["policy", "show", "--local"]) == ExitCode.ERROR
        assert "unknown key 'defualts'" in capsys.readouterr().err
    finally:
        announced.theatre.stage.clock.follow()
        ssm.put_parameter(Name=parameter, Value=good, Overwrite=True)

    text = json.dumps(message, ensure_ascii=False)
    assert "did you mean" in text
    assert f"policy {digest(document)} stays in force for judging" in text


def test_what_was_told_of_is_listed_and_shown_with_its_next_command(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = announced.a_secret()
    offer = announced.an_offer(secret=name)
    incident = announced.incident(announced.message(offer.ts)).id
    capsys.readouterr()

    assert run(["incidents", "list", "--local", "--query", f"[?id=='{incident}'].state"]) == ExitCode.CLEAN
    assert json.loads(capsys.readouterr().out) == ["open"]
    assert run(["incidents", "show", incident, "--local"]) == ExitCode.CLEAN

    captured = capsys.readouterr()
    assert name in captured.out
    assert f"nightlatch approve {announced.response(offer.button).id} --local" in captured.err


def test_a_dead_letter_goes_back_to_its_lane_and_is_judged(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    announced.send("ChangesDeadLetterQueue", '{"nightlatch": "tick"}')
    capsys.readouterr()

    assert run(["replay", "--dlq", "changes", "--local", "--yes"]) == ExitCode.CLEAN

    assert "changes: 1 letter moved back" in capsys.readouterr().out
    announced.settle()
    assert announced.letters("ChangesDeadLetterQueue") == announced.letters("ChangesQueue") == []
