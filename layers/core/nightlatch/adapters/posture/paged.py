"""Reads a list of AWS page by page and always comes to an end: what was not read is a gap, never a shorter list.

A page that names a place that was read before would lead round for ever; more pages than a list can have are as wrong.

Source: design style, rule 24.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nightlatch.adapters.posture.questions import Answer, Questions
from nightlatch.domain.posture.unseen import Gap


def pages(
    questions: Questions, action: str, /, *, after: str, takes: str = "", most: int, **asked: Any
) -> Iterator[Answer | Gap]:
    """Give answer after answer; a gap is the last.

    Args:
        questions: Asks AWS.
        action: The call.
        after: The part of an answer that says where the list goes on.
        takes: The part of a question that takes it; that of the same name where left out.
        most: How many pages to read.
        asked: What else is asked.

    Raises:
        NotFound: What it is about does not exist.
        Unavailable: AWS cannot be reached at all, or does not accept the credentials.
    """
    more: dict[str, Any] = {}
    read: set[object] = set()
    for _ in range(most):
        answer = questions.answer(action, **asked, **more)
        yield answer
        place = None if isinstance(answer, Gap) else answer.get(after)
        if not place:
            return
        if place in read:
            yield Gap(action, "AWS's list goes round: it names a place that was read before; try again later")
            return
        read.add(place)
        more = {takes or after: place}
    yield Gap(action, f"it has more than the {most} pages that are read; please report it")
