"""Opens what may be compressed, and says why it could not be read to its end."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO

_GZIP = b"\x1f\x8b"

Read = Callable[[int], bytes]

BREAKS = (OSError, EOFError, zlib.error)  # what a read function of ours may raise


def is_gzip(beginning: bytes) -> bool:
    """Tell by its first bytes whether something is compressed."""
    return beginning[: len(_GZIP)] == _GZIP


def unzipped(file: IO[bytes], stack: ExitStack) -> Read:
    """Give the reading function of a gzip, which may have several members."""
    # read1 hands out what came before a break; read would lose it.
    return stack.enter_context(gzip.GzipFile(fileobj=file, mode="rb")).read1


def reason_of(error: BaseException) -> str:
    """Say in the words of an operator what stopped the reading."""
    match error:
        case gzip.BadGzipFile() if str(error).startswith("Not a gzipped file"):
            return "the data behind the compressed part is no gzip; unpack it apart"
        case EOFError() | zlib.error() | gzip.BadGzipFile():
            return "compressed data breaks off or is damaged"
        case OSError(strerror=str(text)):
            return text.lower()
        case _:
            return type(error).__name__
