"""What a verb shows is one document in each form, and nobody else's text acts in a terminal or a sheet."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Group
from rich.table import Table
from typer.main import get_command

from cli.deployed import deploy
from nightlatch.cli.main import app, run
from nightlatch.cli.pages.command_page import verbs
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form, Output
from nightlatch.cli.speech.presentation import ask_for, flags_in, speaking
from nightlatch.cli.speech.terminal import cell, progress
from nightlatch.cli.speech.writing import as_csv, draw, write
from worlds import a_client, on_moto

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), TEXTS, st.lists(TEXTS, max_size=2))
ROWS = st.lists(st.dictionaries(st.sampled_from(["id", "who", "why"]), VALUES, min_size=1), max_size=4)
HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\x1b[2J", "\u202e", "a\nb", '","', "[red]x"]


@given(document=ROWS)
def test_no_cell_begins_as_a_formula_and_none_holds_a_character_that_acts(document: list[dict[str, Any]]) -> None:
    written = as_csv(document)

    rows = list(csv.reader(io.StringIO(written)))
    assert all(char.isprintable() for line in written.splitlines() for char in line)
    for row in rows[1:]:
        for text in row:
            assert not text.startswith(("=", "+", "@", "\t", "\r"))
            assert not text.startswith("-") or text[1:].isdigit()
    assert len(rows) == (1 + len(document) if document else 0)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("form", [*Form, Output.JSONL])
def test_hostile_text_reaches_stdout_as_text(
    hostile: str, form: Form | Output, capsys: pytest.CaptureFixture[str]
) -> None:
    write([{"name": hostile}], form, lambda: "drawn elsewhere")

    out = capsys.readouterr().out
    assert all(char.isprintable() or char == "\n" for char in out)
    if form is Form.JSON:
        assert json.loads(out) == [{"name": hostile}]
    if form is Form.YAML:
        assert yaml.safe_load(out) == [{"name": hostile}]


def test_parts_of_parts_are_columns_and_lists_stand_as_json() -> None:
    text = as_csv([{"id": 1, "of": {"who": "ana", "ok": True}, "ids": ["a", "b"]}, {"id": 2, "why": None}])

    assert text == 'id,of.who,of.ok,ids,why\n1,ana,true,"[""a"", ""b""]",\n2,,,,\n'


def test_one_thing_is_one_row_and_nothing_is_nothing() -> None:
    assert as_csv({"a": 1}) == "a\n1\n"
    assert as_csv(["x", 3]) == "value\nx\n3\n"
    assert as_csv([]) == as_csv(None) == ""


def test_yaml_writes_what_stands_twice_twice(capsys: pytest.CaptureFixture[str]) -> None:
    part = {"a": 1}

    write([part, part], Form.YAML, str)

    assert capsys.readouterr().out == "- a: 1\n- a: 1\n"


@pytest.mark.parametrize(
    ("form", "out"),
    [("table", '[\n  "ana"\n]\n'), ("json", '[\n  "ana"\n]\n'), ("yaml", "- ana\n"), ("csv", "value\nana\n")],
)
def test_a_query_takes_a_part_in_each_form(form: str, out: str, capsys: pytest.CaptureFixture[str]) -> None:
    with speaking(()):
        ask_for("[?ok].who")
        write([{"who": "ana", "ok": True}, {"who": "ben", "ok": False}], Form(form), str)

    assert capsys.readouterr().out == out


def test_a_query_holds_for_its_own_command_line_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "list", "--query", "[0].id"]) == ExitCode.CLEAN
    assert json.loads(capsys.readouterr().out) == "access.bulk-read"

    assert run(["rules", "list", "--output", "json"]) == ExitCode.CLEAN
    assert len(json.loads(capsys.readouterr().out)) > 1


def test_what_is_no_query_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "list", "--query", "[?"]) == ExitCode.USAGE

    assert "no JMESPath expression" in capsys.readouterr().err


def test_every_verb_with_a_form_takes_the_same_forms_and_a_query() -> None:
    offered = verbs(get_command(app))
    shows = {verb for verb, options in offered.items() if "--query" in options}

    assert len(shows) >= 16
    assert {verb for verb, options in offered.items() if "--output" in options} - shows == {"nightlatch rules export"}


@pytest.mark.parametrize(
    ("arguments", "flags", "rest"),
    [
        (["hunt", "x", "--quiet"], ["--quiet"], ["hunt", "x"]),
        (["--no-color", "rules", "list"], ["--no-color"], ["rules", "list"]),
        (["hunt", "--", "--quiet"], [], ["hunt", "--", "--quiet"]),
    ],
)
def test_the_flags_of_every_verb_may_stand_anywhere(arguments: list[str], flags: list[str], rest: list[str]) -> None:
    assert flags_in(arguments) == (flags, rest)


def test_quiet_leaves_the_result_and_how_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "test", "ACC-01", "--quiet"]) == ExitCode.CLEAN
    told = capsys.readouterr()
    assert told.out.startswith("ok      access.bulk-read  ")
    assert told.err == ""

    assert run(["--quiet", "rules", "explain", "ACC-99"]) == ExitCode.ERROR
    assert capsys.readouterr().err.startswith("error: no rule is called ACC-99")


def test_verbose_names_each_aws_call_and_nothing_that_was_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with on_moto(monkeypatch):
        deploy({})
        secret = a_client("secretsmanager").create_secret(Name="prod/db", SecretString="planted-value")["Name"]
        capsys.readouterr()
        assert run(["diff", secret, "--verbose"]) in {ExitCode.CLEAN, ExitCode.REFUSED}

    err = capsys.readouterr().err
    assert "aws: cloudformation DescribeStacks\n" in err
    assert "aws: secretsmanager DescribeSecret\n" in err
    assert re.search(r"^aws_calls=\d+ took=", err, re.MULTILINE)
    assert "planted-value" not in err
    assert "params" not in err


def test_after_a_verbose_run_the_next_one_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with on_moto(monkeypatch):
        deploy({})
        run(["policy", "show", "--verbose"])
        capsys.readouterr()
        run(["policy", "show"])

    assert "aws" not in capsys.readouterr().err


def a_table() -> Table:
    table = Table(box=None)
    for heading in ("WHO", "WHY"):
        table.add_column(heading)
    table.add_row(cell("ana"), cell("because\tof\nit").append("\nand more"))
    return table


def test_where_nobody_looks_a_row_is_a_line_with_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    draw(Group(a_table(), "", "and a sentence"))

    assert capsys.readouterr().out == "WHO\tWHY\nana\tbecause\\tof\\nit | and more\n\nand a sentence\n"


def test_on_a_terminal_it_is_a_table_and_no_color_takes_the_colours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    table = Table(box=None)
    table.add_column("WHO")
    table.add_row(cell("ana", "red"))

    draw(table)
    coloured = capsys.readouterr().out
    with speaking(("--no-color",)):
        draw(table)
    plainly = capsys.readouterr().out

    assert "\x1b[31m" in coloured
    assert "\x1b[31m" not in plainly
    assert "ana" in plainly


def test_progress_is_shown_to_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def worked() -> str:
        with progress(2) as doing:
            doing("reading \x1b[2J[red]a", done=1)
        return capsys.readouterr().err

    assert worked() == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    on_a_terminal = worked()
    assert "\\x1b[2J[red]a" in on_a_terminal
    assert "1/2" in on_a_terminal
    with speaking(("--quiet",)):
        assert worked() == ""
