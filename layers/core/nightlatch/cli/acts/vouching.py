"""Runs `nightlatch ours`: declares what an incident found, lists what is declared, and ends it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta

from rich.table import Table as Drawn

from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, plain, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.judging.findings import name_secrets
from nightlatch.reach.choosing import choosing
from nightlatch.reach.where import Where, connect
from nightlatch.service.approve import approver_of, known_by
from nightlatch.service.vouch import Vouched, vouch_for


def vouch(incident_id: str, lasting: timedelta, reason: str, where: Where) -> ExitCode:
    """Declare what an incident found.

    Raises:
        NotFound: No stage, stack or incident of that name.
        Refused: You are no approver, you acted in it, nothing of it may be declared, or it lasts too long.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    caller = connection.caller()
    made = vouch_for(
        incident_id,
        Vouched(lasting=lasting, reason=reason),
        approver=approver_of(caller, connection.policy()),
        how=known_by(caller),
        ports=choosing(connection).vouching,
        now=connection.now(),
    )
    for one in made:
        sys.stdout.write(f"{plain(_line(one))}\n")
        say(f"to undo: nightlatch ours --end {one.id}{where.options}")
    return ExitCode.CLEAN


def end(declaration_id: str, where: Where) -> ExitCode:
    """End what was declared; anybody who may approve may.

    Raises:
        NotFound: No stage or stack of that name, or nothing is declared so.
        Refused: You are no approver.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    approver = approver_of(connection.caller(), connection.policy())
    ended = choosing(connection).vouching.declarations.end(declaration_id, approver.title, connection.now())
    sys.stdout.write(f"{plain(f'ended: {ended.rule} by {ended.title} is told again')}\n")
    return ExitCode.CLEAN


def show(where: Where, output: Form) -> ExitCode:
    """Write what is declared now, what ends first at the top.

    Raises:
        NotFound: No stage or stack of that name.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    found = choosing(connection).vouching.declarations.standing(connection.now())
    documents = [_document(one) for one in found]
    write(documents, output, lambda: _table(found) if found else "nothing is declared")
    return ExitCode.CLEAN


def _line(one: Declaration) -> str:
    return f"{one.rule} by {one.title} on {name_secrets(one.secrets)} is recorded and not told until {_until(one)}"


def _until(one: Declaration) -> str:
    return f"{one.until:%Y-%m-%d %H:%M} UTC"


def _document(one: Declaration) -> dict[str, object]:
    return {
        "id": one.id,
        "rule": one.rule,
        "principal": one.principal,
        "secrets": [secret.name for secret in one.secrets],
        "until": f"{one.until:%Y-%m-%dT%H:%M:%SZ}",
        "by": one.by,
        "reason": one.reason,
    }


def _table(some: Sequence[Declaration]) -> Drawn:
    table = Drawn(box=None, pad_edge=False)
    for name in ("ID", "RULE", "WHO", "SECRETS", "UNTIL", "BY", "WHY"):
        table.add_column(name, no_wrap=name in {"ID", "RULE"})
    for one in some:
        row = (one.id, one.rule, one.title, name_secrets(one.secrets), _until(one), one.by, one.reason)
        table.add_row(*(cell(text) for text in row))
    return table
