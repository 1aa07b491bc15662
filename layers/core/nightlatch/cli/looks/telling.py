"""Runs the verb `timeline`: from log files, or from what a nightlatch remembers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from rich.table import Table

from nightlatch.adapters.records.log_files import read_records
from nightlatch.cli.looks.reading import files_below, shown
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, progress, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.event.events import NATIVE_SECRETS_MANAGER, SECRETS_MANAGER, SecretEvent
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.reach.where import Where, connect
from nightlatch.service.intake import take_in
from nightlatch.service.timeline import Line, story_of_events, story_of_sightings

REMEMBERED = timedelta(days=90)
_SOURCES = frozenset({SECRETS_MANAGER, NATIVE_SECRETS_MANAGER})


def timeline(secret: str, paths: tuple[Path, ...], where: Where, output: Form) -> ExitCode:
    """Tell a secret's story from log files, or from what a nightlatch remembers.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Unavailable: AWS could not be asked.
    """
    if not paths:
        connection = connect(where)
        asked = connection.secret(secret)
        now = connection.now()
        seen = [s for key in asked.keys for s in connection.trails.between(f"secret:{key}", now - REMEMBERED, now)]
        _write_story(story_of_sightings(asked, seen, connection.own_calls.behind(seen)), output)
        say("changes and deletions of the last 90 days; reads are in the log files: nightlatch timeline SECRET PATH")
        return ExitCode.CLEAN
    begun = count()
    with progress(files_below(*paths)) as show:
        items = read_records(paths, wanted=_is_wanted, begun=shown(show, "reading", begun))
        events, tally = take_in(items)
    lines = {line for place in _places(events) for line in story_of_events(_in(secret, place), events)}
    _write_story(tuple(sorted(lines, key=lambda line: (line.at, line.event_id))), output)
    say(f"files={tally.files} records={tally.records} malformed={tally.malformed_count} lines={len(lines)}")
    return ExitCode.PARTIAL if tally.is_partial else ExitCode.CLEAN


def _is_wanted(source: object, _name: object) -> bool:
    return source in _SOURCES


def _places(events: list[SecretEvent]) -> set[tuple[str, str]]:
    """Give every account and Region that the logs show: a name alone does not say which."""
    return {(secret.account_id, secret.region) for event in events for secret in event.secrets}


def _in(secret: str, place: tuple[str, str]) -> SecretRef:
    account_id, region = place
    return secret_ref(secret, account_id=account_id, region=region)


def _write_story(lines: tuple[Line, ...], output: Form) -> None:
    fields = [
        {"at": _time(line.at), "who": line.who, "what": line.what, "result": line.result, "note": line.note,
         "event_id": line.event_id}
        for line in lines
    ]  # fmt: skip
    write(fields, output, lambda: _table(lines) if lines else "nothing is known of this secret")


def _table(lines: tuple[Line, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("WHEN (UTC)", "WHO", "WHAT", "RESULT", "NOTE"):
        table.add_column(name)
    for line in lines:
        style = "" if line.result == "done" else "yellow"
        table.add_row(_time(line.at), cell(line.who), cell(line.what), cell(line.result, style), cell(line.note))
    return table


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
