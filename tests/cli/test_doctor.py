"""The doctor looks at everything it may, says what it may not, and how it ended."""

from __future__ import annotations

import json

import pytest

from nightlatch.cli.looks.examining import code_of
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.watching.diagnosis import Line, Verdict


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


@pytest.mark.usefixtures("deployed")
def test_people_get_a_line_for_each_and_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor"])

    shown = capsys.readouterr()
    assert "fix: aws cloudtrail create-trail" in shown.out
    assert "ok=" in shown.err
    assert "fail=" in shown.err


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
