"""The snoozed incidents in DynamoDB: the snooze is part of its incident, and a pointer says when it ends.

    pk         sk                    holds                          kept
    snoozes    <until>#<incident>    that an incident wakes then    until that is told, 30 days at most

The pointer is written first: one without its snooze wakes nobody, a snooze without its pointer would never be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.ledger.responses import moment
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.answering.incidents import Incident, put_to_sleep
from nightlatch.domain.answering.snoozes import Snooze

_POINTERS = "snoozes"
_KEPT = timedelta(days=30)


class DynamoSleepers:
    """The port `Sleepers` on the incident table."""

    def __init__(self, table: Table, incidents: DynamoIncidents) -> None:
        self._table = table
        self._incidents = incidents

    def put_to_sleep(self, incident_id: str, snooze: Snooze) -> Incident:
        """Write a snooze down; the same again changes nothing.

        Raises:
            NotFound: There is no such incident.
            IllegalTransition: Somebody has snoozed it since it was looked at.
            Unavailable: The table could not be asked.
        """
        kept = int((snooze.until + _KEPT).timestamp())
        self._table.put({"pk": _POINTERS, "sk": _place(incident_id, snooze.until), "expires_at": kept})
        return self._incidents.change(incident_id, lambda one: put_to_sleep(one, snooze))

    def asleep(self, now: datetime) -> Sequence[str]:
        """Give the incidents whose snooze has not run out.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = self._table.every(_POINTERS, since=f"{moment(now)}~", until="~")
        return [incident_id for incident_id, _ in _read(found)]

    def woken(self, now: datetime) -> Sequence[tuple[str, datetime]]:
        """Give the incidents whose snooze has run out and that were not told to be awake, with its end.

        Raises:
            Unavailable: The table could not be asked.
        """
        return list(_read(self._table.every(_POINTERS, since="!", until=f"{moment(now)}~")))

    def told_awake(self, incident_id: str, until: datetime) -> None:
        """Note that an incident was told to be awake.

        Raises:
            Unavailable: The table could not be asked.
        """
        self._table.delete(_POINTERS, _place(incident_id, until))


def _place(incident_id: str, until: datetime) -> str:
    return f"{moment(until)}#{incident_id}"


def _read(items: Iterator[Item]) -> Iterator[tuple[str, datetime]]:
    for item in items:
        until, _, incident_id = str(item["sk"]).partition("#")
        yield incident_id, datetime.fromisoformat(until).replace(tzinfo=UTC)
