"""Which changes were judged, in the state table: what the event history is compared with.

    pk                  sk         holds                                                 kept
    judged#<event id>   judged     nothing more                                          3 days
    changed#<secret>    <minute>   nothing more: a change of the secret was judged       3 days
    heart               names      how far the history of each name was looked at        for ever
    heart               states     up to when secrets' states were compared              for ever

Reads are not noted: there are a thousand of them for each change, and no look compares them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from nightlatch.adapters.stored_items import seconds
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import key_part
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.watching.lookups import Progress, Span
from nightlatch.domain.watching.states import AROUND, Change

NOTES_KEPT = timedelta(days=3)
_NAMES = ("heart", "names")
_STATES = ("heart", "states")
_MINUTE = timedelta(minutes=1)


class DynamoJudged:
    """The ports `Judged` and `Seen`, in the state table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, events: Collection[SecretEvent], at: datetime) -> None:
        """Remember that events were judged, and which secrets they changed."""
        kept = seconds(at + NOTES_KEPT)
        keys = dict.fromkeys([(_key(event.event_id), "judged") for event in events])
        keys |= dict.fromkeys(place for event in events if event.succeeded for place in _changed(event))
        self._table.put_all({"pk": pk, "sk": sk, "expires_at": kept} for pk, sk in keys)

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

    def unseen(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Give those about whose time no change of their secret was judged."""
        places = {one: set(_about(one)) for one in changes}
        asked = {place for about in places.values() for place in about}
        seen = {(str(item["pk"]), str(item["sk"])) for item in self._table.get_all(asked)}
        return [one for one, about in places.items() if not about & seen]

    def compared(self) -> datetime | None:
        """Give up to when secrets' states were compared; what cannot be read is begun anew."""
        item = self._table.get(*_STATES)
        try:
            return None if item is None else _moment(str(item["until"]))
        except (ValueError, KeyError):
            return None

    def compare_from(self, moment: datetime) -> None:
        """Remember up to when secrets' states were compared."""
        self._table.put({"pk": _STATES[0], "sk": _STATES[1], "until": _text(moment)})


def _changed(event: SecretEvent) -> Iterator[tuple[str, str]]:
    for secret in event.secrets:
        for key in secret.keys:
            yield _secret(key), _minute(event.at)


def _about(change: Change) -> Iterator[tuple[str, str]]:
    minutes = int(AROUND / _MINUTE)
    for key in change.secret.keys:
        for off in range(-minutes, minutes + 1):
            yield _secret(key), _minute(change.at + off * _MINUTE)


def _secret(key: str) -> str:
    return f"changed#{key_part(key)}"


def _minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


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
