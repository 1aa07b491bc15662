"""Which rules are on trial: a staged rule is judged like any other, and what it finds is only recorded.

So a rule can be looked at for as long as one likes before it may wake anybody. It is named by either of its ids, and
only once: of two stages nobody could say which one holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from nightlatch.domain.answering.policy import Stage
from nightlatch.policy_file.parts import Part
from nightlatch.policy_file.silences import rule_id


class RulePart(Part):
    """One rule and its stage."""

    id: Annotated[str, AfterValidator(rule_id)]  # as written either name; as read always the id
    stage: Stage = Stage.LIVE


def each_once(parts: tuple[RulePart, ...]) -> tuple[RulePart, ...]:
    """Refuse a rule that is there twice, by whichever of its names."""
    seen: set[str] = set()
    for part in parts:
        if part.id in seen:
            raise PydanticCustomError("repeated_rule", "rule {id} is there twice; keep one of them", {"id": part.id})
        seen.add(part.id)
    return parts


def staged(parts: Iterable[RulePart]) -> frozenset[str]:
    """Give the ids of the rules that are on trial."""
    return frozenset(part.id for part in parts if part.stage is Stage.STAGED)
