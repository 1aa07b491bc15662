"""After this module a reader knows how one execution environment of a function lives and dies.

An environment is a real `awslambdaric` process, the runtime client that AWS itself uses, so that import
errors, exceptions, time limits and crashes come back in Lambda's own words.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import json
import queue
import signal
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import IO, cast

from nightlatch.local.deployment import Function
from nightlatch.local.running.invocation import Invocation
from nightlatch.local.running.log import Log
from nightlatch.local.running.processes import Starter, end_with_all_it_started
from nightlatch.local.running.runtime_api import Kind, RuntimeApi, Task, Word

LogLine = Callable[[str, str], None]
"""Called with a function's name and one line that it wrote; from a thread of the environment."""


class Environment:
    """One process of one function. It serves one invocation at a time."""

    def __init__(
        self,
        function: Function,
        starter: Starter,
        variables: Mapping[str, str],
        *,
        on_log: LogLine,
        init_timeout_s: float,
    ) -> None:
        self.function = function
        self.alive = True
        self._cold = True
        self._closed = False
        self._closing = threading.Lock()
        self._init_timeout_s = init_timeout_s
        self._api = RuntimeApi()
        self._process = starter.start(function, self._api.address, variables)
        self._log = Log(cast("IO[bytes]", self._process.stdout), lambda line: on_log(function.name, line))
        self._reader = threading.Thread(target=self._follow_log, daemon=True)
        self._reader.start()

    def invoke(self, payload: bytes) -> Invocation:
        """Run the handler once; an environment that failed as a whole is not alive afterwards."""
        request_id, cold, self._cold = str(uuid.uuid4()), self._cold, False
        begun = time.monotonic()
        word = self._start(request_id) if cold else None
        if word is None:
            begun = time.monotonic()
            word = self._run(request_id, payload)
        return Invocation(
            function=self.function.name,
            request_id=request_id,
            payload=word.body,
            error=None if word.kind is Kind.RESPONSE else "Unhandled",
            cold=cold,
            duration_ms=(time.monotonic() - begun) * 1000,
        )

    def _start(self, request_id: str) -> Word | None:
        """Wait until the process asks for work; None then, or the word that says why it never will."""
        word = self._hear(self._init_timeout_s, Kind.READY, Kind.INIT_ERROR, Kind.DIED)
        if word.kind is Kind.READY:
            return None
        self.alive = False
        return self._said_of(word, request_id, self._init_timeout_s)

    def _run(self, request_id: str, payload: bytes) -> Word:
        timeout_s = self.function.timeout_s
        task = Task(
            request_id=request_id,
            payload=payload,
            deadline_ms=int((time.time() + timeout_s) * 1000),
            function_arn=self.function.arn,
            trace_id=f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
        )
        self._api.give(task)
        word = self._hear(timeout_s, Kind.RESPONSE, Kind.ERROR, Kind.DIED)
        if word.kind in (Kind.RESPONSE, Kind.ERROR):
            self._log.take()
            return word
        self.alive = False
        return self._said_of(word, request_id, timeout_s)

    def _hear(self, timeout_s: float, *kinds: Kind) -> Word:
        """Wait for one of these words, or for the end of the time."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                word = self._api.words.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return Word(kind=Kind.TIMED_OUT)
            if word.kind in kinds:
                return word

    def _said_of(self, word: Word, request_id: str, timeout_s: float) -> Word:
        """Put the end of a process into the words that Lambda has for it."""
        if word.kind is Kind.INIT_ERROR:
            return word
        if word.kind is Kind.TIMED_OUT:
            self.close()
            said, kind = f"Task timed out after {timeout_s:.2f} seconds", "Sandbox.Timedout"
        else:
            said, kind = f"Runtime exited with error: {self._exit()}", "Runtime.ExitError"
        message = {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {said}"}
        return Word(kind=Kind.ERROR, request_id=request_id, body=json.dumps(message).encode())

    def _exit(self) -> str:
        code = self._process.wait()
        return f"signal: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    def _follow_log(self) -> None:
        """Pass on what the process writes; the end of it is the end of the process."""
        self._log.follow()
        self._api.words.put(Word(kind=Kind.DIED))

    def close(self) -> None:
        """End the process and what it started, and its server. A second call does nothing."""
        self.alive = False
        with self._closing:
            if self._closed:
                return
            self._closed = True
        end_with_all_it_started(self._process)
        self._reader.join()
        self._api.close()
