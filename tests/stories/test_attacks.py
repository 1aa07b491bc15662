"""Every attack story of the design is told: exactly by the findings that it names, and as the problems it names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from nightlatch.domain.judging.findings import Finding, Severity, State
from stories.attack import rotation_hijack
from stories.callers import AWAY, a_role
from stories.playing import found_in, hunted, incidents, loud
from stories.records import DAY, call, read
from stories.story import Story
from stories.told import ATTACKS, CONTROLS, to_judge

each_attack = pytest.mark.parametrize("story", [*ATTACKS, *CONTROLS], ids=str)


def _named(finding: Finding) -> tuple[str, Severity]:
    return finding.catalogue, finding.severity


@pytest.mark.parametrize("story", to_judge([*ATTACKS, *CONTROLS]))
def test_an_attack_is_told_by_exactly_its_findings(story: Story):
    found = loud(found_in(story))

    assert Counter(map(_named, found)) == Counter((told.catalogue, told.severity) for told in story.tells)
    assert {finding.state for finding in found} == {State.OPEN}


@each_attack
def test_a_finding_names_every_secret_once(story: Story):
    counts = {_named(finding): len(finding.secrets) for finding in loud(found_in(story))}

    said = {(told.catalogue, told.severity): told.secrets for told in story.tells if told.secrets is not None}
    assert {named: counts[named] for named in said} == said


@each_attack
def test_an_attack_is_so_many_problems(story: Story):
    assert incidents(found_in(story)) == story.incidents


def test_a_changed_function_that_rotates_within_a_day_is_told_louder():
    (story,) = rotation_hijack.STORIES

    assert [one.severity for one in found_in(story) if one.catalogue == "ROT-04"] == [Severity.CRITICAL]


@pytest.mark.parametrize("first", ["nothing", "DescribeSecret"])
def test_a_look_around_first_does_not_hide_a_stolen_credential_of_an_instance(first: str):
    instance = a_role("web", "i-0123456789abcdef0")
    thief = replace(instance, address=AWAY)
    usual = [
        {**read(instance, "app/1", at=hour * 3600 - day * DAY), "vpcEndpointId": "vpce-0123456789abcdef0"}
        for day in range(1, 32)
        for hour in range(3)
    ]
    look = [] if first == "nothing" else [call(thief, first, "app/1", at=0)]
    story = Story(name=first, records=lambda: [*look, read(thief, "app/1", at=5)], history=lambda: usual)

    assert [_named(finding) for finding in loud(hunted(story))] == [("ACC-11", Severity.HIGH)]
