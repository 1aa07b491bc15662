"""Unpacks what Kinesis, Firehose and CloudWatch Logs carry as base64, compressed or not, within bounds.

Whoever may write to such a stream may write a bomb. What the payloads of one document unpack to is counted
together, however they are nested, and is read piece by piece.

Source: Lambda developer guide, events of Kinesis, Firehose and CloudWatch Logs.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from io import BytesIO

from nightlatch.adapters.records.compression import BREAKS, Read, is_gzip, reason_of, unzipped
from nightlatch.adapters.records.json_stream import values_in
from nightlatch.domain.errors import Unreadable

_MOST = 64 << 20  # bytes


class Allowance:
    """How much more the payloads of one document may unpack to."""

    def __init__(self) -> None:
        self._left = _MOST

    def bounded(self, read: Read) -> Read:
        """Give a reading function that fails when too much has been read."""

        def reading(size: int) -> bytes:
            data = read(size)
            self._left -= len(data)
            if self._left < 0:
                raise Unreadable(f"the payloads of one document unpack to more than {_MOST >> 20} MB")
            return data

        return reading


def payload_in(document: Mapping[str, object]) -> str | None:
    """Give the base64 text that a stream's entry carries."""
    carriers = [document.get("kinesis"), document.get("awslogs")]
    if "recordId" in document or is_from_stream(document):
        carriers.append(document)
    texts = (carrier.get("data") for carrier in carriers if isinstance(carrier, Mapping))
    return next((text for text in texts if isinstance(text, str)), None)


def is_from_stream(document: Mapping[str, object]) -> bool:
    """Tell an entry of a Kinesis stream, which has an eventName too, from a record of CloudTrail."""
    return document.get("eventSource") == "aws:kinesis"


def unpacked(text: str, allowance: Allowance) -> Iterator[object]:
    """Give the documents of a payload, and `Broken` for what is none.

    Raises:
        Unreadable: It is no base64, no JSON, breaks off or is too large; what came before has been given.
    """
    try:
        data = b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise Unreadable("the payload is no base64") from None
    with ExitStack() as stack:
        file = BytesIO(data)
        read = unzipped(file, stack) if is_gzip(data) else file.read
        try:
            yield from values_in(allowance.bounded(read))
        except BREAKS as error:
            raise Unreadable(reason_of(error)) from error
