"""Every way in which a story is told and judged: as it stands, and by its twins, which must come to the same.

Live, each batch comes with the tick of its minute, and the records that a story has late come late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nightlatch.domain.judging.findings import Finding
from stories import twins
from stories.playing import arriving, hunted, live
from stories.story import Story
from worlds import in_full

Found = tuple[Finding, ...]
TWINS: dict[str, Callable[[Story], Found]] = {
    "shuffled": lambda story: hunted(story, twins.shuffled(story.records(), 1)),
    "every record twice": lambda story: hunted(story, twins.doubled(story.records(), 2)),
    "other words for secrets": lambda story: hunted(story, twins.respelled(story.records(), 3)),
    "still other words, shuffled": lambda story: hunted(story, twins.shuffled(twins.respelled(story.records(), 4), 4)),
    "live in one batch": lambda story: live(story, [arriving(story)]),
    "live in many batches": lambda story: live(story, twins.cut(arriving(story), 5)),
    "live, each batch twice": lambda story: live(story, twins.delivered_twice(twins.cut(arriving(story), 6))),
    "live with two handlers": lambda story: live(story, twins.cut(arriving(story), 7), handlers=2),
    "live with two handlers, twice, in other words": lambda story: live(
        story,
        twins.delivered_twice(twins.cut(arriving(story, twins.respelled(story.records(), 8)), 8)),
        handlers=2,
    ),
}


# Of a long story `make test` plays the twins that differ in most ways at once, and all of them under NIGHTLATCH_FULL.
LONG = 300
AT_ONCE = ("still other words, shuffled", "live with two handlers, twice, in other words")


def twins_of(story: Story) -> Sequence[str]:
    """Name the twins that a story is told by; one that hangs on its words for secrets is told in no others."""
    told = AT_ONCE if len(story.records()) > in_full(LONG * 1_000, sample=LONG) else tuple(TWINS)
    return [twin for twin in told if not (story.words_matter and "words" in twin)]
