"""Runs `rollback`: what the command line wants back becomes acts, the value first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightlatch.cli.acting import Asked, act
from nightlatch.cli.connection import Where, connect
from nightlatch.cli.exit_codes import ExitCode
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.metadata_parts import Part

VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What the command line wants back: a version, or how things were at a moment; all of it or some parts."""

    to: str | None = None
    at: datetime | None = None
    only: tuple[str, ...] = ()  # `value` and the parts of the metadata

    def actions(self, secret: SecretRef) -> tuple[Action, ...]:
        """Give the acts that do it: the value first."""
        parts = tuple(part for part in Part if part in self.only) if self.only else self._all_parts()
        value = Action(kind=ActionKind.ROLL_BACK, secret=secret, to=self.to, at=self.at)
        rest = Action(kind=ActionKind.PUT_BACK, secret=secret, at=self.at, parts=parts)
        wants_value = not self.only or VALUE in self.only
        return ((value,) if wants_value else ()) + ((rest,) if parts else ())

    def _all_parts(self) -> tuple[str, ...]:
        """Take a moment for all of the secret as it was then, a version for the version alone."""
        return tuple(Part) if self.at is not None else ()


def rollback(secret: str, wish: Rollback, asked: Asked, where: Where) -> ExitCode:
    """Plan a rollback, show it, and do it when the person says yes.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: It cannot be rolled back, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    actions = wish.actions(connection.secret(secret))
    back = f"--at {connection.now():%Y-%m-%dT%H:%M:%SZ}"

    def undo(done: Action) -> str:
        if done.kind is ActionKind.ROLL_BACK:
            return f"rollback {secret} --to {done.away_from}"
        return f"rollback {secret} {back} --only {','.join(done.parts)}"

    return act(actions, asked, where, connection, undo=undo)
