"""What a story is: records, what was known before them, and exactly what must be told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.judging.findings import Severity
from stories.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One finding; `why` for one that the design's page does not name in its story."""

    catalogue: str
    severity: Severity
    secrets: int | None = None  # how many it must name; None where the story does not say
    why: str = ""


def _nobody_late() -> Mapping[str, float]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story of the design, whose records are written anew for every reader.

    Args:
        name: What happens, in a few words; the id of its tests.
        records: Writes what happened.
        tells: Exactly the findings of MEDIUM or above, a finding per entry; none for a benign story.
        notes: Findings of LOW that the design's page names; there may be others.
        incidents: How many problems people are told of.
        history: Writes what had happened before; None for a hunt without history.
        inventory: What the operator told of the account.
        policy: What the operator chose, exemptions above all.
        misjudged: Why a rule gets it wrong today; its tests are expected to fail until that is mended.
        words_matter: Whether it hangs on the words for secrets, so that it is told in no others.
        late: Seconds by which records come late when they come live, by event id.
    """

    name: str
    records: Callable[[], Sequence[Record]]
    tells: tuple[Told, ...] = ()
    notes: tuple[Told, ...] = ()
    incidents: int = 0
    history: Callable[[], Sequence[Record]] | None = None
    inventory: Inventory = field(default_factory=Inventory)
    policy: Policy = field(default_factory=Policy)
    misjudged: str = ""
    words_matter: bool = False
    late: Callable[[], Mapping[str, float]] = _nobody_late

    def __str__(self) -> str:
        return self.name
