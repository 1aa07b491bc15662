"""The page of the checks says all that they say of themselves, and maps what others ask to them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nightlatch.checks import CHECKS
from nightlatch.cli.pages.check_page import check_page
from nightlatch.cli.pages.controls import CONTROLS
from nightlatch.domain.posture.checks import Check
from nightlatch.domain.posture.practices import Practice
from pages import anchors, links

PAGE = check_page(CHECKS)
OF_SECRETS_MANAGER = re.compile(r"SecretsManager\.|config:secretsmanager-|prowler:secretsmanager_")
ROWS = re.findall(r"^\| (Security Hub|AWS Config|Prowler) `(.*?)` \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
SCHEMES = {"Security Hub": "", "AWS Config": "config:", "Prowler": "prowler:"}


def part_of(check: Check[Any]) -> str:
    return PAGE.split(f"\n### {check.id}\n")[1].split("\n### ")[0].split("\n## ")[0]


def test_five_controls_of_each_of_the_three_are_in_the_table() -> None:
    assert [tool for tool, *_ in ROWS] == ["Security Hub"] * 5 + ["AWS Config"] * 5 + ["Prowler"] * 5
    assert {SCHEMES[tool] + name for tool, name, _, _ in ROWS} == set(CONTROLS)


@pytest.mark.parametrize("control", CONTROLS)
def test_every_control_of_secrets_manager_is_asked_here(control: str) -> None:
    ours = {check.id for check in CHECKS if control in check.covers}

    (row,) = (row for row in ROWS if SCHEMES[row[0]] + row[1] == control)
    assert ours
    assert set(re.findall(r"\[([^\]]+)\]", row[3])) == ours


def test_a_check_that_names_a_control_of_secrets_manager_names_one_that_there_is() -> None:
    named = {control for check in CHECKS for control in check.covers if OF_SECRETS_MANAGER.match(control)}

    assert named == set(CONTROLS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_the_page_tells_all_that_a_check_says_of_itself(check: Check[Any]) -> None:
    part = part_of(check)

    told = [check.title, check.severity, check.remedy, check.blind_spots, *check.sources, *check.well_architected]
    told += [example.name for example in check.examples] + [control.rpartition(":")[2] for control in check.covers]
    assert [text for text in told if text not in part] == []
    assert "design facts" not in part
    violating, good = part.split("It finds: ")[1].split("As it should be:")
    for example in check.examples:
        assert example.name in (violating if example.violates else good)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_command_is_shown_with_words_for_what_is_to_be_filled_in(check: Check[Any]) -> None:
    shown = re.findall(r"^\$ (.*)$", part_of(check), re.MULTILINE)

    assert bool(shown) or check.command is None
    assert all("{" not in line and line.split()[0] in {"aws", "nightlatch"} for line in shown)


def test_checks_stand_under_the_practice_that_they_answer() -> None:
    for practice in Practice:
        section = PAGE.split(f"\n## {practice.number}. {practice.title}\n")[1].split("\n## ")[0]

        assert re.findall(r"^### (.*)$", section, re.MULTILINE) == [c.id for c in CHECKS if c.practice is practice]


def test_checks_are_in_the_order_of_the_practices_and_then_of_their_ids() -> None:
    order = [(check.practice.number, check.id) for check in CHECKS]

    assert order == sorted(order)


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    inside = {link.removeprefix("#") for link in links(PAGE) if link.startswith("#")}

    assert inside <= anchors(PAGE)
    assert len(inside) > len(CHECKS)


def test_what_is_not_left_to_others_is_said() -> None:
    for check in CHECKS:
        looks_at = re.findall(r"^\| looks at \| (.*) \|$", part_of(check), re.MULTILINE)[0]
        said = ("manages" in looks_at, "replicas" in looks_at, "deleted" in looks_at)

        assert said == (check.of_managed, check.of_replicas, check.of_deleted), check.id
