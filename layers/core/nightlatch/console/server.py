"""Serves the console to the browsers of this machine and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import create_server
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from nightlatch.console.door import LOOPBACK, Door

Start = Callable[..., Any]
_NOTHING_HERE = b"Open the link that `nightlatch console` printed.\n"


class _Quiet(WSGIRequestHandler):  # type: ignore[misc]  # werkzeug is untyped here
    """Writes no line for a request: its path may hold the ticket, and names of secrets."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def version_string(self) -> str:
        """Name no versions."""
        return "nightlatch"


def below(app: Flask, door: Door) -> Callable[[dict[str, Any], Start], Any]:
    """Put the whole console below the path that nobody can guess; elsewhere there is nothing."""

    def answer(environ: dict[str, Any], start: Start) -> Any:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(f"{door.place}/"):
            start("404 NOT FOUND", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [_NOTHING_HERE]
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + door.place
        environ["PATH_INFO"] = path[len(door.place) :]
        return app(environ, start)

    return answer


def bound(app: Flask, door: Door, *, port: int) -> BaseWSGIServer:
    """Take a port of loopback; a thread for each request, for pages stay open to hear news.

    Raises:
        OSError: The port is taken.
    """
    # Bound here: where Werkzeug binds, a port that is taken ends the process.
    with create_server((LOOPBACK, port)) as held:
        return make_server(LOOPBACK, port, below(app, door), threaded=True, request_handler=_Quiet, fd=held.fileno())


def address(server: BaseWSGIServer, door: Door) -> str:
    """Give the link that lets one browser in."""
    return f"http://{LOOPBACK}:{server.port}{door.link}"


@contextmanager
def serving(app: Flask, door: Door, *, port: int = 0) -> Iterator[str]:
    """Serve beside what else this process does; give the link."""
    server = bound(app, door, port=port)
    thread = Thread(target=server.serve_forever, name="console", daemon=True)
    thread.start()
    try:
        yield address(server, door)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
