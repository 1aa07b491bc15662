"""Turns a stream of bytes into text, piece by piece, and keeps the reason of a break until all before it was seen.

Bytes become text by their byte order mark, else as UTF-8; a byte that fits no encoding becomes a replacement
character, for one bad byte in a user agent must not cost a file.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

from nightlatch.adapters.records.compression import BREAKS

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),  # what PowerShell's redirection writes
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TextStream:
    """The text that has not been read yet."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._decoder: codecs.IncrementalDecoder | None = None
        self._ended = False
        self._failure: Exception | None = None

    def more(self, size: int) -> str | None:
        """Give the text of so many bytes, perhaps none yet; None if there is no more."""
        if self._ended or self._failure is not None:
            return None
        data = self._gather(size)
        if self._decoder is None:
            encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ended = not data and self._failure is None
        text = self._decoder.decode(data, final=self._ended)
        return text if data or text else None

    def stop(self) -> None:
        """Say why there is no more text, if it is not that the stream ended."""
        if self._failure is not None:
            raise self._failure

    def _gather(self, size: int) -> bytes:
        """Read so many bytes, fewer only before the end or a break."""
        pieces: list[bytes] = []
        while size > 0:
            try:
                piece = self._read(size)
            except BREAKS as error:
                self._failure = error
                break
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)
