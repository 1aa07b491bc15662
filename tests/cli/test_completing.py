"""The shell completes verbs and rules offline, and prints what it needs to be taught so."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nightlatch.cli.verbs import completing
from nightlatch.detections import CATALOGUE

PROGRAM = "from nightlatch.cli.main import main; main()"


def completed(words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        **environ,
    }
    if words:
        count = str(len(words.split()) - (not words.endswith(" ")))
        environment |= {"_NIGHTLATCH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": count}
    arguments = [] if words else ["--show-completion", "bash"]
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("nightlatch pol", {"policy"}),
        ("nightlatch policy ch", {"check"}),
        (
            "nightlatch rules explain DEL-0",
            {rule.catalogue for rule in CATALOGUE if rule.catalogue.startswith("DEL-0")},
        ),
        ("nightlatch rules test access.bulk", {"access.bulk-read"}),
        ("nightlatch audit --check rotation.o", {"rotation.off", "rotation.overdue"}),
        ("nightlatch rollback prod/", set()),
    ],
)
def test_what_is_begun_is_offered_and_aws_is_not_asked(words: str, offered: set[str]) -> None:
    done = completed(words)

    assert (set(done.stdout.split()), done.stderr) == (offered, "")


def test_the_script_for_the_shell_is_shown() -> None:
    shown = completed("", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")

    assert "_NIGHTLATCH_COMPLETE=complete_bash" in shown.stdout


def test_rules_are_offered_in_any_case_with_their_titles() -> None:
    assert completing.rules("acc-01") == [("ACC-01", "Many distinct secrets read by one principal")]
    assert len(completing.rules("")) == 2 * len(CATALOGUE)
