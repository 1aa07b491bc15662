"""How runs and findings are written, and read again after an upgrade: what cannot be read is told and passed over."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from nightlatch.adapters.codec import decode, encode
from nightlatch.domain.errors import Unreadable
from nightlatch.domain.posture.findings import PostureFinding
from nightlatch.domain.posture.reports import Kept, Run

# Of findings in one item, which DynamoDB lets have 400 KB; the ids of a page, which stand beside them, take 130 KB at
# most: those of a hundred secrets by some sixty checks.
MOST_BYTES = 200_000
_LINES, _CHARACTERS = 10, 1_000  # of a finding that alone is longer than that
_Line = TypeVar("_Line", Kept, PostureFinding)
_logger = logging.getLogger(__name__)


def read_run(text: str) -> Run | None:
    """Read a run; one of another version of nightlatch is as if there were none."""
    try:
        return decode(Run, text)
    except Unreadable as failure:
        _logger.warning("stored audit cannot be read; it begins anew", extra={"why": str(failure)})
        return None


def lines_of(kind: type[_Line], text: str) -> Iterator[_Line]:
    """Read what `parts` wrote."""
    for line in text.split("\n") if text else ():  # and at no other sign that ends a line: names hold any
        try:
            yield decode(kind, line)
        except Unreadable as failure:
            _logger.warning("stored finding cannot be read", extra={"why": str(failure)})


def parts(values: Iterable[_Line]) -> Iterator[str]:
    """Write values one a line, in as many texts as it takes for none to be too long; none for no value.

    A value that alone is too long loses most of its evidence, and says so.
    """
    some: list[str] = []
    size = 0
    for value in values:
        line = encode(value)
        if len(line.encode()) >= MOST_BYTES:
            line = encode(_shortened(value))
        length = len(line.encode()) + 1
        if some and size + length > MOST_BYTES:
            yield "\n".join(some)
            some, size = [], 0
        some.append(line)
        size += length
    if some:
        yield "\n".join(some)


def _shortened(value: _Line) -> _Line:
    return replace(value, finding=_cut(value.finding)) if isinstance(value, Kept) else _cut(value)


def _cut(finding: PostureFinding) -> PostureFinding:
    evidence = tuple(line[:_CHARACTERS] for line in finding.evidence[:_LINES])
    told = f"cut: {len(finding.evidence):,} lines of evidence do not fit where audits are kept"
    return replace(finding, reason=finding.reason[:_CHARACTERS], evidence=(*evidence, told))
