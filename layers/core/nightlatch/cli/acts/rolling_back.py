"""Runs `rollback`: plans what is wanted back, shows it, and does it when the person says yes."""

from __future__ import annotations

from functools import partial

from nightlatch.cli.acts.acting import Asked, act
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.reach.where import Where, connect
from nightlatch.service.rolling_back import Rollback, way_back


def rollback(secret: str, wish: Rollback, asked: Asked, where: Where) -> ExitCode:
    """Plan a rollback, show it, and do it when the person says yes.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: It cannot be rolled back, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    actions = wish.actions(connection.secret(secret))
    undo = partial(way_back, secret=secret, before=connection.now())
    return act(actions, asked, where, connection, undo=undo)
