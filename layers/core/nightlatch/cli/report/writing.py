"""Writes an audit in the form that was asked for, to stdout or into a file that only its owner may read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from nightlatch.adapters.channels.posture_asff import posture_asff
from nightlatch.adapters.channels.posture_ocsf import posture_ocsf
from nightlatch.cli.report.page.page import page_text
from nightlatch.cli.report.report import Report
from nightlatch.cli.report.sarif import sarif_text
from nightlatch.cli.report.streams import csv_text, json_lines, json_text, whole, yaml_text
from nightlatch.cli.report.table import table_of
from nightlatch.cli.speech.forms import Output
from nightlatch.cli.speech.presentation import presentation
from nightlatch.cli.speech.writing import drawn_in_lines, write
from nightlatch.domain.errors import Unreadable

TABLE = "table"


def _asff(report: Report) -> Iterator[str]:
    return (f"{json.dumps(posture_asff(one, at=report.at))}\n" for one in report.shown())


def _ocsf(report: Report) -> Iterator[str]:
    return (f"{json.dumps(posture_ocsf(one, at=report.at))}\n" for one in report.shown())


FORMS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "json": json_text,
    "jsonl": json_lines,
    "csv": csv_text,
    "yaml": yaml_text,
    "asff": _asff,
    "ocsf": _ocsf,
    "sarif": sarif_text,
    "html": page_text,
}
_QUERIED = (TABLE, "json", "jsonl", "yaml", "csv")


def refuse_query_of(form: str) -> None:
    """Refuse a part of a document whose shape is another's.

    Raises:
        BadParameter: `--query` was given with such a form.
    """
    if presentation().query is not None and form not in _QUERIED:
        raise typer.BadParameter(f"--query takes a part of {', '.join(_QUERIED)}; {form} is always whole")


def write_report(report: Report, form: str, out: Path | None, *, place: str) -> None:
    """Write an audit, a finding at a time; `--query` alone needs all of it at once.

    Args:
        report: What to write.
        form: As `--output` names it.
        out: The file; stdout where left out.
        place: The options that name stage, stack, profile and Region, for commands that are shown.

    Raises:
        Unreadable: The file cannot be written.
    """
    if out is not None:
        _write_file(out, drawn_in_lines(table_of(report, place=place)) if form == TABLE else FORMS[form](report))
    elif form == TABLE or presentation().query is not None:
        write(_whole_if_asked(report), Output(form), lambda: table_of(report, place=place))
    else:
        sys.stdout.writelines(FORMS[form](report))


def _whole_if_asked(report: Report) -> object:
    return whole(report) if presentation().query is not None else None


def _write_file(out: Path, pieces: Iterable[str]) -> None:
    """Write beside it first, in a folder that goes again: whoever had a report keeps it until the new one is whole."""
    try:
        with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
            draft = Path(beside) / out.name
            draft.touch(mode=0o600)  # names of secrets stand in it
            with draft.open("w", encoding="utf-8") as file:
                file.writelines(pieces)
            draft.replace(out)
    except OSError as error:
        raise Unreadable(f"{out} cannot be written ({(error.strerror or 'no reason given').lower()})") from error
