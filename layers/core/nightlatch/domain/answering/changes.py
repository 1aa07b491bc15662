"""What has become of an incident since a channel last showed it: the words that machines are told by.

A channel that opens and closes tickets must say "opened" exactly once before anything else, and "resolved" when nothing
is left to decide. Which it is follows from the incident, its responses and whether the channel has shown it before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response, ResponseState

_TAKEN = frozenset({ResponseState.SUCCEEDED, ResponseState.FAILED})


class Change(StrEnum):
    """How an incident differs from what was told before."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"


def changes_of(incident: Incident, responses: Sequence[Response], *, is_first: bool) -> tuple[Change, ...]:
    """Give what to tell, in order; an incident that was settled before anybody heard of it opens and resolves at once.

    Args:
        incident: As it stands.
        responses: What was offered and done about it.
        is_first: Whether the channel has not shown it yet.
    """
    resolved = is_settled(incident, responses)
    if is_first:
        return (Change.OPENED, Change.RESOLVED) if resolved else (Change.OPENED,)
    return (Change.RESOLVED,) if resolved else (Change.UPDATED,)


def actions_taken(responses: Sequence[Response], told: Collection[str]) -> tuple[Response, ...]:
    """Give the responses that were carried out, or could not be, and that a channel has not told yet.

    Args:
        responses: Of the incident.
        told: Ids of those that were told.
    """
    return tuple(one for one in responses if one.state in _TAKEN and one.id not in told)
