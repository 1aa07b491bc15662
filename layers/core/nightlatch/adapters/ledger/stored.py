"""How a response is read out of the table, and what becomes of one that cannot be read."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from nightlatch.adapters.codec import decode
from nightlatch.adapters.packing import unpacked
from nightlatch.adapters.wire import Item
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Unreadable

_logger = logging.getLogger(__name__)


def response_in(item: Item) -> Response:
    """Read a stored response.

    Raises:
        Unreadable: It was written in another form, or is damaged.
    """
    return decode(Response, unpacked(item["response"]))


def readable_responses(items: Iterable[Item]) -> Iterator[Response]:
    """Read stored responses; one that cannot be read is told and passed over."""
    for item in items:
        try:
            yield response_in(item)
        except Unreadable as failure:
            _logger.warning(
                "stored response cannot be read", extra={"pk": item["pk"], "sk": item["sk"], "why": str(failure)}
            )
