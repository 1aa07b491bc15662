"""Everything that comes out of the engine runs through here, and is searched at once: nothing is kept."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from planted.dye import SEARCHER

_SHOWN = 200
_ORDINARY = frozenset(vars(logging.makeLogRecord({})))


@dataclass
class Tap(logging.Handler):
    """Searches log lines as they are written, and whatever else it is given."""

    leaks: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)  # bytes by where they came out

    def __post_init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    __hash__ = object.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        """Search a log line with its traceback, and whatever was handed along beside its words."""
        more = {name: value for name, value in vars(record).items() if name not in _ORDINARY}
        self.search("logs", f"{self.format(record)} {more}" if more or record.exc_info else record.getMessage())

    def search(self, place: str, what: object) -> None:
        """Search bytes, a text, or whatever can be written as JSON."""
        text = what if isinstance(what, (str, bytes)) else json.dumps(what, default=repr, ensure_ascii=False)
        content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        self.seen[place] = self.seen.get(place, 0) + len(content)
        if SEARCHER.finds(content):
            self.leaks.append(f"{place}: {content[:_SHOWN]!r}")

    def search_error(self, error: BaseException) -> None:
        """Search an error as Lambda would print it, and each one that it came from."""
        self.search("tracebacks", "".join(traceback.format_exception(error)))
        seen: BaseException | None = error
        while seen is not None:
            self.search("tracebacks", repr(seen) if not isinstance(seen, UnicodeError) else str(seen))
            seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)

    def search_object(self, what: Any) -> None:
        """Search all the forms that an object may take on its way into a log."""
        self.search("objects", f"{what!r} {what!s} {what:}")
        try:
            self.search("objects", pickle.dumps(what))
        except TypeError:
            self.search("objects", "not to be pickled")


@contextmanager
def listening(tap: Tap) -> Iterator[Tap]:
    """Let every logger of the process write all it has to say into the tap."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers
    root.handlers = [tap]  # instead of pytest's, which would keep every line
    root.setLevel(logging.DEBUG)
    try:
        yield tap
    finally:
        root.handlers = handlers
        root.setLevel(level)


@contextmanager
def unheard() -> Iterator[None]:
    """Let the owner of a secret call AWS in this process without being heard: botocore logs what they send."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
