"""What lies in a function's pipe can be taken by whoever comes; the pipe belongs to the one who follows it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

import pytest

from nightlatch.local.running.log import Log

Pipe = tuple[IO[bytes], IO[bytes]]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    read, write = os.pipe()
    with os.fdopen(read, "rb", buffering=0) as ours, os.fdopen(write, "wb", buffering=0) as theirs:
        yield ours, theirs


def test_what_lies_there_is_passed_on_once_and_a_line_without_its_end_waits_for_it(pipe: Pipe) -> None:
    ours, theirs = pipe
    heard: list[str] = []
    log = Log(ours, heard.append)

    theirs.write(b"one\ntw")
    assert not log.take()
    assert heard == ["one"]
    theirs.write(b"o\n")

    assert not log.take()
    assert not log.take()
    assert heard == ["one", "two"]


def test_whoever_takes_the_end_leaves_the_pipe_open_for_whoever_still_waits_at_it(pipe: Pipe) -> None:
    ours, theirs = pipe
    heard: list[str] = []
    log = Log(ours, heard.append)
    theirs.write(b"cut")
    theirs.close()

    assert log.take()

    # A descriptor that is closed under somebody's wait may be another file's by then, and the wait has no end.
    assert not ours.closed
    assert heard == ["cut"]
    log.follow()
    assert ours.closed
    assert log.take()
    assert heard == ["cut"]
