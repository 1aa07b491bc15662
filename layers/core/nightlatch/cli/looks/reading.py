"""What a verb that reads logs says of the reading: which file it is at, and in the end what was not read or judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from nightlatch.cli.speech.terminal import Show, say
from nightlatch.service.intake import MOST_LISTED, FileSkipped, Tally


def files_below(*places: Path) -> int:
    """Count the files that are to be read, for the bar; what cannot be looked into is told when it is read."""
    try:
        return sum(1 if place.is_file() else sum(found.is_file() for found in place.rglob("*")) for place in places)
    except OSError:
        return 0


def shown(show: Show, doing: str, begun: Iterator[int]) -> Callable[[Path], None]:
    """Show the file that is being read, and how many were begun before it."""
    return lambda path: show(f"{doing} {path}", done=next(begun))


def list_unread(tally: Tally) -> None:
    """List what was not read or not judged."""
    lines = [f"{_extent(file)}: {file.path}: {file.reason}" for file in tally.skipped if not file.harmless]
    lines += [f"skipped: {file.path}: {file.reason}" for file in tally.skipped if file.harmless]
    _say_some(lines, len(lines))
    malformed = [f"malformed: {bad.path} record {bad.index}: {bad.reason}" for bad in tally.malformed]
    _say_some(malformed, tally.malformed_count)
    if tally.files == 0:
        say("nothing was read: there is no file at the given place")


def _extent(file: FileSkipped) -> str:
    return f"not read to its end, {file.records:,} records were" if file.records else "not read"


def _say_some(lines: list[str], count: int) -> None:
    for line in lines[:MOST_LISTED]:
        say(line)
    if count > MOST_LISTED:
        say(f"... and {count - MOST_LISTED:,} more like these; hunt the files one by one to see them all")


def numbers(tally: Tally) -> str:
    """Give the numbers of an account, as `name=value` (ruling 43)."""
    return f"files={tally.files} skipped={len(tally.skipped)} records={tally.records} malformed={tally.malformed_count}"
