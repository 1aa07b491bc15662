"""After this module a reader knows how a function's process gets its work and gives its answers.

The Lambda Runtime API is four HTTP calls. Each execution environment has a server of its own on loopback,
as in Lambda; what the process says comes out as `Word`s in the order in which it was said.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Kind(StrEnum):
    """What a function's process can say, or have said about it."""

    READY = "ready"
    RESPONSE = "response"
    ERROR = "error"
    INIT_ERROR = "init-error"
    DIED = "died"
    TIMED_OUT = "timed-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One thing said; `body` is the JSON that the process sent."""

    kind: Kind
    request_id: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One invocation, ready to be fetched."""

    request_id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    trace_id: str


class RuntimeApi:
    """The Runtime API of one execution environment."""

    def __init__(self) -> None:
        self.words: queue.SimpleQueue[Word] = queue.SimpleQueue()
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Give host and port, as AWS_LAMBDA_RUNTIME_API wants them."""
        return f"127.0.0.1:{self._server.server_port}"

    def give(self, task: Task) -> None:
        """Let the process fetch an invocation."""
        self._tasks.put(task)

    def fetch(self) -> Task | None:
        """Wait for an invocation; None when the environment closes."""
        self.words.put(Word(kind=Kind.READY))
        return self._tasks.get()

    def close(self) -> None:
        """Let a waiting process go and stop the server. The process must have ended by now."""
        self._tasks.put(None)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Conversation)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A process that was killed leaves its connection half open; that is no news."""


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without these two a warm invocation takes 88 ms instead of 1 ms (measured 2026-11).
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: _Server

    def do_GET(self) -> None:
        """Answer `invocation/next`."""
        if not self.path.endswith("/runtime/invocation/next"):
            self._answer(HTTPStatus.NOT_FOUND)
            return
        task = self.server.api.fetch()
        if task is None:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": task.request_id,
            "Lambda-Runtime-Deadline-Ms": str(task.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": task.function_arn,
            "Lambda-Runtime-Trace-Id": task.trace_id,
            "Content-Type": "application/json",
        }
        self._answer(HTTPStatus.OK, task.payload, headers)

    def do_POST(self) -> None:
        """Take a response, an error, or an error of the initialisation."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = self.path.rstrip("/").split("/")
        if parts[-2:] == ["init", "error"]:
            word = Word(kind=Kind.INIT_ERROR, body=body)
        elif parts[-1] in ("response", "error"):
            kind = Kind.RESPONSE if parts[-1] == "response" else Kind.ERROR
            word = Word(kind=kind, request_id=parts[-2], body=body)
        else:
            self._answer(HTTPStatus.NOT_FOUND)
            return
        # Answered first: the process fetches its next work while the caller reads this answer.
        self._answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}')
        self.server.api.words.put(word)

    def _answer(self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the requests of a runtime are no news."""
