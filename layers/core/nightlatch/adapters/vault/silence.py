"""Keeps every library quiet while a value is on its way: botocore's debug log would write out whole answers.

Source: botocore 1.44, parsers.py and endpoint.py log bodies at DEBUG.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_ENCRYPTION_SDK = logging.getLogger("aws_encryption_sdk")
_NOTHING = logging.CRITICAL + 1


@contextmanager
def silence() -> Iterator[None]:
    """Let no DEBUG line through in this process, and none of the encryption SDK: we say what went wrong."""
    before = logging.root.manager.disable
    _ENCRYPTION_SDK.setLevel(_NOTHING)  # its modules log under names below this one; it stays so
    logging.disable(max(before, logging.DEBUG))
    try:
        yield
    finally:
        logging.disable(before)
