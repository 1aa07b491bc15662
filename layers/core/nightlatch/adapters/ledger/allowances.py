"""The deletions that somebody allowed, in DynamoDB: responses like others, found by their secret or by their end.

    pk              sk              holds                                        kept
    allowed#<key>   <id>            the id of a response that allowed something  45 days after it
    lapses          <until>#<id>    the id of a response whose effect ends then  7 days after it

The ledger writes the pointers when a response is started. An allowance lasts half a day at most, but what it allowed to
be scheduled ends up to thirty days later, and then it is asked for once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.ledger.responses import moment, response_in
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import key_part
from nightlatch.domain.answering.allowances import Allowance, allowance_of
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.event.secrets import SecretRef

LOOKED_BACK = timedelta(days=1)  # a tick comes each minute; one that comes after an outage finds what it missed
_MOST = 100


class DynamoAllowances:
    """The port `Allowances` on the response table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def on(self, secrets: Sequence[SecretRef]) -> Sequence[Allowance]:
        """Give what was allowed in the last weeks of any of these secrets, over or not.

        Raises:
            Unavailable: The table could not be asked.
        """
        keys = dict.fromkeys(key for secret in secrets for key in secret.keys)
        found = [self._table.query(f"allowed#{key_part(key)}", since="!", until="~", most=_MOST) for key in keys]
        responses = self._responses(str(item["response"]) for items in found for item in items)
        return [one for response in responses if (one := allowance_of(response)) is not None]

    def lapsed(self, now: datetime) -> Sequence[Response]:
        """Give the responses of the last day that allowed something which is over.

        Raises:
            Unavailable: The table could not be asked.
        """
        span = {"since": moment(now - LOOKED_BACK), "until": f"{moment(now)}~"}
        found = self._table.query("lapses", **span, most=_MOST, newest_first=True)
        responses = self._responses(str(item["response"]) for item in found)
        return [one for one in responses if (given := allowance_of(one)) is not None and given.until <= now]

    def _responses(self, ids: Iterable[str]) -> list[Response]:
        items = self._table.get_all((f"response#{key_part(one)}", "response") for one in dict.fromkeys(ids))
        return [response_in(item) for item in items]
