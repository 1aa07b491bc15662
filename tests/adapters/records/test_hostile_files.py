"""Whatever bytes a file holds, reading it never fails, never loses a whole neighbour, and what is lost is told."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nightlatch.adapters.records.log_files import read_records
from nightlatch.service.intake import Tally, take_in
from own_records import own_record

GOOD = [own_record("get_secret_value", eventID=f"good-{number}") for number in range(4)]
IDS = [record["eventID"] for record in GOOD]
TEXTS = [json.dumps(record) for record in GOOD]
PIECES = [
    '{"a"',
    '{"a":',
    "[",
    "]",
    "{",
    "}",
    '"',
    "\\",
    ",",
    "7",
    '{"Records":[',
    '{"Events": [',
    "nul",
    "x",
    " ",
    "\x00",
]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder, "file")


def read(place: Path, data: bytes) -> tuple[set[str], Tally]:
    place.write_bytes(data)
    events, tally = take_in(read_records([place], wanted=lambda *_: True))
    return {event.event_id for event in events}, tally


rubbish = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12),
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), rubbish),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(rubbish, inner, max_size=4)),
    max_leaves=10,
)
LOG, LINES = '{"Records": [%s]}', "%s\n"


@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from([*PIECES, "\n", TEXTS[0]]), max_size=12)))
@example(b"\x1f\x8b")
@example(b"\xff\xfe{")
@example(["[", "\\"])
def test_any_bytes_are_read_or_told(place, content):
    data = content if isinstance(content, bytes) else "".join(content).encode()

    _, tally = read(place, data)
    _, zipped = read(place, gzip.compress(data))

    assert tally.files == zipped.files == 1
    assert zipped.malformed == tally.malformed


@given(st.lists(rubbish, min_size=1, max_size=3), st.integers(0, 4))
@example(["x", "y"], 2)
@example(['"\\'], 1)
@example(["[", '{"Records":['], 1)
@example(['{"Records":[]['], 1)
@example(['{"Records":[],'], 1)
@example(['{"Records":[],'], 0)
@example(['{"Records":[],x', "["], 2)
@example(['{"Records":[],"a":'], 2)
@example(['{"a":'], 3)
@example(['{"a":['], 3)
def test_lines_of_rubbish_cost_none_of_the_lines_around_them(place, lines, at):
    """At the beginning a file must show what it is; from its first record on, nothing stops the reading."""
    content = [TEXTS[0], *TEXTS[1:at], *lines, *TEXTS[max(at, 1) :]]

    ids, _ = read(place, "\n".join(content).encode())

    assert ids == set(IDS)


@given(st.lists(anything, max_size=3), st.integers(0, 4), st.sampled_from(["list", "log", "documents"]))
def test_any_values_among_records_cost_none_of_them(place, values, at, layout):
    texts = [*TEXTS[:at], *(json.dumps(value) for value in values if isinstance(value, dict | list)), *TEXTS[at:]]
    content = {"list": f"[{','.join(texts)}]", "log": LOG % ", ".join(texts), "documents": "".join(texts)}[layout]

    ids, tally = read(place, content.encode())

    assert ids == set(IDS)
    assert tally.skipped == ()


def whole_before(content: str, cut: int) -> set[str]:
    """Name the records whose last brace, that before the next record or the list's end, is before a cut."""
    begins = [content.index(record_id) for record_id in IDS[1:]]
    ends = [*(content.rindex("}", 0, content.rindex('"eventVersion"', 0, begin)) for begin in begins)]
    ends.append(content.rindex("}", 0, content.rindex("]")))
    return {record_id for record_id, end in zip(IDS, ends, strict=True) if end < cut}


@pytest.mark.parametrize(
    "content",
    [
        LOG % ", ".join(TEXTS),
        f"[{','.join(TEXTS)}]",
        f'{{"NextToken": "n", "Records": {json.dumps(GOOD, indent=1)}}}',
        f'{{"Records": {json.dumps(GOOD)}, "NextToken": "n"}}',
    ],
)
@settings(max_examples=40)
@given(st.data())
def test_no_cut_loses_what_was_whole_or_goes_unnoticed(place, content, data):
    cut = data.draw(st.integers(1, len(content) - 1))

    ids, tally = read(place, content[:cut].encode())

    assert ids == whole_before(content, cut)
    assert tally.is_partial


@given(st.integers(1, 2_000))
def test_no_cut_of_a_gzip_goes_unnoticed(place, cut):
    data = gzip.compress((LOG % ", ".join(TEXTS)).encode())

    ids, tally = read(place, data[: cut % len(data)] or b"\x1f\x8b")

    assert ids <= set(IDS)
    assert tally.is_partial


@given(st.data())
def test_a_damaged_gzip_is_told(place, data):
    damaged = bytearray(gzip.compress((LOG % ", ".join(TEXTS)).encode()))
    damaged[data.draw(st.integers(10, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))

    ids, tally = read(place, bytes(damaged))

    assert tally.is_partial or ids == set(IDS)  # some bits are padding


MEASURE = """
import json, sys, tracemalloc
from pathlib import Path
from nightlatch.adapters.records import json_window
from nightlatch.adapters.records.log_files import read_records
from nightlatch.service.intake import take_in

json_window._LARGEST = 1 << 20
tracemalloc.start()
events, tally = take_in(read_records([Path(sys.argv[1])], wanted=lambda *_: True))
print(json.dumps([tally.is_partial, len(events), tracemalloc.get_traced_memory()[1]]))
"""
SHAPES: dict[str, tuple[str, str, str]] = {
    "spaces": ("", " " * 1_000, TEXTS[0]),
    "lines that are no records": (TEXTS[0], "\n{}", ""),
    "entries that are no records": (f"[{TEXTS[0]}", ",7", "]"),
    "brackets": (f"[{TEXTS[0]},", "[" * 1_000, ""),
    "an entry without end": (f"[{TEXTS[0]},", '[{"a": "b"},', ""),
    "lines without end": (f"{TEXTS[0]}\n", "x" * 1_000, ""),
    "a text without end": (f'[{TEXTS[0]}, "', "\\\\" * 500, ""),
    "bytes that are no text": (f"{TEXTS[0]}\n", "\ufffd" * 400, ""),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_does_not_grow_with_a_hostile_file(tmp_path, shape):
    before, again, after = SHAPES[shape]
    path = tmp_path / "x.gz"
    size = 40_000 if len(again) < 20 else 8_000
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write(before)
        for _ in range(size):
            file.write(again)
        file.write(after)

    done = subprocess.run((sys.executable, "-c", MEASURE, str(path)), capture_output=True, text=True, check=True)
    is_partial, events, peak = json.loads(done.stdout)

    assert events == 1
    assert is_partial is (shape != "spaces")
    assert peak < 6 << 20


def test_a_hostile_pair_of_files_does_not_touch_each_other(tmp_path):
    hostile: list[Any] = ["[" * 5_000, '{"a":', b"\x1f\x8b\x08", b"\xff\xfe\x00", '{"Records": [{"a": "', ""]
    for number, content in enumerate(hostile):
        (tmp_path / f"{number}a").write_bytes(content if isinstance(content, bytes) else content.encode())
        (tmp_path / f"{number}b").write_text(TEXTS[number % 4], "utf-8")

    events, tally = take_in(read_records([tmp_path], wanted=lambda *_: True))

    assert {event.event_id for event in events} == set(IDS)
    assert tally.files == 2 * len(hostile)
