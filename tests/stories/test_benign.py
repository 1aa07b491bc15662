"""No benign story of the design wakes anybody: nothing of MEDIUM or above, in whatever state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.judging.findings import Finding, Severity, State
from stories.benign import console_on_call, operator_polling
from stories.playing import found_in, hunted, incidents, loud
from stories.story import Story
from stories.told import BENIGN, to_judge
from worlds import in_full

each_benign = pytest.mark.parametrize("story", to_judge(BENIGN))


def _named(finding: Finding) -> tuple[str, Severity, int]:
    return finding.catalogue, finding.severity, len(finding.secrets)


@each_benign
def test_a_benign_story_is_quiet(story: Story):
    found = found_in(story)

    assert [(one.catalogue, one.severity, one.title) for one in loud(found)] == []
    assert incidents(found) == 0


@each_benign
def test_a_benign_story_is_noted_as_the_design_says(story: Story):
    found = found_in(story)

    for note in story.notes:
        noted = [_named(one) for one in found if one.catalogue == note.catalogue]
        assert noted == [(note.catalogue, note.severity, note.secrets)]
    assert {finding.state for finding in found} <= {State.DIGEST}


def test_a_whole_day_of_polling_is_quiet():
    day = operator_polling.polls(rounds=in_full(operator_polling.MINUTES, sample=4))

    assert [_named(finding) for finding in hunted(day)] == [("ACC-03", Severity.LOW, 1)]


def test_a_night_on_call_that_nobody_declared_is_told():
    (declared,) = (story for story in console_on_call.STORIES if story.policy.exemptions)
    found = hunted(replace(declared, policy=Policy()))

    assert [_named(finding) for finding in loud(found)] == [("ACC-03", Severity.MEDIUM, 1)]
