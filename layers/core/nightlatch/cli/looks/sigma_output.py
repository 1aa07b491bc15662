"""Writes the Sigma rules: one file each into a folder, or all of them to stdout as one stream."""

from __future__ import annotations

import sys
from pathlib import Path

from nightlatch.cli.sigma import NEEDS_HISTORY, PARTS
from nightlatch.cli.sigma.document import document, file_name, text_of
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import say
from nightlatch.detections import CATALOGUE
from nightlatch.domain.errors import Unreadable


def documents() -> dict[str, str]:
    """Give the text of every document by the name of its file."""
    rules = {rule.id: rule for rule in CATALOGUE}
    return {file_name(part): text_of(document(part, rules[part.rule])) for part in PARTS}


def write_sigma(output: str) -> ExitCode:
    """Write every document to a folder, or to stdout for `-`.

    Raises:
        Unreadable: The folder cannot be written.
    """
    made = documents()
    if output == "-":
        sys.stdout.write("---\n".join(made.values()))
    else:
        _write_files(Path(output), made)
    exported = {part.rule for part in PARTS}
    say(f"documents={len(made)} rules={len(exported)} need-history={len(NEEDS_HISTORY)}")
    return ExitCode.CLEAN


def _write_files(folder: Path, made: dict[str, str]) -> None:
    for name, text in made.items():
        place = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Unreadable(f"{place}: {(error.strerror or 'cannot be written').lower()}") from error
