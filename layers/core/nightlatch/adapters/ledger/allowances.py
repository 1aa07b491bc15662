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

from nightlatch.adapters.ledger.responses import moment
from nightlatch.adapters.ledger.stored import Complaints, stored_under
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import key_part
from nightlatch.domain.answering.allowances import LONGEST, Allowance, given_by
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.event.secrets import SecretRef

LOOKED_BACK = timedelta(days=1)  # a tick comes each minute; one that comes after an outage finds what it missed


class DynamoAllowances:
    """The port `Allowances` on the response table.

    An allowance that cannot be read allows nothing: the deletion is told, and taken back where the policy says so. That
    destroys nothing and can be wished again, while a deletion let through by mistake is final.
    """

    def __init__(self, table: Table, *, complaints: Complaints | None = None) -> None:
        self._table = table
        self._complaints = complaints or Complaints()

    def on(self, secrets: Sequence[SecretRef]) -> Sequence[Allowance]:
        """Give what was allowed in the last weeks of any of these secrets, over or not.

        Raises:
            Unavailable: The table could not be asked.
        """
        keys = dict.fromkeys(key for secret in secrets for key in secret.keys)
        found = [self._table.every(f"allowed#{key_part(key)}", since="!", until="~") for key in keys]
        return given_by(self._responses(str(item["response"]) for items in found for item in items))

    def begun(self, now: datetime) -> Sequence[Response]:
        """Give the responses that began to allow something, whatever came of them: until a day after their end.

        Raises:
            Unavailable: The table could not be asked.
        """
        span = {"since": moment(now - LOOKED_BACK), "until": f"{moment(now + LONGEST)}~"}
        return self._responses(str(item["response"]) for item in self._table.every("lapses", **span))

    def _responses(self, ids: Iterable[str]) -> list[Response]:
        return list(self._complaints.readable(stored_under(ids, self._table)))
