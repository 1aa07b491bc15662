"""Which response stands behind a call that history shows as ours: by its request id, or by version and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from nightlatch.adapters.ledger.deeds import near, request_key, version_keys
from nightlatch.adapters.ledger.stored import Complaints, stored_under
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.answering.own_calls import OwnCall
from nightlatch.domain.history.sightings import Sighting


class DynamoOwnCalls:
    """Follows what `DynamoDeeds` recorded of each call."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._complaints = Complaints()

    def behind(self, sightings: Iterable[Sighting]) -> Mapping[str, OwnCall]:
        """Give the calls that are known as ours and whose response is still known, by event id.

        Raises:
            Unavailable: The table could not be asked.
        """
        ours = [one for one in sightings if one.own]
        facts = {str(item["pk"]): item for item in self._facts(ours)}
        recorded = {one.event_id: fact for one in ours if (fact := _fact(one, facts)) is not None}
        stored = stored_under((str(fact["response"]) for fact in recorded.values()), self._table)
        responses = {response.id: response for response in self._complaints.readable(stored)}
        return {
            event_id: OwnCall(responses[str(fact["response"])], str(fact.get("request", "")))
            for event_id, fact in recorded.items()
            if str(fact["response"]) in responses
        }

    def _facts(self, sightings: Iterable[Sighting]) -> Iterator[Item]:
        return self._table.get_all((key, "own") for one in sightings for key in _keys(one))


def _keys(sighting: Sighting) -> list[str]:
    if sighting.request_id is not None:
        return [request_key(sighting.request_id)]
    if sighting.version_id is None:
        return []
    return [key for secret in sighting.secrets for key in version_keys(secret.keys, sighting.version_id)]


def _fact(sighting: Sighting, facts: Mapping[str, Item]) -> Item | None:
    found = (facts[key] for key in _keys(sighting) if key in facts)
    by_time = sighting.request_id is None
    return next(
        (one for one in found if not by_time or near(sighting.at, datetime.fromisoformat(str(one["at"])))), None
    )
