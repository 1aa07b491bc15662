"""Which scenes there are, by the names that the command line knows, and which of them make the usual evening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nightlatch.local.scenes.resurrection import resurrection
from nightlatch.local.scenes.scenes import SCENES, Scene, bad_value, deletion, sweep, terraform


@dataclass(frozen=True, slots=True)
class Number:
    """One scene of the programme."""

    title: str
    play: Scene


_TITLES = {play: title for title, play in SCENES.items()}
PROGRAMME: Mapping[str, Number] = {
    **{
        name: Number(_TITLES[play], play)
        for name, play in (
            ("terraform", terraform),
            ("sweep", sweep),
            ("bad-value", bad_value),
            ("deletion", deletion),
        )
    },
    "resurrect": Number("A force-deleted secret, back from the vault", resurrection),
}
USUAL = ("terraform", "sweep", "bad-value", "deletion")
