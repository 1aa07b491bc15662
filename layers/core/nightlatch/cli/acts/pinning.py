"""Runs `snapshots take`, `prune` and `purge`: pins made and taken away on a person's word."""

from __future__ import annotations

from datetime import datetime

from nightlatch.cli.acts.acting import Asked, act
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import say
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.reach.where import Where, connect


def take(secret: str, version: str | None, asked: Asked, where: Where) -> ExitCode:
    """Pin a version, and ask the keeper to look at the secret.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: It cannot be pinned, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    meant = connection.secret(secret)
    action = Action(kind=ActionKind.PIN_VERSION, secret=meant, to=version)
    ended = act((action,), asked, where, connection)
    if not asked.dry_run:
        arn = connection.secrets.describe(meant).arn
        connection.keeper.ask([arn])
        say("the keeper looks at its metadata now, and at its value where the policy keeps a copy")
    return ended


def prune(secret: str, keep: int | None, asked: Asked, where: Where) -> ExitCode:
    """Take the oldest pins away; raises as `take` does."""
    connection = connect(where)
    action = Action(kind=ActionKind.PRUNE_PINS, secret=connection.secret(secret), keep=keep)
    return act((action,), asked, where, connection)


def purge(secret: str, since: datetime, asked: Asked, where: Where) -> ExitCode:
    """Take pins away that were made since a moment; raises as `take` does."""
    connection = connect(where)
    action = Action(kind=ActionKind.PURGE_PINS, secret=connection.secret(secret), at=since)
    return act((action,), asked, where, connection)
