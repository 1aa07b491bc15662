"""What may be prevented and undone for the secrets of a selector, and that every guard leaves a way out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nightlatch.domain.answering.policy import Mode, Protection
from nightlatch.domain.guarding.guards import LONGEST_WINDOW, SHORTEST_WINDOW, why_not_spared
from nightlatch.policy_file.parts import Part

_GUARD = "force-delete"


class ProtectPart(Part):
    """What is prevented and undone, in protect."""

    undo: bool = True
    resurrect: bool = True  # where there is a vault
    prevent: Literal["nothing", "force-delete"] = "nothing"
    min_window_days: Annotated[int, Field(ge=SHORTEST_WINDOW, le=LONGEST_WINDOW)] = SHORTEST_WINDOW
    keep_policy: bool = True

    @model_validator(mode="after")
    def _has_guard_for_its_details(self) -> Self:
        written = sorted(self.model_fields_set & {"min_window_days", "keep_policy"})
        if self.prevent == "nothing" and written:
            raise PydanticCustomError(
                "needs_prevent", "{what} is part of a guard: add prevent: force-delete", {"what": written[0]}
            )
        return self

    def to_domain(self, *, mode: Mode, pins: int, vault_days: int) -> Protection:
        """Give the value that decisions read."""
        return Protection(
            mode=mode,
            undo=self.undo,
            resurrect=self.resurrect,
            pins=pins,
            vault_days=vault_days,
            prevent=self.prevent == _GUARD,
            min_window_days=self.min_window_days,
            keep_policy=self.keep_policy,
        )


def check_ways_out(parts: Collection[ProtectPart], break_glass: Collection[str]) -> None:
    """Let no policy pass whose guards would leave nobody to take them away, or keep nobody out.

    Raises:
        PydanticCustomError: A guard is wished and nobody is kept for emergencies, or an entry cannot be spared.
    """
    if not any(part.prevent == _GUARD for part in parts):
        return
    unfit = ((entry, why) for entry in sorted(break_glass) if (why := why_not_spared(entry)))
    why = next((f"an entry of inventory.break_glass{why.removeprefix(entry)}" for entry, why in unfit), None)
    if not break_glass:
        why = "name a role for emergencies under inventory.break_glass first"
    if why is not None:
        raise PydanticCustomError("way_out", "a guard needs a way out: {why}", {"why": why})
