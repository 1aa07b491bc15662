"""The clock by which the corrected Secrets Manager and IAM live: the stage's, which can be set, or the wall's.

moto asks `time.time()` and `utcnow()` directly. A version that must be older than 24 hours, a recovery window
that must run out, cannot be waited for; and a session is older than a revocation by one clock or by none. So these
names inside moto point here while the stage is up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from moto.iam import models as iam_models
from moto.secretsmanager import models

from nightlatch.local.fidelity.correction import Patch

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Tell the time of the machine."""
    return datetime.now(UTC)


class StageTime:
    """Stands where moto's models expect the module `time`."""

    def __init__(self) -> None:
        self.now: Clock = wall_clock

    def time(self) -> float:
        """Seconds since the epoch, by the stage's clock."""
        return self.now().timestamp()

    def naive_now(self) -> datetime:
        """The time as moto keeps it: UTC without a zone."""
        return self.now().astimezone(UTC).replace(tzinfo=None)


stage_time = StageTime()

PATCHES = (
    Patch(models, "time", stage_time),
    Patch(models, "utcnow", stage_time.naive_now),
    Patch(iam_models, "utcnow", stage_time.naive_now),
)
