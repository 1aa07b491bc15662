"""Benign story 6: a primary rotates in us-east-1, and its replica in eu-west-1 follows without a call there.

The application fails over and reads replicas of what it has read for weeks: known by their primaries, where it calls
them by their full ARNs, or where the inventory names the replicas. The control is the same by bare names without that
inventory: two secrets of one name in two Regions are two secrets.
"""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.judging.findings import Severity
from stories.callers import Caller, a_role, by_way_of
from stories.records import DAY, SERVICE, Record, arn_of, by_service, key_used, label_moved, read, version_of
from stories.rotating import STEPS_S, a_rotation
from stories.story import Story, Told

PRIMARY, REPLICA = "us-east-1", "eu-west-1"
ROTATOR, APP = a_role("rotate-db-role", "rotate-db", path="/service-role/"), a_role("app", "i-0123456789abcdef0")
NAMES = [f"app/{n:02}" for n in range(12)]


def _reads(region: str, at: float, names: Sequence[str], who: Caller = APP) -> list[Record]:
    return [read(who, arn_of(name, region), at=at + n, region=region) for n, name in enumerate(names)]


def weeks_at_home() -> Sequence[Record]:
    """The application reads all it needs, each day, where the primaries are."""
    return [record for day in range(1, 22) for record in _reads(PRIMARY, -day * DAY, NAMES)]


def _refreshed(name: str, at: float) -> list[Record]:
    """A rotation at home, and what follows of it by itself in the other Region."""
    service, new = by_way_of(ROTATOR, SERVICE), version_of(f"{name}-{at}")
    after = at + STEPS_S
    return [
        *a_rotation(name, ROTATOR, at=at, region=PRIMARY),
        by_service("ReplicationStarted", name, at=after + 1, region=REPLICA),
        key_used(service, "GenerateDataKey", name, new, at=after + 1, region=REPLICA),
        key_used(service, "Encrypt", name, new, at=after + 2, region=REPLICA),
        label_moved(name, new, at=after + 3, region=REPLICA),
        by_service("ReplicationSucceeded", name, at=after + 4, region=REPLICA),
    ]


def refreshed() -> Sequence[Record]:
    """One secret rotates, and the application reads its replica."""
    return [*_refreshed(NAMES[0], 0), *_reads(REPLICA, 120, NAMES[:1])]


def failed_over() -> Sequence[Record]:
    """One secret rotates, and the application reads all its secrets in the other Region."""
    return [*_refreshed(NAMES[0], 0), *_reads(REPLICA, 120, NAMES)]


def failed_over_by_name() -> Sequence[Record]:
    """The application reads all its secrets in the other Region, by their names."""
    return [read(APP, name, at=n, region=REPLICA) for n, name in enumerate(NAMES)]


_LISTED = Holdings.of(
    [Found(secrets=tuple(Holding(arn=arn_of(name, PRIMARY), replica_regions=(REPLICA,)) for name in NAMES))]
)
STORIES = (
    Story(name="replica-follows", records=refreshed, history=weeks_at_home),
    Story(name="replica-follows-without-history", records=refreshed),
    Story(name="application-fails-over", records=failed_over, history=weeks_at_home, words_matter=True),
    Story(
        name="application-fails-over-by-name",
        records=failed_over_by_name,
        history=weeks_at_home,
        inventory=Inventory(holdings=_LISTED),
        words_matter=True,
    ),
)

_STRANGE = Told(catalogue="ACC-01", severity=Severity.HIGH, secrets=12, why="nothing says that they are replicas")
CONTROLS = (
    Story(
        name="application-reads-namesakes",
        records=failed_over_by_name,
        history=weeks_at_home,
        tells=(_STRANGE,),
        incidents=1,
        words_matter=True,
    ),
)
