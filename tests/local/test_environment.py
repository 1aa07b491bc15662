"""A function's process sees what Lambda would show it, and nothing of this machine."""

from __future__ import annotations

import json
import threading
import time

import pytest

from nightlatch.local.deployment import Function
from nightlatch.local.running.environment import Environment
from nightlatch.local.running.function_variables import Interpreter

HANDLER = """
import os, sys, threading
from shelf import MARK

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
            "arn": context.invoked_function_arn, "left_ms": context.get_remaining_time_in_millis()}
"""


@pytest.fixture
def start(tmp_path):
    """Start an environment whose layer is built as `sam build` builds it, with a `python` folder."""
    code, layer = tmp_path / "code", tmp_path / "layer"
    (layer / "python").mkdir(parents=True)
    code.mkdir()
    (code / "app.py").write_text(HANDLER)
    (layer / "python" / "shelf.py").write_text("MARK = 'built'")
    started = []

    def make(on_log=lambda _function, _line: None, **changes):
        wanted = {
            "logical_id": "Worker",
            "name": "worker",
            "arn": "arn:aws:lambda:eu-west-1:111122223333:function:worker",
            "role_arn": "arn:aws:iam::111122223333:role/worker",
            "handler": "app.handler",
            "code": code,
            "layers": (layer,),
            "environment": {"GREETING": "hello"},
            "timeout_s": 5,
            "memory_mb": 128,
            "reserved_concurrency": None,
        }
        environment = Environment(
            Function(**{**wanted, **changes}),
            Interpreter(),
            {"AWS_REGION": "eu-west-1"},
            on_log=on_log,
            init_timeout_s=30,
        )
        started.append(environment)
        return environment

    yield make
    for environment in started:
        environment.close()


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
