"""The commands that are printed reach the same nightlatch, for whoever pastes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.reach.where import Where, stage_note


@pytest.mark.parametrize(
    ("where", "own", "of_another"),
    [
        (Where(), "", ""),
        (
            Where(stack="watch", profile="ana-prod", region="eu-west-1"),
            " --stack watch --profile ana-prod --region eu-west-1",
            " --stack watch --region eu-west-1",
        ),
        (Where(local=True), " --local", " --local --profile ben"),
        (Where(local=True, profile="ben"), " --local --profile ben", " --local --profile ana"),
    ],
)
def test_a_command_for_somebody_else_names_their_profile_or_none(where: Where, own: str, of_another: str) -> None:
    assert (where.options, where.options_of_another) == (own, of_another)


def test_the_note_of_a_stage_that_was_killed_does_not_send_anybody_to_their_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    stage_note().parent.mkdir()
    note = {
        "endpoint": "http://127.0.0.1:9",
        "environment": {"AWS_DEFAULT_REGION": "eu-west-1"},
        "operator_role": "arn:aws:iam::111122223333:role/engineer",
    }
    stage_note().write_text(json.dumps(note))

    assert run(["rollback", "prod/db", "--local"]) == ExitCode.ERROR

    said = capsys.readouterr().err
    assert said.strip().endswith("no local stage runs here any more; start one in another terminal with: nightlatch up")
