"""The command answers at once, and every end of it is one line and a code."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import plain
from nightlatch.domain.errors import InvalidPolicy, NothingToRestore, Unavailable

SLOW = (
    "boto3",
    "botocore",
    "rich.console",
    "moto",
    "flask",
    "nightlatch.adapters",
    "nightlatch.detections",
    "yaml",
)


@pytest.mark.parametrize("verb", [[], ["hunt"], ["suggest"], ["rules"], ["rules", "export"]])
def test_help_loads_nothing_slow(verb):
    """Loading is what makes a command slow; counting modules holds on a busy machine too."""
    ask = (
        "import json, sys; from nightlatch.cli.main import run; code = run(json.loads(sys.argv[1]));"
        "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"
    )
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", ask, json.dumps([*verb, "--help"])],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, **path},
    )

    code, modules = json.loads(done.stderr)
    assert code == 0
    assert "Usage: nightlatch" in done.stdout
    assert [module for module in modules if module.startswith(SLOW)] == []


def test_without_a_verb_the_help_is_shown(capsys):
    assert run([]) == 0
    assert "Commands:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "verb", [["hunt"], ["suggest"], ["rules", "list"], ["rules", "explain"], ["rules", "test"], ["rules", "export"]]
)
def test_every_verb_shows_examples(capsys, verb):
    assert run([*verb, "--help"]) == 0
    assert f"nightlatch {' '.join(verb)}" in capsys.readouterr().out.split("Examples:")[1]


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InvalidPolicy("policy: unknown key 'mod'"), ExitCode.ERROR, "error: policy: unknown key 'mod'\n"),
        (Unavailable("secretsmanager did not answer"), ExitCode.ERROR, "error: secretsmanager did not answer\n"),
        (NothingToRestore("prod/db has one version"), ExitCode.REFUSED, "refused: prod/db has one version\n"),
    ],
)
def test_every_error_of_ours_is_one_line_and_its_code(capsys, monkeypatch, error, code, line):
    def fails(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr("nightlatch.cli.looks.rule_output.write_test", fails)

    assert run(["rules", "test"]) == code
    assert capsys.readouterr().err == line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("prod/db", "prod/db"),
        ("naïve 名前", "naïve 名前"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202eabc\u200b", "\\u202eabc\\u200b"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_not_printable_is_shown_as_an_escape(text, shown):
    assert plain(text) == shown


def test_output_into_a_closed_pipe_is_no_traceback():
    ask = "from nightlatch.cli.main import main; main()"
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-c", ask, "rules", "list"],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
            env={**os.environ, **path},
        )
    finally:
        os.close(writer)

    assert done.returncode == ExitCode.ERROR
    assert done.stderr == ""


def test_a_taken_port_is_one_line_that_says_what_to_do(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code = run(["up", "--port", str(port)])

    error = capsys.readouterr().err
    assert code == ExitCode.ERROR
    assert f"cannot listen on port {port}" in error
    assert "choose another by --port" in error


def test_a_port_that_is_none_is_wrong_usage(capsys):
    assert run(["up", "--port", "99999"]) == ExitCode.USAGE
    assert "--port" in capsys.readouterr().err
