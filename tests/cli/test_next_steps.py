"""An error says what to do next, with the place that was named, and wrong usage is said without a library's words."""

from __future__ import annotations

import pytest

from cli.deployed import deploy
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.next_steps import usage_in_words, with_next_step
from worlds import on_moto

FORMS = ", ".join(f"'{form}'" for form in Form)


@pytest.mark.parametrize(
    ("message", "step"),
    [
        ("secret nope does not exist in this account and Region", "nightlatch inventory show lists what there is"),
        ("there is only one version, and nothing to compare it with", "nightlatch snapshots list shows what is kept"),
        ("secret a/b has no earlier version to go back to", "nightlatch snapshots list a/b shows what is kept"),
        ("role app does not exist in this account", "aws iam list-roles lists what there is"),
        ("secret a: no snapshot shows a replica of it, and no call took one away", "name one by --to REGION"),
    ],
)
def test_an_error_without_a_next_step_is_given_one(message: str, step: str) -> None:
    assert with_next_step(message) == f"{message}; {step}"


def test_an_error_that_says_it_stays_as_it_is() -> None:
    said = "no rule is called foo; see nightlatch rules list"

    assert with_next_step(said) == said


def test_the_next_step_names_the_place(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with on_moto(monkeypatch):
        deploy({}, stack="watch")
        assert run(["rollback", "nope", "--stack", "watch", "--dry-run"]) == ExitCode.ERROR

    assert capsys.readouterr().err.endswith("; nightlatch inventory show --stack watch lists what there is\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["timelin"], "usage: No such command 'timelin'. Did you mean 'timeline'? See nightlatch --help.\n"),
        (
            ["policy", "chek"],
            "usage: No such command 'chek'. Did you mean 'check', 'schema'? See nightlatch policy --help.\n",
        ),
        (["xyzzy"], "usage: No such command 'xyzzy'. See nightlatch --help.\n"),
        (
            ["up", "--port", "99999"],
            "usage: Invalid value for '--port': write 65535 or less. See nightlatch up --help.\n",
        ),
        (
            ["inventory", "show", "--output", "x"],
            f"usage: Invalid value for '--output': 'x' is not one of {FORMS}. See nightlatch inventory show --help.\n",
        ),
    ],
)
def test_wrong_usage_is_said_in_plain_words(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == ExitCode.USAGE

    assert capsys.readouterr().err == said


def test_a_number_that_is_none_is_said_so() -> None:
    said = "Input should be a valid integer, unable to parse string as an integer"

    assert usage_in_words(f"Invalid value: {said}") == "Invalid value: write a whole number"
