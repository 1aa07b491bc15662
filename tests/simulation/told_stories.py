"""The stories of the design as cases: each as it stands and by each of its twins, with the rules that had to tell.

Source: design detections, sections 4 and 5; the controls are what looks benign and must be told all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nightlatch.detections import CATALOGUE
from stories.playing import found_in, loud
from stories.story import Story
from stories.tellings import TWINS, twins_of
from stories.told import ATTACKS, BENIGN, CONTROLS

EVERY: tuple[Story, ...] = (*ATTACKS, *CONTROLS, *BENIGN)
_RULES = {rule.catalogue: rule.id for rule in CATALOGUE}


@dataclass(frozen=True, slots=True)
class StoryCase:
    """A story in one telling, the rules that had to tell of it, and those that did."""

    story: str
    telling: str
    must: frozenset[str]
    told: frozenset[str]


def story_cases() -> tuple[StoryCase, ...]:
    """Judge every story in every telling; under NIGHTLATCH_FULL the long ones, too, in all of theirs."""
    return tuple(case for story in EVERY for case in cases_of(story))


def cases_of(story: Story) -> Iterator[StoryCase]:
    """Judge one story in every telling."""
    must = frozenset(_RULES[told.catalogue] for told in story.tells)
    for telling in ("as it stands", *twins_of(story)):
        found = TWINS[telling](story) if telling in TWINS else found_in(story)
        yield StoryCase(story.name, telling, must, frozenset(finding.rule for finding in loud(found)))
