"""`console` says what is missing before it opens anything: a stage, a port, the extra."""

from __future__ import annotations

import sys
from http.server import HTTPServer
from pathlib import Path
from socket import create_server

import pytest

import nightlatch.console
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode


@pytest.mark.usefixtures("deployed")
def test_a_port_that_is_taken_is_said_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        assert run(["console", "--port", str(port)]) == ExitCode.ERROR

    said = capsys.readouterr().err
    assert f"cannot listen on port {port}" in said
    assert "choose another by --port" in said


@pytest.mark.usefixtures("deployed")
def test_ctrl_c_ends_it_as_every_verb(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(HTTPServer, "serve_forever", pressed)

    assert run(["console", "--port", "0"]) == ExitCode.INTERRUPTED

    said = capsys.readouterr()
    assert "http://127.0.0.1:" in said.out
    assert said.err.endswith("interrupted\n")


def test_without_a_stage_it_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    assert run(["console", "--local"]) == ExitCode.ERROR
    assert "nightlatch up" in capsys.readouterr().err


def test_without_its_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "flask", None)
    for name in [name for name in sys.modules if name.startswith("nightlatch.console.")]:
        monkeypatch.delitem(sys.modules, name)

    assert run(["console"]) == ExitCode.ERROR
    assert "the console needs flask; install it: pip install 'nightlatch[console]'" in capsys.readouterr().err


def test_its_templates_and_static_files_lie_in_the_package_which_the_wheel_takes_whole() -> None:
    package = Path(nightlatch.console.__file__).parent

    assert {"console.css", "console.js"} == {file.name for file in (package / "static").iterdir()}
    assert len(list((package / "templates").glob("*.html"))) > 10
