"""What the items of the state table have in common: values that are read one by one, and keys that sort by time."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from nightlatch.adapters.codec import decode
from nightlatch.adapters.wire import Item
from nightlatch.domain.account.decoys import Decoy
from nightlatch.domain.account.holding import Found
from nightlatch.domain.account.replications import Replication
from nightlatch.domain.account.takings import Taking
from nightlatch.domain.errors import Unreadable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.metadata import MetadataSnapshot

FIRST = "!"  # sorts before every letter and digit
LAST = "~"  # sorts behind `#` and every digit
Kept = TypeVar("Kept", Copy, Decoy, Found, MetadataSnapshot, Replication, SecretEvent, Sighting, Taking)
_logger = logging.getLogger(__name__)


def readable(kind: type[Kept], items: Iterable[Item], field: str) -> Iterator[tuple[Item, Kept]]:
    """Read what is stored; one item that cannot be read is told and passed over, for it would stop all judging."""
    for item in items:
        try:
            yield item, decode(kind, str(item[field]))
        except Unreadable as failure:
            _logger.warning(
                "stored item cannot be read", extra={"pk": item["pk"], "sk": item["sk"], "why": str(failure)}
            )


def time_key(at: datetime) -> str:
    """Write a moment so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds(at: datetime) -> int:
    """Give a moment as epoch seconds, which time to live is written in."""
    return int(at.timestamp())
