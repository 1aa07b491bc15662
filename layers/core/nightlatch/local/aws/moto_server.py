"""AWS on this machine: moto behind one address on loopback, corrected, guarded, narrated, and stopped cleanly.

    with MotoServer(tell=dispatcher.receive, now=clock.now, routes={"/slack": slack_app}) as aws:
        boto3.client("secretsmanager", endpoint_url=aws.endpoint)

The server runs in this process, so that the stage can reach moto's insides and nothing is left running when
it ends. It listens on 127.0.0.1 alone (ruling 29). moto keeps its state per process: one server at a time,
and each starts empty.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from threading import Thread
from types import TracebackType
from typing import Any, Self

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from nightlatch.local import fidelity
from nightlatch.local.aws.callers import account_of
from nightlatch.local.narrator import Envelope, Narrator
from nightlatch.local.narrator.calls import signature
from nightlatch.local.narrator.middleware import WsgiApp
from nightlatch.local.permissions.guard import Guard
from nightlatch.local.permissions.inactive_keys import refusing_inactive_keys

LOOPBACK = "127.0.0.1"
ACCOUNT_ID = "111122223333"
_BACKLOG = 128
_POLL_S = 0.05  # how long stopping may take

logger = logging.getLogger(__name__)


class _Handler(MotoRequestHandler):  # type: ignore[misc]  # moto and werkzeug are untyped here
    """One connection: no access log, and no waiting for an acknowledgement between head and body of an answer."""

    # Without both, Nagle's algorithm and delayed acknowledgements cost 40 ms and more per call.
    disable_nagle_algorithm = True
    wbufsize = -1

    def finish(self) -> None:
        """Say nothing when the other side has left, as a browser does that was listening to news."""
        with suppress(ConnectionError):
            super().finish()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug names it so
        """Keep requests out of the terminal; a scene has its own timeline."""
        logger.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)


class MotoServer:
    """A moto server in this process; use it as a context manager."""

    def __init__(
        self,
        tell: Callable[[Envelope], None],
        *,
        now: fidelity.Clock = fidelity.clock.wall_clock,
        routes: Mapping[str, WsgiApp] | None = None,
        port: int = 0,
        account_id: str = ACCOUNT_ID,
    ) -> None:
        # The narrator stands outside, so that a refusal of the guard is told like one of moto's. A call with a key
        # that was deactivated reaches neither.
        self.guard = Guard(DomainDispatcherApplication(create_backend_app))
        self.narrator = Narrator(self.guard, tell, now)
        self._now: Callable[[], datetime] = now
        self._app = DispatcherMiddleware(
            _at_home(refusing_inactive_keys(self.narrator), account_id), dict(routes or {})
        )
        self._wanted_port = port
        self._server: Any = None
        self._thread: Thread | None = None
        self._moto_port_before: str | None = None

    @property
    def port(self) -> int:
        """The port it listens on, once it is started."""
        return int(self._server.server_address[1])

    @property
    def endpoint(self) -> str:
        """The URL to give to boto3 as `endpoint_url`."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Correct moto, empty it and listen.

        Raises:
            OSError: The port that was asked for is taken.
            WrongMoto: The corrections do not fit the installed moto.
        """
        fidelity.install(self._now)
        try:
            self._server = self._listening()
        except OSError:
            fidelity.uninstall()
            raise
        _empty_moto()
        # Parts of moto call moto again over HTTP and read the port from here.
        self._moto_port_before = os.environ.get("MOTO_PORT")
        os.environ["MOTO_PORT"] = str(self.port)
        self._thread = Thread(target=self._server.serve_forever, args=(_POLL_S,), name="moto", daemon=True)
        self._thread.start()

    def _listening(self) -> Any:
        # Bound by hand, because werkzeug ends the whole process when the port is taken.
        with socket.create_server((LOOPBACK, self._wanted_port), backlog=_BACKLOG) as bound:
            port, fd = bound.getsockname()[1], bound.fileno()
            return make_server(LOOPBACK, port, self._app, threaded=True, request_handler=_Handler, fd=fd)

    def stop(self) -> None:
        """Stop listening and give moto its own state and behaviour back."""
        if self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._thread = None
        if self._moto_port_before is None:
            os.environ.pop("MOTO_PORT", None)
        else:
            os.environ["MOTO_PORT"] = self._moto_port_before
        _empty_moto()
        fidelity.uninstall()

    def expire_deletions(self) -> None:
        """Delete for good, and tell, the secrets whose recovery window is over by the stage's clock."""
        self.narrator.overhear(fidelity.expire_deletions)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _empty_moto() -> None:
    BackendDict.reset()
    reset_model_data()


def _at_home(app: WsgiApp, account_id: str) -> WsgiApp:
    """Let keys that nobody issued be root of the stage's account, as they are of moto's own."""

    def with_account(environ: dict[str, Any], start_response: Any) -> Any:
        signed_by = signature(environ)
        if signed_by is not None and "HTTP_X_MOTO_ACCOUNT_ID" not in environ:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_of(signed_by.access_key, account_id)
        return app(environ, start_response)

    return with_account
