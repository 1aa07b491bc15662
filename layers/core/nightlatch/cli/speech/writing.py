"""How what a verb found is written to stdout: a table for people, the same as a document for programs.

A verb gives its document (lists, mappings, texts, numbers) and its table. JSON and YAML are the document; CSV is a row
for each entry of a list, or one row of anything else; `--query` takes a part of the document first. Whatever is
somebody else's text leaves here escaped: JSON and YAML write everything beyond ASCII as escapes, a CSV cell that a
spreadsheet would run begins with an apostrophe.

Source: OWASP, CSV Injection (cells beginning with = + - @, tab or carriage return); RFC 4180; JMESPath specification.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from nightlatch.cli.speech.forms import Form, Output
from nightlatch.cli.speech.presentation import presentation
from nightlatch.cli.speech.terminal import plain, results

_RUNS = ("=", "+", "-", "@", "\t", "\r")


def write(document: object, form: Form | Output, table: Callable[[], RenderableType]) -> None:
    """Write a document to stdout in the form that was asked for.

    Args:
        document: What a program gets; its fields are a public interface.
        form: As the command line said.
        table: Draws what a person gets, or writes it as escaped lines; not asked unless it is wanted.
    """
    query = presentation().query
    if query is not None:
        document = query.search(document)
        form = Form.JSON if form in {Form.TABLE, Output.TABLE} else form  # what a query leaves has no table
    match form.value:
        case "json":
            sys.stdout.write(f"{json.dumps(document, indent=2)}\n")
        case "jsonl":
            sys.stdout.writelines(f"{json.dumps(one)}\n" for one in _entries(document))
        case "yaml":
            sys.stdout.write(as_yaml(document))
        case "csv":
            sys.stdout.write(as_csv(document))
        case _:
            draw(table())


def draw(shown: RenderableType) -> None:
    """Write a table or lines to stdout; where that is no terminal, each row is a line, its cells between tabs."""
    console = results()
    if not isinstance(shown, str) and console.is_terminal:
        console.print(shown)
    else:
        sys.stdout.writelines(drawn_in_lines(shown))


def drawn_in_lines(shown: RenderableType) -> Iterator[str]:
    """Write a table or lines for a file: each row is a line, its cells between tabs."""
    return (f"{line}\n" for line in _lines(shown))


def _lines(shown: RenderableType) -> Iterator[str]:
    match shown:
        case Group():
            for part in shown.renderables:
                yield from _lines(part)
        case Table():
            yield "\t".join(_in_one_line(column.header) for column in shown.columns)
            for row in zip(*(column.cells for column in shown.columns), strict=True):
                yield "\t".join(map(_in_one_line, row))
        case _:
            yield str(shown)


def _in_one_line(cell: RenderableType) -> str:
    """Give a cell's text; only line breaks of our own stand in one, for others are escaped."""
    return " | ".join(plain(line) for line in str(cell).splitlines())


def as_csv(document: object) -> str:
    """Write a list as rows, and anything else as one row; parts of parts are named with dots, lists stand as JSON."""
    rows = [dict(_flat(one)) for one in _entries(document)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return "".join(_csv_lines(names, rows)) if names else ""


def csv_lines(names: Sequence[str], documents: Iterable[object]) -> Iterator[str]:
    """Write a line of names, and a line for each document as it comes."""
    return _csv_lines(names, (dict(_flat(one)) for one in documents))


def _csv_lines(names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, names))
    for row in rows:
        yield text.getvalue()
        text.seek(0)
        text.truncate()
        writer.writerow([_cell(row.get(name)) for name in names])
    yield text.getvalue()


def _entries(document: object) -> Sequence[object]:
    if document is None:
        return ()
    return document if isinstance(document, (list, tuple)) else (document,)


def _flat(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else str(key))
    else:
        yield name or "value", value


def _cell(value: object) -> object:
    """Give a cell that no spreadsheet runs; numbers stay numbers."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
        case str():
            text = value
        case _:
            text = json.dumps(value)
    return plain(f"'{text}" if text.startswith(_RUNS) else text)


def as_yaml(document: object) -> str:
    """Write a document in YAML; a list of one entry is one entry of a longer list."""
    import yaml  # noqa: PLC0415 - the table, which is the usual form, can do without

    text: str = yaml.dump(document, Dumper=_dumper(yaml), sort_keys=False, allow_unicode=False, width=120)
    return text


def _dumper(yaml: Any) -> Any:
    """Give a dumper that writes a value that stands twice twice: anchors are nothing for people."""
    # libyaml's, where PyYAML was built with it, is six times as fast: thirty thousand findings are many.
    usual: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(usual):  # type: ignore[misc]
        def ignore_aliases(self, data: object) -> bool:
            del data
            return True

    return Dumper
