"""Heartbeats in the state table: which were sent, which came back, and how the heart has been beating.

    pk             sk        holds                                            kept
    beat#<nonce>   beat      when it was sent, when it came back              a day
    heart          heart     the first, the last, the last that came back     for ever
    heart          paths     what is broken, since when; the subscriptions    for ever

A nonce is used up by one conditional write, so two deliveries of one record are one heartbeat.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from nightlatch.adapters.stored_items import seconds
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.watching.beats import Pulse
from nightlatch.service.beat import Standing

BEATS_KEPT = timedelta(days=1)
_HEART = ("heart", "heart")
_PATHS = ("heart", "paths")


class DynamoBeats:
    """The ports `Beats` and `Standings`, in the state table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def send(self, nonce: str, at: datetime) -> None:
        """Keep a nonce before the call that bears it."""
        self._table.put(
            {"pk": _beat(nonce), "sk": "beat", "sent_at": _text(at), "expires_at": seconds(at + BEATS_KEPT)}
        )
        with suppress(Conflict):
            self._table.update(
                *_HEART, "SET #since = :at", when="attribute_not_exists(#since)", given={"at": _text(at)}
            )
        self._table.update(*_HEART, "SET #sent_at = :at", given={"at": _text(at)})

    def is_sent(self, nonce: str) -> bool:
        """Tell whether a nonce is one of ours."""
        return self._table.get(_beat(nonce), "beat") is not None

    def arrive(self, nonce: str, *, at: datetime, lag: timedelta) -> bool:
        """Use a nonce up; False where it was never sent or was used before."""
        try:
            self._table.update(
                _beat(nonce),
                "beat",
                "SET #arrived_at = :at",
                when="attribute_exists(#pk) AND attribute_not_exists(#arrived_at)",
                given={"at": _text(at)},
            )
        except Conflict:
            return False
        with suppress(Conflict):  # a beat that came back later was noted first
            self._table.update(
                *_HEART,
                "SET #arrived_at = :at, #lag_ms = :lag",
                when="attribute_not_exists(#arrived_at) OR #arrived_at < :at",
                given={"at": _text(at), "lag": int(lag.total_seconds() * 1000)},
            )
        return True

    def pulse(self) -> Pulse:
        """Give how the heart has been beating."""
        item = self._table.get(*_HEART) or {}
        return Pulse(
            since=_moment(item, "since"),
            sent_at=_moment(item, "sent_at"),
            arrived_at=_moment(item, "arrived_at"),
            lag=timedelta(milliseconds=int(item["lag_ms"])) if "lag_ms" in item else None,
            told=_moment(item, "told"),
        )

    def tell(self, silent_since: datetime) -> None:
        """Remember that a silence is told."""
        self._table.update(*_HEART, "SET #told = :at", given={"at": _text(silent_since)})

    def last(self) -> Standing:
        """Give what was known of the paths; what cannot be read is begun anew, and then told once more."""
        item = self._table.get(*_PATHS) or {}
        try:
            broken = json.loads(str(item.get("broken", "{}")))
            found = tuple((str(about), datetime.fromisoformat(at)) for about, at in broken.items())
            names = tuple(str(name) for name in json.loads(str(item.get("subscriptions", "[]"))))
        except (ValueError, TypeError, AttributeError):
            return Standing()
        return Standing(broken=found, subscriptions=names)

    def keep(self, standing: Standing) -> None:
        """Leave what is known of the paths for the next time."""
        broken = {about: _text(at) for about, at in standing.broken}
        item: Item = {"pk": _PATHS[0], "sk": _PATHS[1], "broken": json.dumps(broken)}
        self._table.put({**item, "subscriptions": json.dumps(standing.subscriptions)})


def _beat(nonce: str) -> str:
    return f"beat#{key_part(nonce)}"


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(item: Item, name: str) -> datetime | None:
    return datetime.fromisoformat(str(item[name])) if name in item else None
