"""Ctrl-C ends every verb with one word and its own code, wherever it is: no traceback, nothing half told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from policies import a_policy, written

ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d"
ASKS_AWS = [
    ["timeline", "prod/db"],
    ["rollback", "prod/db", "--dry-run"],
    ["restore", "prod/db"],
    ["references", ARN],
    ["rescue-key", KEY],
    ["replicate-again", "prod/db"],
    ["approve"],
    ["approve", "r-0123456789abcdef0123"],
    ["allow", "--list"],
    ["contain", "role/app"],
    ["pause"],
    ["resume"],
    ["diff", "prod/db"],
    ["snapshots", "list", "prod/db"],
    ["snapshots", "show", "prod/db", "latest"],
    ["snapshots", "verify"],
    ["snapshots", "take", "prod/db"],
    ["snapshots", "prune", "prod/db"],
    ["snapshots", "purge", "prod/db", "--since", "2d"],
    ["guard", "plan"],
    ["guard", "apply", "--all"],
    ["guard", "remove", "prod/db"],
    ["audit"],
    ["inventory", "show"],
    ["inventory", "refresh"],
    ["policy", "show"],
]


@contextmanager
def once_asked(what: Callable[[], None]) -> Iterator[str]:
    """Give an endpoint that never answers, and do something as soon as somebody asks it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wait() -> None:
            try:
                asked, _ = server.accept()
            except OSError:  # nobody asked, and it is over
                return
            with asked:
                asked.recv(1)
                what()
                over.wait(60)

        over = threading.Event()
        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            server.close()
            waiting.join(60)


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Hear Ctrl-C as in a terminal: what a shell runs in the background ignores it, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("verb", ASKS_AWS, ids=" ".join)
def test_while_aws_is_asked(
    verb: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with once_asked(press_ctrl_c) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

        assert run(verb) == ExitCode.INTERRUPTED

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[-1] == "interrupted"


@pytest.mark.parametrize("verb", [["diff"], ["push"]])
def test_while_aws_is_asked_about_a_policy(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with once_asked(press_ctrl_c) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

        assert run(["policy", *verb, written(tmp_path, a_policy())]) == ExitCode.INTERRUPTED

    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize("verb", ["hunt", "suggest", "timeline prod/db"])
def test_while_a_file_is_read_in_a_process_of_its_own(verb: str, tmp_path: Path) -> None:
    pipe = tmp_path / "log.json"
    os.mkfifo(pipe)
    program = "from nightlatch.cli.main import main; main()"
    started = subprocess.Popen(
        [sys.executable, "-c", program, *verb.split(), str(pipe)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    )
    with pipe.open("w"):  # opens when somebody reads it
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=60)

    assert (started.returncode, out, err) == (ExitCode.INTERRUPTED, "", "interrupted\n")
