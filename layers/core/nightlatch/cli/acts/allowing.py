"""Runs `nightlatch allow`: lets a deletion through, ends that before its time, and lists what stands."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.table import Table

from nightlatch.cli.acts.acting import Asked, act
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, say
from nightlatch.cli.speech.writing import draw, write
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.answering.guard_notes import allowance_ended
from nightlatch.domain.errors import NothingToRestore
from nightlatch.domain.event.secrets import may_be_same
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect


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
    return act([action], asked, where, connection, undo=lambda _: f"allow {shlex.quote(secret)} --end")


def end(secret: str, reason: str, asked: Asked, where: Where) -> ExitCode:
    """End all that is allowed of a secret, at once; everybody is told who did.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: Nothing is allowed of it, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    named = connection.secret(secret)
    found = [one for one in _standing(connection) if may_be_same(one.secret, named)]
    if not found:
        raise NothingToRestore(f"no deletion of {named.name} is allowed now; nightlatch allow --list shows what is")
    draw(_table(found))
    action = Action(kind=ActionKind.END_ALLOWANCE, secret=named, note=reason)
    return act([action], asked, where, connection, told=lambda by, now: allowance_ended(named, by, now))


def show(where: Where, output: Form) -> ExitCode:
    """Write what is allowed now.

    Raises:
        NotFound: No stage or stack of that name.
        Unavailable: AWS could not be asked.
    """
    found = _standing(connect(where))
    write([_fields(one) for one in found], output, lambda: _table(found))
    say(f"allowed={len(found)}")
    return ExitCode.CLEAN


def _standing(connection: Connection) -> list[Allowance]:
    """Give what is allowed now, what ends first before the rest."""
    allowances, now = connection.allowances, connection.now()
    secrets = dict.fromkeys(one.action.secret for one in allowances.begun(now) if one.action.secret is not None)
    found = dict.fromkeys(one for one in allowances.on(tuple(secrets)) if one.until > now)
    return sorted(found, key=lambda one: (one.until, one.secret.name))


def _fields(one: Allowance) -> dict[str, object]:
    return {
        "secret": one.secret.name,
        "action": "force-delete" if one.force else "delete",
        "until": one.until.isoformat(),
        "by": one.by,
        "reason": one.reason,
    }


def _table(found: Sequence[Allowance]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("SECRET", "ALLOWED", "UNTIL", "BY", "WHY"):
        table.add_column(name)
    for one in found:
        what = "force-delete" if one.force else "delete"
        until = f"{one.until:%Y-%m-%d %H:%M} UTC"
        table.add_row(*(cell(text) for text in (one.secret.name, what, until, one.by, one.reason)))
    return table
