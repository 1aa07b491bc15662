"""Reads CloudTrail records from files and folders, whatever they are called and however they are packed.

What a file is, its content says: gzip by its first bytes, then JSON in any of its layouts. Digest and insight files
have other shapes and are counted, not judged. A file that cannot be read stops no other. Records that no rule reads
are counted and left before they are parsed, for in a real trail they are ninety-nine of a hundred.

Source: design trap 31; ruling 8; CloudTrail user guide, digest file structure and Insights events.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path
from typing import Any

from nightlatch.adapters.records.compression import BREAKS, Read, is_gzip, reason_of, unzipped
from nightlatch.adapters.records.envelopes import Unwrapped, is_control_message, is_record, records_in
from nightlatch.adapters.records.json_stream import Broken, Empty, values_in
from nightlatch.adapters.records.native_events import is_native
from nightlatch.adapters.records.record_fields import read_time
from nightlatch.adapters.records.targets import is_other_use_of_key
from nightlatch.domain.errors import MalformedRecord, Unreadable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.service.intake import FileRead, FileSkipped, Item, Malformed

Wanted = Callable[[str, str], bool]


def read_records(
    paths: Iterable[Path], *, wanted: Wanted, begun: Callable[[Path], None] = lambda _: None
) -> Iterator[Item]:
    """Read files, and folders with all that is below them, in the order of their names.

    Args:
        paths: Files and folders.
        wanted: Tells by eventSource and eventName whether anybody reads such events.
        begun: Called before each file, for a progress display.
    """
    for path in paths:
        for found in _files(path):
            if isinstance(found, FileSkipped):
                yield found
                continue
            begun(found)
            yield from _read(found, wanted)


def _files(path: Path) -> Iterator[Path | FileSkipped]:
    if not path.is_dir():
        yield path  # also a pipe, which a shell makes of <(command)
        return
    failures: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=failures.append):
        folders.sort()
        for linked in (Path(folder, name) for name in folders if Path(folder, name).is_symlink()):
            yield FileSkipped(path=str(linked), reason="a link to a folder; to read it, name it")
        for name in sorted(names):
            file = Path(folder, name)
            if file.exists() and not file.is_file():
                yield FileSkipped(path=str(file), reason="no regular file")
            else:
                yield file
    for error in failures:
        yield FileSkipped(path=str(error.filename), reason=reason_of(error))


def _read(path: Path, wanted: Wanted) -> Iterator[Item]:
    """Give the events of one file, then how its reading ended."""
    count = _Count()
    try:
        with ExitStack() as stack:
            stream = _opened(stack.enter_context(path.open("rb")), stack)
            for value in values_in(stream):
                yield from _items(str(path), value, wanted, count)
    except Unreadable as error:
        harmless = isinstance(error, Empty)
        yield FileSkipped(path=str(path), reason=str(error), records=count.records, harmless=harmless)
    except BREAKS as error:
        yield FileSkipped(path=str(path), reason=reason_of(error), records=count.records)
    else:
        yield count.end(str(path))


class _Count:
    """What has been seen of one file so far."""

    def __init__(self) -> None:
        self.records = 0
        self.other: str | None = None

    def end(self, path: str) -> FileRead | FileSkipped:
        """Say how the reading of a whole file ended."""
        if self.records == 0 and self.other is not None:
            return FileSkipped(path=path, reason=self.other, harmless=True)
        return FileRead(path, self.records)


def _opened(file: BufferedReader, stack: ExitStack) -> Read:
    """Give the reading function of a plain or compressed file; a pipe cannot be rewound, so peek."""
    return unzipped(file, stack) if is_gzip(file.peek(1)) else file.read


def _items(path: str, value: object, wanted: Wanted, count: _Count) -> Iterator[Item]:
    if isinstance(value, Broken):
        yield Malformed(path, count.records, value.reason)
        count.records += 1
        return
    other = _other_kind(value)
    if other is not None:
        count.other = other
        return
    for unwrapped in (Unwrapped(value),) if is_record(value) else records_in(value):
        other = _other_kind(unwrapped.record)
        if other is not None:
            count.other = other
            continue
        try:
            event = _event(unwrapped, wanted)
        except MalformedRecord as error:
            yield Malformed(path, count.records, str(error))
        else:
            if event is not None:
                yield event
        count.records += 1


def _other_kind(value: object) -> str | None:
    """Name what CloudTrail writes beside records."""
    if not isinstance(value, Mapping):
        return None
    if "digestS3Bucket" in value or "digestStartTime" in value:
        return "digest file"
    if value.get("eventType") == "AwsCloudTrailInsight" or "insightDetails" in value:
        return "insight file"
    return None


def _is_wanted(record: Mapping[str, Any], wanted: Wanted) -> bool:
    return wanted(record["eventSource"], record["eventName"]) and not is_other_use_of_key(record)


def _event(unwrapped: Unwrapped, wanted: Wanted) -> SecretEvent | None:
    """Parse what somebody reads; of the rest only make sure that it is a record."""
    record = unwrapped.record
    if isinstance(record, Mapping):
        source, name = record.get("eventSource"), record.get("eventName")
        if isinstance(source, str) and source and isinstance(name, str) and name and not _is_wanted(record, wanted):
            read_time(record)
            return None
        if "detail-type" in record and not is_native(record):
            return None  # another service's event, out of an archive of the whole bus
        if is_control_message(record):
            return None
    return unwrapped.event()
