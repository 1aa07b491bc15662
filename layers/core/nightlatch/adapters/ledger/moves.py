"""Which secret became which when nightlatch created one again, in DynamoDB.

    pk                  sk        holds                                         kept
    moved#<new ARN>     moved     the ARN that it had, and by which response    400 days

The responder alone writes this, when it has created the secret itself (ruling 9): that a name is equal proves nothing.
Nothing of a secret that is gone is kept longer.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.acting import Moved
from nightlatch.domain.answering.responses import Response

MOVES_KEPT = timedelta(days=400)
_MOST = 20  # times that one secret was created again
_SORT = "moved"


class DynamoMoves:
    """The port `Moves` on the response table."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now

    def record_moved(self, response: Response, moved: Moved) -> None:
        """Remember what a secret was before it was created again.

        Raises:
            Unavailable: The table could not be asked.
        """
        kept = int((self._now() + MOVES_KEPT).timestamp())
        fact: Item = {"was": moved.old, "response": response.id, "expires_at": kept}
        self._table.put({**fact, "pk": _pk(moved.new), "sk": _SORT})

    def earlier(self, arn: str) -> tuple[str, ...]:
        """Give the ARNs that a secret had before, the latest first.

        Raises:
            Unavailable: The table could not be asked.
        """
        found: list[str] = []
        while len(found) < _MOST:
            item = self._table.get(_pk(found[-1] if found else arn), _SORT)
            if item is None or str(item["was"]) in {arn, *found}:
                break
            found.append(str(item["was"]))
        return tuple(found)


def _pk(arn: str) -> str:
    return f"moved#{key_part(arn)}"
