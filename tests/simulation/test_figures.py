"""Precision and recall are counted from cases; the examples of every rule count as they say."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from builders import a_finding
from nightlatch.detections import CATALOGUE
from nightlatch.domain.judging.findings import Severity
from pages import text_of
from simulation.attacks import ATTACKS, plan
from simulation.figures import Count, of_attacks, of_benign_days, of_cases, of_examples
from simulation.life import LONG
from simulation.page import Measured, page
from simulation.played import Caught, Played
from simulation.real_records import RealCase
from simulation.told_stories import EVERY, StoryCase, cases_of

RULE = "deletion.force-delete"
(FORCED,) = (attack for attack in ATTACKS if RULE in attack.must)


def a_play(*caught: Caught) -> Played:
    false = (a_finding(rule=RULE, severity=Severity.HIGH),) * (not caught)
    return Played(form=LONG, events=1_000, caught=caught, false=false, noted={"access.first-read": 7})


def caught(*told: str) -> Caught:
    return Caught(attack=FORCED, day=16, told=dict.fromkeys(told, Severity.CRITICAL))


def a_page(*, stories: Sequence[StoryCase] = (), real: Sequence[RealCase] = ()) -> str:
    measured = Measured(benign=a_play(), attacked=a_play(caught(RULE)), stories=stories, real=real)
    return page(measured, CATALOGUE)


def rows_of(text: str) -> list[list[str]]:
    """Give the cells of the table of detections."""
    part = text.partition("## Each detection")[2]
    lines = [line for line in part.splitlines() if line.startswith("| [")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(
    ("count", "precision", "recall"),
    [(Count(), None, None), (Count(right=3, false=1), 0.75, 1), (Count(missed=2), None, 0), (Count(1, 0, 1), 1, 0.5)],
)
def test_shares_are_of_what_was_told_and_of_what_was_true(
    count: Count, precision: float | None, recall: float | None
) -> None:
    assert (count.precision, count.recall) == (precision, recall)


def test_every_example_counts_as_it_says() -> None:
    for rule in CATALOGUE:
        assert of_examples([rule])[rule.id] == Count(right=sum(example.fires for example in rule.examples))


def test_an_attack_counts_once_for_each_rule() -> None:
    assert of_attacks([caught(RULE)]) == {RULE: Count(right=1)}
    assert of_attacks([caught("policy.public")]) == {RULE: Count(missed=1), "policy.public": Count(false=1)}


def test_what_may_be_told_of_an_attack_counts_as_nothing() -> None:
    (allowed, *_) = FORCED.may

    assert of_attacks([caught(RULE, allowed)]) == {RULE: Count(right=1)}


def test_a_loud_finding_of_benign_life_is_a_false_one() -> None:
    assert of_benign_days([a_finding(rule=RULE), a_finding(rule=RULE)]) == {RULE: Count(false=2)}


def test_a_file_of_real_records_counts_once_for_each_rule() -> None:
    case = RealCase(name="a", records=3, must=frozenset({RULE, "policy.public"}), told=frozenset({RULE, "key.lost"}))

    assert of_cases([case]) == {RULE: Count(right=1), "policy.public": Count(missed=1), "key.lost": Count(false=1)}


def test_every_attack_has_a_day_of_its_own_in_the_long_form() -> None:
    days = plan(LONG.days, LONG.first_attack)

    assert [len(of_day) for of_day in days.values()] == [1] * len(ATTACKS)
    assert all(rule in {known.id for known in CATALOGUE} for one in ATTACKS for rule in one.must | one.may)


def test_the_page_is_the_same_each_time() -> None:
    assert a_page() == a_page()


def test_the_page_says_what_was_measured() -> None:
    text = a_page(real=[RealCase(name="a", records=21, must=frozenset({RULE}), told=frozenset())])
    (row,) = (row for row in rows_of(text) if row[0].startswith(f"[{RULE}]"))

    assert row[2:6] == ["1 right", "-", "-", "1 missed"]
    assert "21 in 1 files" in text


def test_the_page_on_file_is_of_the_long_form_and_the_real_records() -> None:
    text = text_of("docs/detection-quality.md")

    assert f"{LONG.days} days, the first {LONG.learning} of them learning" in text
    assert "500 secrets, 120 principals" in text
    assert text.count("External Secrets reads 10 of them every 1 min, on all days") == 2
    assert "NIGHTLATCH_RECORDS did not name their folder" not in text


@pytest.mark.parametrize("text", [a_page(), text_of("docs/detection-quality.md")], ids=["made", "on file"])
def test_the_page_has_a_row_for_every_rule_of_the_catalogue(text: str) -> None:
    names = [row[0] for row in rows_of(text)]

    assert names == [f"[{rule.id}](runbooks/{rule.id}.md)" for rule in CATALOGUE]


def test_a_story_counts_once_in_each_of_its_tellings() -> None:
    (story,) = (one for one in EVERY if one.name == "undeclared-stack-goes-by-force")

    cases = [*cases_of(story)]

    assert {case.must for case in cases} == {case.told for case in cases} != {frozenset()}
    assert len({case.telling for case in cases}) == len(cases) > 1


def test_the_page_counts_the_tellings_of_stories() -> None:
    cases = [StoryCase("a", telling, frozenset({RULE}), frozenset({RULE})) for telling in ("one", "two")]

    text = a_page(stories=cases)

    assert "| stories | 1, in 2 tellings |" in text
    (row,) = [row for row in rows_of(text) if RULE in row[0]]
    assert "2 right" in row
