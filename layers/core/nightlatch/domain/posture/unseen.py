"""What nobody could look at: a gap stands where the answer would, so that no check can take it for "nothing there".

Source: design style, rule 24 ("could not look" is never "nothing wrong").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

_Seen = TypeVar("_Seen")


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that was not answered."""

    action: str  # the IAM action of the call, such as `secretsmanager:GetResourcePolicy`; or what was not given
    why: str  # one line for a person, with what to do about it
    is_once: bool = False  # said once for the whole account, and not of each secret


NOT_COUNTED = Gap(
    "nightlatch:use", "nobody has counted reads yet; deploy nightlatch, or give trail files", is_once=True
)
NOT_DEPLOYED = Gap(
    "nightlatch", "no nightlatch is deployed here; deploy it, then its own state can be judged", is_once=True
)
NO_COPIES = Gap(
    "nightlatch:copies", "the policy asks for copies of no secret, so there is nothing to prove", is_once=True
)

CHOSEN = frozenset({NOT_COUNTED.action, NOT_DEPLOYED.action, NO_COPIES.action})  # whoever has none chose so: no failure


class NotSeen(Exception):
    """A check asked for what nobody could look at; whoever judges turns it into a finding."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap.why)
        self.gap = gap


def seen(answer: _Seen | Gap) -> _Seen:
    """Give what was seen.

    Raises:
        NotSeen: Nobody could look.
    """
    if isinstance(answer, Gap):
        raise NotSeen(answer)
    return answer
