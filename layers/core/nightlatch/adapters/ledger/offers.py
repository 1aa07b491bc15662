"""The responses that wait for somebody, in DynamoDB; the ledger writes the pointers, here they are followed.

pk                    sk               holds                                        kept
offers                <expiry>#<id>    the id of a response that waited so long     7 days after it expires
offers#<key>          <id>             the id of a response about this subject      7 days after it expires
shown#<response>      <incident>       that another incident than its own shows it  400 days
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.ledger.responses import RESPONSES_KEPT, moment
from nightlatch.adapters.ledger.stored import response_in
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.responses import Response, ResponseState

LOOKED_BACK = timedelta(days=1)  # a tick comes each minute; one that comes after an outage finds what it missed
TOLD_AGAIN = timedelta(minutes=5)
_MOST = 500
_MOST_WAITING = 10_000


class DynamoOffers:
    """The port `Offers` on the response table."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now

    def on(self, keys: Sequence[str]) -> Sequence[Response]:
        """Give the open offers about a secret, a key or a principal, by any of its names.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = [item for key in keys for item in self._partition(f"offers#{key_part(key)}")]
        now = self._now()
        responses = self._responses(str(item["response"]) for item in found)
        return [one for one in responses if one.state is ResponseState.PROPOSED and one.expires_at > now]

    def about(self, keys: Sequence[str]) -> Sequence[Response]:
        """Give what was lately offered (a week) or begun (a day) about a secret, a key or a principal, open or over.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = [
            item for key in keys for kind in ("offers", "runs") for item in self._partition(f"{kind}#{key_part(key)}")
        ]
        return self._responses(str(item["response"]) for item in found)

    def waiting(self, now: datetime) -> Sequence[Response]:
        """Give all that wait for somebody, what ends first at the beginning.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = self._table.query("offers", since=moment(now), until="~", most=_MOST_WAITING)
        responses = self._responses(str(item["response"]) for item in found)
        open_ones = (one for one in responses if one.state is ResponseState.PROPOSED and one.expires_at > now)
        return sorted(open_ones, key=lambda one: (one.expires_at, one.id))

    def run_out(self, now: datetime) -> Sequence[Response]:
        """Give those of the last day that nobody answered in time, and those that ended so within minutes.

        Raises:
            Unavailable: The table could not be asked.
        """
        span = {"since": moment(now - LOOKED_BACK), "until": f"{moment(now)}~"}
        found = self._table.query("offers", **span, most=_MOST, newest_first=True)
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
        return [str(item["sk"]) for item in self._partition(f"shown#{key_part(response_id)}")]

    def _partition(self, pk: str) -> list[Item]:
        return self._table.query(pk, since="!", until="~", most=_MOST)

    def _responses(self, ids: Iterable[str]) -> list[Response]:
        items = self._table.get_all((f"response#{key_part(one)}", "response") for one in dict.fromkeys(ids))
        return [response_in(item) for item in items]


def is_over(offer: Response, now: datetime) -> bool:
    """Tell whether an offer has run out and is not ended yet, or was ended just now."""
    if offer.state is ResponseState.EXPIRED:
        return now - TOLD_AGAIN < offer.expires_at <= now
    return offer.state is ResponseState.PROPOSED and offer.expires_at <= now
