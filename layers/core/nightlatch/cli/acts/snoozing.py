"""Runs `nightlatch snooze`: puts an incident to sleep, wakes it, and lists those that sleep."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.table import Table as Drawn

from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, plain, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.answering.incidents import Incident
from nightlatch.reach.choosing import choosing
from nightlatch.reach.where import Where, connect
from nightlatch.service.approve import approver_of, known_by
from nightlatch.service.snooze import Rest
from nightlatch.service.snooze import snooze as put_to_sleep


def snooze(incident_id: str, lasting: timedelta, reason: str, where: Where) -> ExitCode:
    """Put an incident to sleep.

    Raises:
        NotFound: No stage, stack or incident of that name.
        Refused: You are no approver, you acted in it, or it lasts too long.
        Unavailable: AWS could not be asked.
    """
    asleep = _snoozed(incident_id, Rest(lasting=lasting, reason=reason), where)
    title, until, _, _ = _fields(asleep)
    print_line(f"snoozed until {until:%Y-%m-%d %H:%M} UTC: {title}")
    say(f"to undo: nightlatch snooze {incident_id} --end{where.options}")
    return ExitCode.CLEAN


def end(incident_id: str, reason: str, where: Where) -> ExitCode:
    """Wake an incident now.

    Raises:
        NotFound: No stage, stack or incident of that name.
        Refused: You are no approver, or you acted in it.
        Unavailable: AWS could not be asked.
    """
    awake = _snoozed(incident_id, Rest(lasting=timedelta(), reason=reason), where)
    print_line(f"awake: {awake.lead.title}")
    return ExitCode.CLEAN


def show(where: Where, output: Form) -> ExitCode:
    """Write what sleeps now, what wakes first at the top.

    Raises:
        NotFound: No stage or stack of that name.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    ports, now = choosing(connection).snoozing, connection.now()
    known = (ports.incidents.get(one) for one in dict.fromkeys(ports.sleepers.asleep(now)))
    sleeping = [one for one in known if one.is_asleep(now)]
    documents = [_document(one) for one in sleeping]
    write(documents, output, lambda: _table(sleeping) if sleeping else "no incident is snoozed")
    return ExitCode.CLEAN


def print_line(text: str) -> None:
    """Write one line of the result."""
    sys.stdout.write(f"{plain(text)}\n")


def _snoozed(incident_id: str, rest: Rest, where: Where) -> Incident:
    connection = connect(where)
    caller = connection.caller()
    approver = approver_of(caller, connection.policy())
    how = known_by(caller)
    ports = choosing(connection).snoozing
    return put_to_sleep(incident_id, rest, approver=approver, how=how, ports=ports, now=connection.now())


def _fields(one: Incident) -> tuple[str, datetime | None, str, str]:
    asleep, title = one.snooze, one.lead.title
    return (title, asleep.until, asleep.by, asleep.reason) if asleep is not None else (title, None, "", "")


def _document(one: Incident) -> dict[str, object]:
    title, until, by, reason = _fields(one)
    return {
        "incident": one.id,
        "severity": one.severity,
        "title": title,
        "until": f"{until:%Y-%m-%dT%H:%M:%SZ}" if until else None,
        "by": by,
        "reason": reason,
    }


def _table(some: Sequence[Incident]) -> Drawn:
    table = Drawn(box=None, pad_edge=False)
    for name in ("INCIDENT", "SEVERITY", "UNTIL (UTC)", "BY", "WHY", "WHAT"):
        table.add_column(name, no_wrap=name in {"INCIDENT", "SEVERITY"})
    for one in some:
        title, until, by, reason = _fields(one)
        when = f"{until:%Y-%m-%d %H:%M}" if until else ""
        table.add_row(*(cell(text) for text in (one.id, one.severity, when, by, reason, title)))
    return table
