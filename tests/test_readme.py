"""A newcomer who types what the README says gets what it says."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from benchmarks import costs
from nightlatch.checks import CHECKS
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.detections import CATALOGUE
from pages import ROOT, fences, links, text_of

README = text_of("README.md")
COMMANDS = [
    shlex.split(line, comments=True)
    for fence in fences(README, "sh")
    for line in fence.lines
    if not line.startswith("#")
]
NIGHTLATCH = [command for command in COMMANDS if command[0] == ".venv/bin/nightlatch"]
MADE = [command for command in COMMANDS if command[0] == "make"]
FIRST_SCREEN = 26  # lines, at the width of this file


def test_every_command_is_one_that_is_run_here_or_in_ci() -> None:
    assert len(NIGHTLATCH) + len(MADE) == len(COMMANDS)
    assert MADE == [["make", "demo"], ["make", "test"]]
    assert {command[1] for command in NIGHTLATCH} >= {"hunt", "rules"}


@pytest.mark.parametrize("command", NIGHTLATCH, ids=" ".join)
def test_a_command_of_nightlatch_does_what_is_said(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)

    assert run(command[1:]) == 0
    assert capsys.readouterr().out.strip()


def test_ci_runs_the_demo_and_the_test_command_that_the_readme_gives() -> None:
    script = text_of(".ci/run")
    lines = {line.strip() for line in script.splitlines()}
    function = re.search(r"^readme_test_command\(\) \{.*?^\}$", script, re.MULTILINE | re.DOTALL)
    assert function is not None

    asked = subprocess.run(
        ["/bin/sh", "-c", f"{function[0]}\nreadme_test_command"], cwd=ROOT, capture_output=True, check=True, text=True
    )

    assert {"make check", "make demo", "tests=$(readme_test_command)", 'bash -c "$tests"'} <= lines
    assert shlex.split(asked.stdout, comments=True) == ["make", "test"]


def test_what_is_shown_and_not_run_is_marked_so() -> None:
    """A block in `sh` is run; one in `console` is shown, with a prompt; one without a language is a picture."""
    languages = {fence.language for fence in fences(README)}

    assert languages == {"sh", "console", ""}
    assert all(line.startswith("$ ") for fence in fences(README, "console") for line in fence.lines)


def test_the_first_screen_says_what_it_is_shows_it_and_lets_one_try() -> None:
    first = "\n".join(README.splitlines()[:FIRST_SCREEN])

    places = [first.find(text) for text in ("**Know who", "![", "make demo", "make test", "never")]
    assert -1 not in places
    assert places == sorted(places)
    assert "docs/images/incident.png" in links(first)


def test_the_exit_codes_are_those_of_the_program() -> None:
    (told,) = re.findall(r"Exit codes:((?:.|\n)*?)\n\n", README)

    codes = {int(code) for code in re.findall(r"\b(\d+) [a-z]", told)}
    assert codes == set(ExitCode) - {ExitCode.INTERRUPTED}


def test_the_number_of_detections_and_what_a_month_costs_are_as_it_says() -> None:
    text = " ".join(README.split())
    most = [sum(costs.month(reads, every_min=every).values()) for reads in (1_000, 100_000) for every in (1, 10)]

    assert f"each of the {len(CATALOGUE)} detections" in text
    assert f"[{len(CHECKS)} checks](docs/checks.md)" in text
    assert f"{min(most):.0f} to {max(most):.0f} dollars a month and Region for most accounts" in text
