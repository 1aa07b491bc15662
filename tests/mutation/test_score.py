"""The mutation score that is written down is of these rules and these tests, and is high enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutation.reasons import REASONS
from mutation.score import Measured, Score, Survivor, load, makers, rules
from mutation.section import reason, section
from nightlatch.detections import CATALOGUE

GOAL = 0.9
SCORE = load()
PAGE = Path(__file__).resolve().parents[2] / "docs" / "detection-quality.md"
AGAIN = "run `make mutation`: it measures what has changed"


def test_every_rule_of_the_catalogue_is_measured_and_no_other() -> None:
    modules = {rule.id.partition(".")[2].replace("-", "_") for rule in CATALOGUE}

    assert set(SCORE.rules) == set(rules()) == modules, AGAIN


@pytest.mark.parametrize("rule", rules())
def test_neither_rule_nor_tests_have_changed_since(rule: str) -> None:
    assert not SCORE.stale(rule), AGAIN


def test_nine_of_ten_mutants_are_killed() -> None:
    assert SCORE.killed >= GOAL * SCORE.mutants


@pytest.mark.parametrize("rule", rules())
def test_a_survivor_has_a_reason_and_a_reason_a_survivor(rule: str) -> None:
    survivors = SCORE.rules[rule].survivors

    assert [one for one in survivors if reason(rule, one) == reason(rule, UNKNOWN)] == []
    assert {f"{one.was} -> {one.becomes}" for one in survivors} == set(REASONS.get(rule, {}))


def test_the_page_tells_it() -> None:
    assert section() in PAGE.read_text("utf-8"), AGAIN


UNKNOWN = Survivor(within="evaluate", below=1, column=4, kind="number", was="10", becomes="11")


def test_the_section_counts_by_kind_and_by_rule_and_says_where() -> None:
    found = Measured(code="c", tests="t", made={"number": 3, "clause": 1}, survivors=(UNKNOWN,))

    text = section(Score(makers=makers(), rules={"bulk_read": found}))

    assert "Of 4 mutants 3 were killed: **75.0 %**." in text
    assert "| number | 3 | 2 | 66.7 % |" in text
    assert "| bulk_read | 4 | 3 | 75.0 % |" in text
    assert "`10` | `11` | not judged yet |" in text


@pytest.mark.parametrize(
    ("makers_are", "code", "stale"), [(None, None, False), ("others", None, True), (None, "other", True)]
)
def test_what_has_changed_is_stale(makers_are: str | None, code: str | None, *, stale: bool) -> None:
    rule = SCORE.rules["bulk_read"]
    found = Measured(code=code or rule.code, tests=rule.tests, made=rule.made, survivors=rule.survivors)

    assert Score(makers=makers_are or SCORE.makers, rules={"bulk_read": found}).stale("bulk_read") is stale
    assert Score(makers=SCORE.makers).stale("bulk_read")
