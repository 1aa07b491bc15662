"""The responses that wait for somebody, in DynamoDB; the ledger writes the pointers, here they are followed.

pk                    sk               holds                                        kept
offers                <expiry>#<id>    the id of a response that waited so long     7 days after it expires
offers#<key>          <expiry>#<id>    the id of a response about this subject      7 days after it expires
shown#<response>      <incident>       that another incident than its own shows it  400 days
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.ledger.responses import RESPONSES_KEPT, moment
from nightlatch.adapters.ledger.stored import Complaints, stored_under
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.responses import Response, ResponseState

LOOKED_BACK = timedelta(days=1)  # a tick comes each minute; one that comes after an outage finds what it missed
TOLD_AGAIN = timedelta(minutes=5)
_MOST_ALIKE = 1_000  # of a subject, those that expire last: what is missed is offered twice, and done once


class DynamoOffers:
    """The port `Offers` on the response table.

    An offer that cannot be read is passed over: its button does nothing, and the next finding that wishes the same gets
    one of its own. People can go on; nothing is done by policy because of what is missing here.
    """

    def __init__(self, table: Table, *, now: Clock, complaints: Complaints | None = None) -> None:
        self._table = table
        self._now = now
        self._complaints = complaints or Complaints()

    def on(self, keys: Sequence[str]) -> Sequence[Response]:
        """Give the open offers about a secret, a key or a principal, by any of its names.

        Raises:
            Unavailable: The table could not be asked.
        """
        now = self._now()
        found = [item for key in keys for item in self._every(f"offers#{key_part(key)}", since=moment(now))]
        responses = self._responses(str(item["response"]) for item in found)
        return [one for one in responses if one.state is ResponseState.PROPOSED and one.expires_at > now]

    def about(self, keys: Sequence[str]) -> Sequence[Response]:
        """Give what was lately offered (a week) or begun (a day) about a secret, a key or a principal, open or over.

        Raises:
            Unavailable: The table could not be asked.
        """
        found: list[Item] = []
        for key in map(key_part, keys):
            found += self._table.query(f"offers#{key}", since="!", until="~", most=_MOST_ALIKE, newest_first=True)
            found += self._every(f"runs#{key}")
        return self._responses(str(item["response"]) for item in found)

    def waiting(self, now: datetime) -> Sequence[Response]:
        """Give all that wait for somebody, what ends first at the beginning.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = self._every("offers", since=moment(now))
        responses = self._responses(str(item["response"]) for item in found)
        open_ones = (one for one in responses if one.state is ResponseState.PROPOSED and one.expires_at > now)
        return sorted(open_ones, key=lambda one: (one.expires_at, one.id))

    def named(self, ids: Iterable[str]) -> Sequence[Response]:
        """Give responses by their ids, whatever became of them; those that are gone are left out.

        Raises:
            Unavailable: The table could not be asked.
        """
        return self._responses(ids)

    def run_out(self, now: datetime) -> Sequence[Response]:
        """Give those of the last day that nobody answered in time, and those that ended so within minutes.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = self._every("offers", since=moment(now - LOOKED_BACK), until=f"{moment(now)}~")
        return [one for one in self._responses(str(item["response"]) for item in found) if is_over(one, now)]

    def tell_too(self, response_id: str, incident_id: str) -> None:
        """Note that another incident than its own shows a response.

        Raises:
            Unavailable: The table could not be asked.
        """
        kept = int((self._now() + RESPONSES_KEPT).timestamp())
        self._table.put({"pk": f"shown#{key_part(response_id)}", "sk": incident_id, "expires_at": kept})

    def told_too(self, response_id: str) -> Sequence[str]:
        """Give the other incidents that show a response.

        Raises:
            Unavailable: The table could not be asked.
        """
        return [str(item["sk"]) for item in self._every(f"shown#{key_part(response_id)}")]

    def _every(self, pk: str, *, since: str = "!", until: str = "~") -> Iterator[Item]:
        return self._table.every(pk, since=since, until=until)

    def _responses(self, ids: Iterable[str]) -> list[Response]:
        return list(self._complaints.readable(stored_under(ids, self._table)))


def is_over(offer: Response, now: datetime) -> bool:
    """Tell whether an offer has run out and is not ended yet, or was ended just now."""
    if offer.state is ResponseState.EXPIRED:
        return now - TOLD_AGAIN < offer.expires_at <= now
    return offer.state is ResponseState.PROPOSED and offer.expires_at <= now
