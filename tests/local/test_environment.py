"""A function's process sees what Lambda would show it, and nothing of this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nightlatch.local.deployment import Function
from nightlatch.local.running.environment import Environment
from nightlatch.local.running.function_variables import Interpreter
from nightlatch.local.running.processes import PRELOADED, Interpreters, starter
from nightlatch.local.scenes.timeline import wait_for

HANDLER = """
import os, random, sys, threading
from shelf import MARK

NUMBER = os.environ.get("NUMBER")

def handler(event, context):
    if "say" in event:
        print(event["say"])
    if "exit" in event:
        sys.stdout.write(event["exit"])
        os._exit(1)
    if event.get("wait"):
        print("waiting")
        threading.Event().wait(600)
    return {"mark": MARK, "names": sorted(os.environ), "function": context.function_name,
            "arn": context.invoked_function_arn, "left_ms": context.get_remaining_time_in_millis(),
            "number": NUMBER, "random": random.random()}
"""
KILLED_STAGE = """
import os, sys
from pathlib import Path
from local.test_environment import a_function
from nightlatch.local.running.function_variables import Interpreter
from nightlatch.local.running.processes import starter
function = a_function(Path(sys.argv[1]))
process = starter(Interpreter(), [function], ()).start(function, "127.0.0.1:9", {})
print(process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def a_function(code, **changes):
    wanted = {
        "logical_id": "Worker",
        "name": "worker",
        "arn": "arn:aws:lambda:eu-west-1:111122223333:function:worker",
        "role_arn": "arn:aws:iam::111122223333:role/worker",
        "handler": "app.handler",
        "code": code,
        "layers": (),
        "environment": {"GREETING": "hello"},
        "timeout_s": 5,
        "memory_mb": 128,
        "reserved_concurrency": None,
    }
    return Function(**{**wanted, **changes})


@pytest.fixture(params=["forked", "anew"])
def start(tmp_path, request):
    """Start an environment whose layer is built as `sam build` builds it, with a `python` folder."""
    code, layer = tmp_path / "code", tmp_path / "layer"
    (layer / "python").mkdir(parents=True)
    code.mkdir()
    (code / "app.py").write_text(HANDLER)
    forks = request.param == "forked"
    if forks and sys.platform != "linux":
        pytest.skip("functions are forked on Linux alone")
    (layer / "python" / "shelf.py").write_text("MARK = 'built'")
    started, starters = [], []

    def make(on_log=lambda _function, _line: None, **changes):
        function = a_function(code, **{"layers": (layer,), **changes})
        starters.append(starter(Interpreter(), [function], PRELOADED) if forks else Interpreters(Interpreter()))
        environment = Environment(
            function,
            starters[-1],
            {"AWS_REGION": "eu-west-1"},
            on_log=on_log,
            init_timeout_s=30,
        )
        started.append(environment)
        return environment

    yield make
    for environment in started:
        environment.close()
    for one in starters:
        one.close()


def test_a_handler_sees_its_layer_its_variables_and_none_of_this_machines(start, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "ana")
    monkeypatch.setenv("PLANTED_ON_THIS_MACHINE", "1")

    invocation = start().invoke(b"{}")

    answer = invocation.answer()
    assert (invocation.error, answer["mark"], answer["function"]) == (None, "built", "worker")
    assert {"GREETING", "AWS_REGION", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_FUNCTION_NAME"} <= set(answer["names"])
    assert not {"AWS_PROFILE", "PLANTED_ON_THIS_MACHINE", "HOME"} & set(answer["names"])
    assert 0 < answer["left_ms"] <= 5000


def test_only_the_first_invocation_is_cold(start):
    environment = start()

    assert [environment.invoke(b"{}").cold for _ in range(2)] == [True, False]


def test_closing_ends_an_invocation_that_is_under_way(start):
    waits = threading.Event()
    environment = start(on_log=lambda _function, line: waits.set() if line == "waiting" else None, timeout_s=60)
    ended = []
    caller = threading.Thread(target=lambda: ended.append(environment.invoke(b'{"wait": true}')))

    caller.start()
    assert waits.wait(timeout=30)
    environment.close()
    caller.join(timeout=10)

    assert [one.error_type for one in ended] == ["Runtime.ExitError"]
    assert not environment.alive


def test_what_was_written_has_been_heard_when_the_answer_comes(start):
    heard = []

    def slow_ears(_function, line):
        time.sleep(0.05)
        heard.append(line)

    environment = start(on_log=slow_ears)
    lines = [f"line {n}" for n in range(10)]
    environment.invoke(json.dumps({"say": "\n".join(lines)}).encode())

    assert heard == lines


def test_a_line_is_heard_as_it_was_written_and_so_is_one_that_the_end_of_the_process_cuts_off(start):
    heard = []
    environment = start(on_log=lambda _function, line: heard.append(line))

    invocation = environment.invoke(json.dumps({"say": "ünïcode\r\n" + "x" * 200_000, "exit": "cut"}).encode())
    environment.close()

    assert invocation.error_type == "Runtime.ExitError"
    assert heard == ["ünïcode", "x" * 200_000, "cut"]


def test_a_process_that_ends_says_how_and_the_others_live_on(start):
    ended, other = start(), start()

    told = ended.invoke(b'{"exit": ""}')

    assert (told.error_type, "exit status 1" in json.dumps(told.answer())) == ("Runtime.ExitError", True)
    assert other.invoke(b"{}").error is None


def test_a_process_that_is_killed_says_by_what(start):
    environment = start()
    environment.invoke(b"{}")
    waits = threading.Timer(0.2, lambda: os.kill(environment._process.pid, signal.SIGKILL))

    waits.start()
    told = environment.invoke(b'{"wait": true}')
    waits.join()

    assert "signal: SIGKILL" in json.dumps(told.answer())


def test_what_is_imported_once_reads_no_variable_of_the_one_before(start):
    answers = [start(environment={"NUMBER": str(number)}).invoke(b"{}").answer() for number in range(2)]

    assert [answer["number"] for answer in answers] == ["0", "1"]
    assert len({answer["random"] for answer in answers}) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="functions are forked on Linux alone")
def test_all_end_with_the_stage_that_forked_them(tmp_path):
    """However it ends: their server hears the end of its socket, and nobody is left to be killed by hand."""
    (tmp_path / "app.py").write_text("import time; time.sleep(600)")
    program = subprocess.run(
        [sys.executable, "-c", KILLED_STAGE, str(tmp_path)],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        check=False,
    )

    assert program.returncode == -signal.SIGKILL
    there = Path(f"/proc/{int(program.stdout)}")
    wait_for(lambda: not there.exists(), what="the end of the process", timeout_s=30, nudge=time.sleep)
