"""Runs `nightlatch policy check`, and gives other verbs a policy file that was checked."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from nightlatch.cli.speech.documents import read_document
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.errors import InvalidPolicy
from nightlatch.policy_file import Complaint, PolicyFile, complaints, parse_policy


def check_file(file: Path, output: Form) -> ExitCode:
    """Write all that is wrong with a file to stdout, or its hash where nothing is.

    Raises:
        Unreadable: It cannot be opened.
    """
    wrong, digest = _judged(file)
    document = {
        "file": str(file),
        "valid": not wrong,
        "policy": digest,
        "complaints": [{"place": one.place or None, "problem": one.problem} for one in wrong],
    }
    write(document, output, lambda: _table(wrong) if wrong else f"{file} is a policy: {digest}")
    if wrong:
        say(f"{file}: complaints={len(wrong)}; every key is in docs/configuration.md and in nightlatch policy schema")
    return ExitCode.ERROR if wrong else ExitCode.CLEAN


def read_file(file: Path) -> PolicyFile:
    """Read a policy file.

    Raises:
        InvalidPolicy: Something in it is wrong; the message names each place.
        Unreadable: It cannot be opened.
    """
    return parse_policy(read_document(file), where=str(file))


def _judged(file: Path) -> tuple[tuple[Complaint, ...], str | None]:
    try:
        document = read_document(file)
    except InvalidPolicy as error:  # neither YAML nor JSON: there is no second mistake to look for
        return (Complaint("", str(error).removeprefix(f"{file}: ")),), None
    wrong = complaints(document)
    return wrong, None if wrong else parse_policy(document, where=str(file)).to_domain().digest


def _table(wrong: tuple[Complaint, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("PLACE", no_wrap=True)
    table.add_column("WHAT IS WRONG", overflow="fold")
    for one in wrong:
        table.add_row(cell(one.place or "the file"), cell(one.problem))
    return table
