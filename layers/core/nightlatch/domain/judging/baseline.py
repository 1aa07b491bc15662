"""What is known at the moment of judging: the only thing a rule sees beside the event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.habits import Habits
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.history.trail import Trail

LEARNING_PERIOD = timedelta(days=14)
LATENESS = timedelta(minutes=15)  # how late a record may be and still belong to its window


class Maturity(StrEnum):
    """How much history stands behind a baseline."""

    NONE = "none"  # a hunt without history
    LEARNING = "learning"  # live, in the first 14 days
    MATURE = "mature"

    def unknown_to(self, do: str) -> str:
        """Say of secrets that a principal is not known to use or write them; of a young history that it is young."""
        match self:
            case Maturity.NONE:
                return "with no history to compare"
            case Maturity.LEARNING:
                days = LEARNING_PERIOD.days
                return f"that it is not yet known to {do}, for nightlatch is still learning ({days} days)"
            case Maturity.MATURE:
                return f"that it is not known to {do}"


def _nothing() -> Trail:
    return Trail.of(())


@dataclass(frozen=True, slots=True)
class Reader:
    """A principal that has read the secret; of its last day of reading the first read is known."""

    principal: str
    last_seen: datetime

    @property
    def day(self) -> date:
        """The last UTC day on which it read."""
        return self.last_seen.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """History and inventory around one event; defaults mean "nothing known"."""

    maturity: Maturity = Maturity.NONE
    reader: Pair | None = None  # this principal reading this secret
    writer: Pair | None = None  # this principal writing this secret
    by_principal: Trail = field(default_factory=_nothing)  # 24 h either side, the event itself included
    on_secret: Trail = field(default_factory=_nothing)  # all but reads, 90 days back and a day on, the event included
    creations: Trail = field(default_factory=_nothing)  # of the secret, 400 days back and a day on
    under_name: Trail = field(default_factory=_nothing)  # lives and ends of any secret of this name, 90 days
    rights: Trail = field(default_factory=_nothing)  # changes of what IAM lets the principal do, 24 h either side
    readers: tuple[Reader, ...] = ()  # of a secret that something was done to, before it was, the latest first
    habits: Habits = field(default_factory=Habits)  # of the principal, before the event
    elsewhere: frozenset[str] = frozenset()  # other Regions with a secret of this name and suffix, for native events
    held: tuple[SecretRef, ...] = ()  # that use the key or function which the event touches, as records showed
    staged: tuple[tuple[SecretRef, datetime], ...] = ()  # that the function or role staged on that day or the next
    key_made: datetime | None = None  # when the key that the call asks for was made, where records show it
    inventory: Inventory = field(default_factory=Inventory)
    settled: datetime | None = None  # up to here every record has had its time to come; None at the first judging

    @property
    def elapsed(self) -> bool:
        """Whether the time that a rule asked to wait for has passed."""
        return self.settled is not None

    def is_past(self, moment: datetime) -> bool:
        """Tell whether a moment lies behind the time of a judging that came after a wait."""
        return self.settled is not None and moment <= self.settled + LATENESS

    def done_to(self, secret: SecretRef, *names: str) -> Trail:
        """Give what happened to a secret under these event names."""
        return self.on_secret.about(secret).named(*names)

    def rotation_open(self, secret: SecretRef, at: datetime) -> bool:
        """Tell whether a rotation of the secret had started and not ended at a moment (a day at most)."""
        steps = self.done_to(secret, *_ROTATION).between(at - timedelta(days=1), at)
        started = [s for s in steps if s.name in _STARTS]
        return bool(started) and not any(s.at >= started[-1].at for s in steps.before(at) if s.name not in _STARTS)


_STARTS = ("RotationStarted", "TestRotationStarted")  # a test reads, too: RotateSecret without rotating at once
_ROTATION = (
    *_STARTS,
    "RotationSucceeded",
    "RotationFailed",
    "RotationAbandoned",
    "TestRotationSucceeded",
    "TestRotationFailed",
)
