"""What holds for every check, whatever it checks: its examples, its words, and what it leaves to others."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest

from nightlatch.checks import CHECKS
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Judgement, Outcome, judge
from nightlatch.domain.posture.examples import TERMS, a_function, a_secret, ago, an_account
from nightlatch.domain.posture.findings import findings_of
from nightlatch.domain.posture.secrets import SecretPosture

EXAMPLES = [(check, example) for check in CHECKS for example in check.examples]
CLEAN = (a_secret(), a_function(), an_account())
PLACES = {"arn", "name", "region", "account"}
HOSTILE = "prod/$(reboot)'; rm -rf ~ #"
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


@pytest.mark.parametrize(("check", "example"), EXAMPLES, ids=lambda one: getattr(one, "id", getattr(one, "name", "")))
def test_each_example_is_judged_as_it_says(check: Check[Any], example: Example[Any]) -> None:
    (judgement,) = judge(example.posture, (check,), example.terms or TERMS)

    assert (judgement.outcome is Outcome.VIOLATED) == example.violates, judgement
    assert judgement.outcome is not Outcome.FAULT, judgement.why
    if example.severity is not None:
        (finding,) = findings_of((judgement,), example.terms or TERMS)
        assert finding.severity is example.severity


@every_check
def test_a_check_shows_what_breaks_it_and_a_twin_that_does_not(check: Check[Any]) -> None:
    assert {example.violates for example in check.examples} == {True, False}


@every_check
def test_nothing_is_said_of_what_is_as_it_should_be(check: Check[Any]) -> None:
    judgements = [one for posture in CLEAN for one in judge(posture, (check,), TERMS)]

    assert [one.outcome for one in judgements] in ([Outcome.CLEAN], [Outcome.SPARED])


def test_ids_are_known_once_and_read_like_those_of_detections() -> None:
    ids = [check.id for check in CHECKS]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*", one) for one in ids)


@every_check
def test_a_check_says_what_to_do_and_where_it_is_from(check: Check[Any]) -> None:
    assert check.title[0].isupper()
    assert not check.title.endswith(".")
    assert check.remedy.endswith(".")
    assert check.sources
    assert check.well_architected
    assert all(re.fullmatch(r"SEC\d{2}-BP\d{2}", one) for one in check.well_architected)


@every_check
def test_a_command_can_be_pasted_whatever_the_name_is(check: Check[Any]) -> None:
    for example in check.examples:
        if not example.violates:
            continue
        for finding in findings_of(list(_with_hostile_names(check, example)), example.terms or TERMS):
            if finding.command is not None:
                assert "{" not in finding.command or "'" in finding.command
                words = shlex.split(finding.command)
                assert words[0] in {"aws", "nightlatch"}
                assert all(HOSTILE in word for word in words if "reboot" in word)


def _with_hostile_names(check: Check[Any], example: Example[Any]) -> Iterator[Judgement]:
    """Give what the check says, of a posture with a hostile name, and with such a one in each place of its command."""
    posture = example.posture
    if not isinstance(posture, AccountPosture):
        posture = replace(posture, name=HOSTILE)
    for one in judge(example.posture, (check,), example.terms or TERMS):
        assert one.violation is not None
        values = tuple((place, HOSTILE) for place, _ in one.violation.values)
        yield replace(one, posture=posture, violation=replace(one.violation, values=values))


@every_check
def test_the_places_of_a_command_are_known(check: Check[Any]) -> None:
    values = {
        place
        for example in check.examples
        if example.violates
        for one in judge(example.posture, (check,), example.terms or TERMS)
        if one.violation is not None
        for place, _ in one.violation.values
    }
    named = {field for _, field, _, _ in Formatter().parse(check.command or "") if field is not None}

    assert named <= PLACES | values


@every_check
def test_what_an_owner_does_is_left_to_it_where_the_check_says_so(check: Check[Any]) -> None:
    if check.about is not SecretPosture:
        return
    for example in check.examples:
        managed = replace(example.posture, owning_service="rds.amazonaws.com")
        replica = replace(example.posture, primary_region="us-east-1")
        deleted = replace(example.posture, deleted_at=ago(days=1))
        for posture, applies in (
            (managed, check.of_managed),
            (replica, check.of_replicas),
            (deleted, check.of_deleted),
        ):
            (judgement,) = judge(posture, (check,), example.terms or TERMS)
            assert applies or judgement.outcome is Outcome.SPARED
