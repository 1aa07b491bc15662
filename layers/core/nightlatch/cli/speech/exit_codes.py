"""What a script learns from how `nightlatch` ended.

Only open findings count, 3 outranks 4, and malformed records alone give 4. `MEANINGS` is what help and docs say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """The codes are a public interface."""

    CLEAN = 0
    ERROR = 1
    USAGE = 2
    FINDINGS = 3  # open findings at or above --fail-on
    PARTIAL = 4  # something could not be read or judged
    REFUSED = 5  # a guard said no, or one more person must say yes; nothing more was changed
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says, in a word and in a sentence."""

    word: str
    sentence: str


MEANINGS: Mapping[ExitCode, Meaning] = {
    ExitCode.CLEAN: Meaning("clean", "It is done, or nothing was found that `--fail-on` asks about."),
    ExitCode.ERROR: Meaning("error", "Something went wrong: one line says what, and what to do next."),
    ExitCode.USAGE: Meaning("usage", "The command cannot be meant so: see the verb's `--help`."),
    ExitCode.FINDINGS: Meaning(
        "findings at or above --fail-on", "`hunt` or `audit` has open findings at or above `--fail-on`."
    ),
    ExitCode.PARTIAL: Meaning("partial result", "Something could not be read, judged or looked at: it is listed."),
    ExitCode.REFUSED: Meaning(
        "refused, or waiting for a second person",
        "It was refused, and the line says why; or it is written down and waits for another approver, whose command is"
        " printed. Where several things were asked for, those before it are done.",
    ),
    ExitCode.INTERRUPTED: Meaning("interrupted", "Ctrl-C."),
}
ALL_CODES = f"Exit codes: {', '.join(f'{code} {meaning.word}' for code, meaning in MEANINGS.items())}."
CODES_OF_ACTS = """
Exit codes: 0 done, or only shown; 1 error; 2 usage; 5 refused, or written down and waiting for another approver,
whose command is printed.
"""
