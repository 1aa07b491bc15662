"""What an audit goes by: the moment, what the operator trusts, and the limits that the operator may set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nightlatch.domain.account.inventory import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a posture begins to be a finding; each is a choice of the operator's policy file."""

    rotation_days: int = 30  # the longest schedule, as the page asks
    value_days: int = 90  # the oldest value that a secret may have
    unused_days: int = 90  # after which nobody seems to need a secret
    reads_per_hour: int = 12  # of one secret by one caller: a cache of five minutes makes no more
    log_days: int = 90  # how long lines of a rotation function may be kept
    settled_days: int = 7  # after which a change of a rotation function's code is no news
    snapshot_hours: int = 26  # since the last state of a secret was kept, where it has changed since
    proof_days: int = 8  # since a restore was last proven; the drill runs each week
    pending_hours: int = 24  # how long a rotation may leave a pending version behind
    versions: int = 50  # without a label
    labels: int = 15  # of the 20 that a secret may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What checks are asked by, beside the posture."""

    now: datetime
    limits: Limits = field(default_factory=Limits)
    inventory: Inventory = field(default_factory=Inventory)

    def age_days(self, moment: datetime) -> int:
        """Give the whole days since a moment, none below zero."""
        return max((self.now - moment) // timedelta(days=1), 0)
