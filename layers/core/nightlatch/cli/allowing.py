"""Runs `nightlatch allow`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nightlatch.cli.acting import Asked, act
from nightlatch.cli.connection import Where, connect
from nightlatch.cli.exit_codes import ExitCode
from nightlatch.domain.answering.actions import Action, ActionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What shall be allowed."""

    force: bool
    lasting: timedelta
    reason: str


def allow(secret: str, wish: Wish, asked: Asked, where: Where) -> ExitCode:
    """Allow deletions of a secret for a while.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: It lasts too long, you are no approver, or one more person must say yes.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    action = Action(
        kind=ActionKind.ALLOW_DELETION,
        secret=connection.secret(secret),
        force=wish.force,
        lasting=wish.lasting,
        note=wish.reason,
    )
    undo = (lambda _: f"guard apply {secret}") if wish.force else None
    return act([action], asked, where, connection, undo=undo)
