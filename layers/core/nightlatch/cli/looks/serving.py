"""Runs `nightlatch console`: reaches the nightlatch that is meant, takes a port of loopback, and prints the link."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import typer

from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import plain, say
from nightlatch.domain.errors import NightlatchError
from nightlatch.reach.where import Where, connect

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

    from nightlatch.console.desk import Desk
    from nightlatch.console.door import Door

_ON_THE_STAGE_S, _IN_AWS_S = 1.0, 3.0  # how often an open page looks: each look in AWS is two reads of a table


def serve(where: Where, port: int) -> ExitCode:
    """Serve until Ctrl-C.

    Raises:
        NotFound: No stage or stack of that name.
        Unavailable: AWS could not be asked, or the credentials are not valid.
        NightlatchError: The port is taken, or the extra `console` is not installed.
    """
    _refuse_without_web()
    from nightlatch.console.desk import Desk  # noqa: PLC0415
    from nightlatch.console.door import Door  # noqa: PLC0415
    from nightlatch.console.server import address  # noqa: PLC0415

    connection = connect(where)
    every_s = _ON_THE_STAGE_S if where.local else _IN_AWS_S
    desk, door = Desk(connection=connection, where=where, who=connection.caller(), look_every_s=every_s), Door()
    with _listening(desk, door, port) as server:
        typer.echo(plain(f"The console of {desk.name}, as {desk.human}. Open this link; it works once:"))
        typer.echo(f"\n  {address(server, door)}\n")
        say("Ctrl-C ends it")
        server.serve_forever()  # Werkzeug takes Ctrl-C for the end, and there is no other
    return ExitCode.INTERRUPTED


def _refuse_without_web() -> None:
    """Say what to install: the web is an extra that not everybody has."""
    try:
        import_module("nightlatch.console.app")
    except ModuleNotFoundError as missing:
        raise NightlatchError(
            f"the console needs {missing.name}; install it: pip install 'nightlatch[console]'"
        ) from None


def _listening(desk: Desk, door: Door, port: int) -> BaseWSGIServer:
    from nightlatch.console.app import console_app  # noqa: PLC0415
    from nightlatch.console.server import bound  # noqa: PLC0415

    try:
        return bound(console_app(desk, door), door, port=port)
    except OSError as failure:
        why = failure.strerror or failure
        raise NightlatchError(f"the console cannot listen on port {port}: {why}; choose another by --port") from failure
