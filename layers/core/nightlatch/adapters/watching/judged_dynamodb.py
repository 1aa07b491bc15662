"""Which changes were judged, in the state table: what the event history is compared with.

    pk                  sk       holds                                                 kept
    judged#<event id>   judged   nothing more                                          3 days
    heart               names    how far the history of each name was looked at        for ever

Reads are not noted: there are a thousand of them for each change, and no look compares them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from nightlatch.adapters.stored_items import seconds
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import key_part
from nightlatch.domain.watching.lookups import Progress, Span

NOTES_KEPT = timedelta(days=3)
_NAMES = ("heart", "names")


class DynamoJudged:
    """The port `Judged`, in the state table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, event_ids: Collection[str], at: datetime) -> None:
        """Remember that events were judged."""
        kept = seconds(at + NOTES_KEPT)
        self._table.put_all({"pk": _key(event_id), "sk": "judged", "expires_at": kept} for event_id in event_ids)

    def without(self, event_ids: Collection[str]) -> Collection[str]:
        """Give those of some events that were not."""
        by_key = {_key(event_id): event_id for event_id in event_ids}
        noted = {str(item["pk"]) for item in self._table.get_all((key, "judged") for key in by_key)}
        return [event_id for key, event_id in by_key.items() if key not in noted]

    def progress(self) -> Mapping[str, Progress]:
        """Give how far each name was looked at; what cannot be read is looked at anew."""
        item = self._table.get(*_NAMES) or {}
        try:
            kept = json.loads(str(item.get("names", "{}")))
            return {str(name): _progress(*map(_moment, moments)) for name, moments in kept.items()}
        except (ValueError, TypeError, AttributeError):
            return {}

    def looked(self, progress: Mapping[str, Progress]) -> None:
        """Remember how far each name was looked at."""
        kept = {name: [_text(one) for one in _moments(found)] for name, found in progress.items()}
        self._table.put({"pk": _NAMES[0], "sk": _NAMES[1], "names": json.dumps(kept)})


def _moments(progress: Progress) -> tuple[datetime, ...]:
    left = () if progress.left is None else (progress.left.start, progress.left.end)
    return (progress.until, progress.asked, *left)


def _progress(until: datetime, asked: datetime, start: datetime | None = None, end: datetime | None = None) -> Progress:
    left = Span(start, end) if start is not None and end is not None else None
    return Progress(until=until, asked=asked, left=left)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _key(event_id: str) -> str:
    return f"judged#{key_part(event_id)}"
