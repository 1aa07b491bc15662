"""After this module a reader knows under which address an HTTP API of the stack answers.

The server needs its routes before it starts and the APIs exist only once the template is deployed, so
the server gets one application that finds the API by the first part of the path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Response

PREFIX = "/_stage/http"

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Doors:
    """The HTTP APIs of a stack, by the names that the template gives them."""

    def __init__(self) -> None:
        self._apps: dict[str, App] = {}

    def open(self, logical_id: str, app: App) -> None:
        """Let an API answer from now on."""
        self._apps[logical_id] = app

    def address(self, endpoint: str, logical_id: str) -> str:
        """Give the address of an API on a server; a route's path follows it.

        Raises:
            KeyError: The stack has no HTTP API of this name.
        """
        if logical_id not in self._apps:
            raise KeyError(f"the stack has no HTTP API {logical_id}")
        return f"{endpoint}{PREFIX}/{logical_id}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Hand a request to the API that its path names."""
        _, name, *rest = environ.get("PATH_INFO", "/").split("/")
        app = self._apps.get(name)
        if app is None:
            answer: Iterable[bytes] = Response("no such API", 404)(environ, start_response)
            return answer
        return app({**environ, "PATH_INFO": "/" + "/".join(rest)}, start_response)
