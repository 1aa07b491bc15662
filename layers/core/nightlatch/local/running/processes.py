"""After this module a reader knows how a function's process is started: by a fork server, or as an interpreter anew.

What a function imports costs an interpreter more than a second of work. On Linux a fork server imports it once and
forks for each environment; elsewhere (forking is not safe with macOS's frameworks), and for another Python than this
one, each environment is an interpreter of its own.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol, cast

from nightlatch.local.deployment import Function
from nightlatch.local.running import fork_server
from nightlatch.local.running.function_variables import Interpreter, of_every_function, write_variables

# What nearly every handler in Python begins with. Not Lambda's runtime client: it reads its address as it is imported.
PRELOADED = ("boto3", "botocore.httpsession", "aws_lambda_powertools", "pydantic", "requests")
_KILLED = -signal.SIGKILL


class Process(Protocol):
    """A function's process, whoever started it; the leader of a session of its own."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it writes."""

    @property
    def pid(self) -> int:
        """Its process id, and the id of its group."""

    def poll(self) -> int | None:
        """Give how it ended, negative for a signal; None while it runs."""

    def wait(self) -> int:
        """Wait for its end, and give how it ended."""


class Starter(Protocol):
    """Starts the runtime client for functions' handlers."""

    def start(self, function: Function, address: str, variables: Mapping[str, str]) -> Process:
        """Start one, in the function's folder, that asks for work at an address (host:port)."""

    def close(self) -> None:
        """End what helped to start them."""


def starter(interpreter: Interpreter, functions: Iterable[Function], preloaded: tuple[str, ...]) -> Starter:
    """Choose how functions' processes are started here."""
    if sys.platform == "linux" and interpreter == Interpreter():
        return _ForkServers({function.layers for function in functions}, preloaded)
    return Interpreters(interpreter)


class Interpreters:
    """An interpreter anew for every process."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def start(self, function: Function, address: str, variables: Mapping[str, str]) -> Process:
        """Start one."""
        process = subprocess.Popen(  # noqa: S603 - the command is ours, word by word
            [str(self._interpreter.python), "-m", "awslambdaric", function.handler],
            cwd=function.code,
            env=write_variables(function, self._interpreter, address, variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that what a handler starts can be ended with it
        )
        return cast("Process", process)

    def close(self) -> None:
        """Nothing helped."""


class _ForkServers:
    """One fork server for each choice of layers, since these are what it imports from."""

    def __init__(self, layers: Iterable[tuple[Path, ...]], preloaded: tuple[str, ...]) -> None:
        self._servers = {chosen: _ForkServer(chosen, preloaded) for chosen in layers}

    def start(self, function: Function, address: str, variables: Mapping[str, str]) -> Process:
        return self._servers[function.layers].start(
            function, write_variables(function, Interpreter(), address, variables)
        )

    def close(self) -> None:
        for server in self._servers.values():
            server.close()


class _ForkServer:
    """A process that has imported what functions begin with, and forks."""

    def __init__(self, layers: tuple[Path, ...], preloaded: tuple[str, ...]) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours, word by word
                [sys.executable, "-P", fork_server.__file__, str(theirs.fileno()), *preloaded],
                env=of_every_function(layers),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the stage, which ends it by its socket
            )

    def start(self, function: Function, variables: Mapping[str, str]) -> Process:
        task = {"code": str(function.code), "handler": function.handler, "variables": dict(variables)}
        said, output = os.pipe()
        told, life = os.pipe()
        try:
            socket.send_fds(self._requests, [json.dumps(task).encode()], [output, life])
        finally:
            os.close(output)
            os.close(life)
        return _Forked(open(said, "rb", buffering=0), open(told, "rb", buffering=0))  # noqa: PTH123 - pipes

    def close(self) -> None:
        self._requests.close()
        self._process.wait()


class _Forked:
    """One process that a fork server started; the server tells its life over a pipe."""

    def __init__(self, stdout: IO[bytes], life: IO[bytes]) -> None:
        self.stdout = stdout
        self.pid = _number(life)
        self._life = life
        self._ended: int | None = None
        self._reading = threading.Lock()

    def poll(self) -> int | None:
        # Whoever holds the lock waits for the end, so it has not come yet.
        if self._ended is None and self._reading.acquire(blocking=False):
            try:
                if self._ended is None and select.select([self._life], [], [], 0)[0]:
                    self._read_end()
            finally:
                self._reading.release()
        return self._ended

    def wait(self) -> int:
        with self._reading:
            return self._read_end() if self._ended is None else self._ended

    def _read_end(self) -> int:
        self._ended = ended = _number(self._life)
        self._life.close()
        return ended


def end_with_all_it_started(process: Process) -> None:
    """Kill a process and its group, if it runs, and wait for its end."""
    if process.poll() is None:
        # The group is this process's own (start_new_session), so nobody else is in it; it may end at this moment.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _number(life: IO[bytes]) -> int:
    """Read what the fork server tells; where it has ended itself, its children were killed with it."""
    said = life.read(fork_server.NUMBER)
    return int.from_bytes(said, "big", signed=True) if said else _KILLED
