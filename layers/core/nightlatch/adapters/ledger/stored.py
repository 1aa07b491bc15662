"""How a response is read out of the table, and what becomes of one that cannot be read: damaged, or of an older form.

Where one response is asked for, it is an error. Where many are looked through, it must not stop what is done about the
others, and with it every act of a secret or an hour: it is passed over, and complained of. What that means where is
written at each of the ports; nightlatch acts less for it, and tells no less.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from nightlatch.adapters.codec import decode
from nightlatch.adapters.packing import unpacked
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Unreadable

_logger = logging.getLogger(__name__)


def response_in(item: Item) -> Response:
    """Read a stored response.

    Raises:
        Unreadable: It was written in another form, or is damaged.
    """
    if "response" not in item:
        raise Unreadable("a stored Response cannot be read (there is none in the item)")
    return decode(Response, unpacked(item["response"]))


def stored_under(ids: Iterable[str], table: Table) -> Iterator[Item]:
    """Fetch responses by their ids as they are stored, each once.

    Raises:
        Unavailable: The table could not be asked.
    """
    return table.get_all((f"response#{key_part(one)}", "response") for one in dict.fromkeys(ids))


class Complaints:
    """Passes over what cannot be read, and counts it."""

    def __init__(self) -> None:
        self._count = 0

    def readable(self, items: Iterable[Item]) -> Iterator[Response]:
        """Read stored responses; one that cannot be read is told and passed over."""
        for item in items:
            try:
                response = response_in(item)
            except Unreadable as failure:
                self._count += 1
                said = {"pk": item["pk"], "sk": item["sk"], "why": str(failure)}
                _logger.warning("stored response cannot be read", extra=said)
            else:
                yield response

    def taken(self) -> int:
        """Give how often one could not be read since this was last asked."""
        count, self._count = self._count, 0
        return count
