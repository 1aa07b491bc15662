"""Runs `nightlatch canary`: shows the plan of a decoy, asks, and does it; lists decoys, and tries them."""

from __future__ import annotations

import secrets as entropy
import time
from datetime import datetime

import typer

from nightlatch.adapters.notices import DynamoNotices
from nightlatch.adapters.table import Table
from nightlatch.cli.acts.acting import Asked
from nightlatch.cli.looks.decoy_pages import (
    fields_of,
    firing_lines,
    planting_lines,
    price,
    removal_lines,
    table_of,
    write_plan,
)
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import confirmed, plain, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.account.decoy_names import suggested
from nightlatch.domain.account.decoys import Decoy
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.event.principals import Principal
from nightlatch.reach.canaries import canaries
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect
from nightlatch.service import canary
from nightlatch.service.canary import PlantWish

PATIENCE_S = 300  # CloudTrail promises no time; usually it is well under a minute
_LOOK_EVERY_S, _OTHERS_S = 1.0, 3.0
_NEWEST = 50  # incidents that are looked through for ours


def suggest(where: Where) -> ExitCode:
    """Suggest names after those of the secrets that there are.

    Raises:
        NotFound: No stage or stack of that name.
        Refused: A permission is missing.
        Unavailable: AWS could not be asked.
    """
    neighbours = canaries(connect(where)).neighbours.some()
    for name in suggested((one.name for one in neighbours), entropy.randbelow(1 << 32)):
        typer.echo(plain(name))
    say(f"to plant one: nightlatch canary plant NAME --memo TEXT --like NEIGHBOUR{where.options}")
    return ExitCode.CLEAN


def plant(wish: PlantWish, asked: Asked, where: Where) -> ExitCode:
    """Plant a decoy when the person says yes.

    Raises:
        NotFound: No stage or stack of that name, or no secret to look like.
        Refused: You are no approver, or name or memo cannot be.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    ports, by = canaries(connection), connection.caller()
    planned = canary.plan_planting(wish, by=by, policy=connection.policy(), ports=ports, now=connection.now())
    write_plan(planting_lines(planned, registry=connection.settings.response_table, place=where.options))
    if not _is_wanted(asked):
        return ExitCode.CLEAN
    planted = canary.plant(planned, by=by, ports=ports, now=connection.now())
    typer.echo(plain(f"planted: {planted.name} ({planted.arn}); whoever touches it is told from within a minute on"))
    say(f"to try it: nightlatch canary fire {planted.name}{where.options}")
    return ExitCode.CLEAN


def remove(name: str, asked: Asked, where: Where) -> ExitCode:
    """Take a decoy away when the person says yes.

    Raises:
        NotFound: No stage or stack of that name, or no such decoy.
        Refused: You are no approver, or AWS refused it.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    ports, by, policy = canaries(connection), connection.caller(), connection.policy()
    decoy = canary.find(name, by=by, ports=ports, now=connection.now())
    days = canary.window_of(decoy, policy)
    write_plan(removal_lines(decoy, days, registry=connection.settings.response_table, place=where.options))
    if not _is_wanted(asked):
        return ExitCode.CLEAN
    gone = canary.remove(decoy, by=by, policy=policy, ports=ports, now=connection.now())
    typer.echo(plain(f"leaving: {gone.name}; AWS deletes it after {gone.leaves_at:%Y-%m-%d %H:%M} UTC"))
    return ExitCode.CLEAN


def fire(name: str, asked: Asked, where: Where) -> ExitCode:
    """Touch a decoy when the person says yes, and wait for the alert.

    Raises:
        NotFound: No stage or stack of that name, or no such decoy.
        Refused: You are no approver, or AWS refused the touch.
        Unavailable: AWS could not be asked, or no alert came.
    """
    connection = connect(where)
    ports, by, policy = canaries(connection), connection.caller(), connection.policy()
    decoy = canary.find(name, by=by, ports=ports, now=connection.now())
    write_plan(firing_lines(decoy, registry=connection.settings.response_table))
    if not _is_wanted(asked):
        return ExitCode.CLEAN
    began, since = time.monotonic(), connection.now()
    fired = canary.fire(decoy, by=by, policy=policy, ports=ports, now=since)
    say(f"touched {fired.name}; waiting for the alert, {PATIENCE_S} s at most")
    incident = _awaited(fired, by, since, connection, began + PATIENCE_S)
    typer.echo(plain(f"alert after {time.monotonic() - began:.0f} s: {incident.lead.title} ({incident.id})"))
    shown = _shown(incident, connection, began + PATIENCE_S)
    if not shown:
        raise Unavailable(f"no channel has shown incident {incident.id} yet; look at the notifier's dead letters")
    typer.echo(plain(f"shown on: {', '.join(shown)}, after {time.monotonic() - began:.0f} s"))
    return ExitCode.CLEAN


def show(where: Where, output: Form) -> ExitCode:
    """Write the decoys that there are.

    Raises:
        NotFound: No stage or stack of that name.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    now = connection.now()
    stand = [one for one in canaries(connection).registry.all().decoys if one.stands(now)]
    found = sorted(stand, key=lambda one: one.name)
    write([fields_of(one) for one in found], output, lambda: table_of(found) if found else "no decoy is planted")
    say(f"decoys={len(found)}, {price(len(found))}")
    return ExitCode.CLEAN


def _is_wanted(asked: Asked) -> bool:
    if asked.dry_run:
        return False
    if asked.yes or confirmed("Do it?"):
        return True
    say("nothing was changed")
    return False


def _awaited(decoy: Decoy, by: Principal, since: datetime, connection: Connection, until: float) -> Incident:
    """Give the incident of a test that was just made.

    Raises:
        Unavailable: There is none in time, or the table could not be asked.
    """
    earliest = since.replace(microsecond=0)  # CloudTrail cuts times to the second
    while time.monotonic() < until:
        for incident in connection.incident_list.newest(_NEWEST):
            tests = (one for one in incident.findings if one.subject == decoy.tested)
            if any(one.principal.arn == by.arn and one.last_seen >= earliest for one in tests):
                return incident
        time.sleep(_LOOK_EVERY_S)
    raise Unavailable(
        f"no alert came within {PATIENCE_S} s; is the trail logging, and the reads rule on? aws cloudtrail"
        " get-trail-status tells, and so do the detector's dead letters"
    )


def _shown(incident: Incident, connection: Connection, until: float) -> tuple[str, ...]:
    """Give the channels that have shown it, once one has and the others had a moment, too."""
    table = Table(connection.client("dynamodb"), connection.settings.incident_table)
    notices = DynamoNotices(table, now=connection.now)
    while time.monotonic() < until:
        if notices.shown_on(incident.id):
            time.sleep(_OTHERS_S)
            break
        time.sleep(_LOOK_EVERY_S)
    return notices.shown_on(incident.id)
