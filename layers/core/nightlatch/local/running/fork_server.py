"""After this module a reader knows how a warm interpreter becomes many functions: it imports once and forks.

A program of its own, run by its path with nothing of nightlatch imported. Over the socket that it is given come
requests: a JSON document of handler, code, environment and import paths, with two descriptors, where the function
writes its lines and where its life is told: first its process id, at its end its exit code, signed, big end first. What
was imported before is there already; all else is as in an interpreter that was started for the function alone. The
end of the socket is the end of this program and of every function.

Usage: python -P fork_server.py DESCRIPTOR MODULE...
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
from typing import Any

LARGEST = 128 * 1024  # bytes of a request; a function's own variables are 4 KB at most
NUMBER = 8  # bytes of what is told of a life


def main(arguments: list[str]) -> None:
    """Serve until the socket ends; a forked child leaves by becoming its function."""
    requests = socket.socket(fileno=int(arguments[0]))
    tail = sys.path[len(_paths(os.environ.get("PYTHONPATH", ""))) :]
    for module in arguments[1:]:
        # What a layer does not hold is imported where it is asked for, and fails there.
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    gc.collect()
    gc.freeze()  # else each child's collector copies every page
    task = _serve(requests)
    if task is not None:
        _become(task, tail)


def _serve(requests: socket.socket) -> dict[str, Any] | None:
    """Fork for each request and tell how each child ends; in a child, give its task."""
    lives: dict[int, int] = {}
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    heard: list[Any] = [requests, woken]
    while True:
        ready, _, _ = select.select(heard, [], [])
        if woken in ready:
            os.read(woken, 4096)
            _bury(lives)
        if requests not in ready:
            continue
        said, descriptors, _, _ = socket.recv_fds(requests, LARGEST, 2)
        if not said:
            for pid in lives:
                os.killpg(pid, signal.SIGKILL)
            return None
        output, life = descriptors
        pid = os.fork()
        if pid == 0:
            _leave(requests, woken, wake, *lives.values())
            os.setsid()
            _tell(life, os.getpid())
            os.close(life)
            for stream in (1, 2):
                os.dup2(output, stream)
            os.close(output)
            task: dict[str, Any] = json.loads(said)
            return task
        os.close(output)
        lives[pid] = life


def _bury(lives: dict[int, int]) -> None:
    """Tell the end of each child that has ended."""
    for pid in list(lives):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            life = lives.pop(pid)
            with contextlib.suppress(BrokenPipeError):  # whoever asked does not listen any more
                _tell(life, os.waitstatus_to_exitcode(status))
            os.close(life)


def _leave(requests: socket.socket, *descriptors: int) -> None:
    """Let go of what is the parent's alone."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    requests.close()
    for descriptor in descriptors:
        os.close(descriptor)


def _become(task: dict[str, Any], tail: list[str]) -> None:
    """Be the interpreter that was started for this handler: its folder, its variables, its paths."""
    os.chdir(task["code"])
    os.environ.clear()
    os.environ.update(task["variables"])
    time.tzset()
    # `-m` puts the folder first, and so does PYTHONPATH.
    sys.path[:] = [task["code"], *_paths(task["variables"].get("PYTHONPATH", "")), *tail]
    importlib.invalidate_caches()
    sys.argv = ["awslambdaric", task["handler"]]
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


def _paths(joined: str) -> list[str]:
    return [path for path in joined.split(os.pathsep) if path]


def _tell(life: int, number: int) -> None:
    os.write(life, number.to_bytes(NUMBER, "big", signed=True))


if __name__ == "__main__":
    main(sys.argv[1:])
