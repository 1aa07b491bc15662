"""Storms in DynamoDB: which incidents opened lately, the storm that stands, and the incidents that it holds back.

pk               sk                   holds                                  kept
opened           <moment>#<incident>  that an incident opened                a day
storm            storm                the storm that stands, calm or not     until it is told to be over
held#<storm>     <incident>           what the summary says of it            30 days
told#<storm>     <incident>           that it is held back no longer         30 days
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.ledger.responses import moment
from nightlatch.adapters.packing import unpacked
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.summaries import STORM_WITHIN, Held, Storm

_OPENINGS_KEPT = timedelta(days=1)
_HELD_KEPT = timedelta(days=30)
_MOST_COUNTED = 1_000
_STORM: Item = {"pk": "storm", "sk": "storm"}


class DynamoStorms:
    """The ports `Storms` and `HeldBack` on the incident table."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now

    def opened(self, incident_id: str, now: datetime) -> int:
        """Note that an incident opened; give how many did within five minutes, itself included.

        Raises:
            Unavailable: The table could not be asked.
        """
        kept = int((now + _OPENINGS_KEPT).timestamp())
        self._table.put({"pk": "opened", "sk": f"{moment(now)}#{incident_id}", "expires_at": kept})
        return self.lately(now)

    def lately(self, now: datetime) -> int:
        """Give how many incidents opened within five minutes.

        Raises:
            Unavailable: The table could not be asked.
        """
        since, until = moment(now - STORM_WITHIN), f"{moment(now)}~"
        return len(self._table.query("opened", since=since, until=until, most=_MOST_COUNTED))

    def standing(self) -> Storm | None:
        """Give the storm that is on, or calm and not told to be.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = self._table.get("storm", "storm")
        return decode(Storm, str(found["storm"])) if found is not None and "storm" in found else None

    def put(self, storm: Storm) -> bool:
        """Write down that a storm began or is calm; False where another stands.

        Raises:
            Unavailable: The table could not be asked.
        """
        item: Item = {**_STORM, "storm": encode(storm), "id": storm.id, "expires_at": self._kept()}
        try:
            self._table.put(item, when="attribute_not_exists(#pk) OR #id = :id OR #id = :none", given=_ids(storm))
        except Conflict:
            return False
        return True

    def forget(self, storm: Storm) -> None:
        """Note that a storm is over and told.

        Raises:
            Unavailable: The table could not be asked.
        """
        try:
            self._table.put(
                {**_STORM, "id": "none", "expires_at": self._kept()}, when="#id = :id", given={"id": storm.id}
            )
        except Conflict:
            return

    def hold(self, storm_id: str, held: Held) -> None:
        """Note that an incident is told in the storm's summary; the latest counts.

        Raises:
            Unavailable: The table could not be asked.
        """
        key: Item = {"pk": f"held#{storm_id}", "sk": key_part(held.incident_id)}
        self._table.put({**key, "held": encode(held), "expires_at": self._kept()})

    def held(self, storm_id: str) -> Sequence[Held]:
        """Give the incidents of a storm.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = self._table.every(f"held#{storm_id}", since="!", until="~")
        return [decode(Held, unpacked(item["held"])) for item in found]

    def kept(self, storm_id: str) -> Sequence[Held]:
        """Give the incidents of a storm that were not let go.

        Raises:
            Unavailable: The table could not be asked.
        """
        gone = {str(item["sk"]) for item in self._table.every(f"told#{storm_id}", since="!", until="~")}
        return [one for one in self.held(storm_id) if key_part(one.incident_id) not in gone]

    def let_go(self, storm_id: str, incident_id: str) -> None:
        """Note that an incident of a storm is told now.

        Raises:
            Unavailable: The table could not be asked.
        """
        self._table.put({"pk": f"told#{storm_id}", "sk": key_part(incident_id), "expires_at": self._kept()})

    def _kept(self) -> int:
        return int((self._now() + _HELD_KEPT).timestamp())


def _ids(storm: Storm) -> Item:
    return {"id": storm.id, "none": "none"}
