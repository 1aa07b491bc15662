"""What `--verbose` adds on stderr: which AWS operations were called, by name alone, and how long it took.

botocore tells of each request in its debug log, with all of its parameters, a secret's value among them. The handler
here takes the operation's name out of such a record and nothing else, and lets nobody else have it.

Source: botocore 1.44, endpoint.py (`Making request for %s with params: %s`); what it logs is no interface, so a test
holds that a call is named.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from nightlatch.cli.speech.terminal import complain

_REQUESTS = logging.getLogger("botocore.endpoint")
_SAID = "Making request for "


class _Calls(logging.Handler):
    """Names each call on stderr."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Say which operation is called; a record is never formatted, for it holds the request."""
        if not str(record.msg).startswith(_SAID) or not isinstance(record.args, tuple) or not record.args:
            return
        operation = record.args[0]
        service = getattr(getattr(operation, "service_model", None), "service_name", "aws")
        self.count += 1
        complain(f"aws: {service} {getattr(operation, 'name', 'call')}")


@contextmanager
def told_in_full() -> Iterator[None]:
    """Name every AWS call of the block, and in the end their number and how long it took."""
    calls, began = _Calls(), time.monotonic()
    before = _REQUESTS.level, _REQUESTS.propagate
    _REQUESTS.addHandler(calls)
    _REQUESTS.setLevel(logging.DEBUG)
    _REQUESTS.propagate = False
    try:
        yield
    finally:
        _REQUESTS.removeHandler(calls)
        _REQUESTS.setLevel(before[0])
        _REQUESTS.propagate = before[1]
        complain(f"aws_calls={calls.count} took={time.monotonic() - began:.1f}s")
