"""Runs `nightlatch replay`: counts first, asks, then moves dead letters back to the lanes that they fell from."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from rich.table import Table

from nightlatch.adapters.dead_letters import DeadLetters, Lane
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, confirmed, progress, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.errors import NotFound
from nightlatch.reach.where import Where, connect

EVERY_LANE = "all"


def replay(wanted: frozenset[str], where: Where, output: Form, *, dry_run: bool, yes: bool) -> ExitCode:
    """Write the counts, and move what was named when the person says yes.

    Args:
        wanted: Names of lanes, or `all`.
        where: Which nightlatch.
        output: How to write the counts.
        dry_run: Count alone.
        yes: Without asking.

    Raises:
        NotFound: No stage or stack of that name.
        Refused: A permission is missing, or nobody is there to ask.
        Unavailable: AWS could not be asked; what went until then is gone from the letters.
    """
    connection = connect(where)
    letters = DeadLetters(connection.client("sqs"), connection.client("cloudformation"), connection.settings.stack)
    lanes = letters.lanes()
    if not lanes:
        raise NotFound("this stack has no dead-letter queues; is it a nightlatch? name another with --stack")
    fields = [{"lane": one.name, "letters": one.waiting, "looked_at_now": one.hidden} for one in lanes]
    write(fields, output, lambda: _table(lanes))
    chosen = [one for one in lanes if one.waiting and wanted & {EVERY_LANE, one.name}]
    if not wanted and any(one.waiting for one in lanes):
        say(f"to move them back once their cause is mended: nightlatch replay{where.options} --dlq LANE")
    if dry_run or not chosen:
        return ExitCode.CLEAN
    say("what cannot be judged comes back as a letter; orders that are too old become offers")
    if not yes and not confirmed(f"Move {_count(sum(one.waiting for one in chosen))} back?"):
        say("nothing was changed")
        return ExitCode.CLEAN
    for lane in chosen:
        typer.echo(f"{lane.name}: {_count(_moved(letters, lane))} moved back")
    return ExitCode.CLEAN


def _moved(letters: DeadLetters, lane: Lane) -> int:
    moved = 0
    with progress(lane.waiting) as doing:
        for moved in letters.move(lane):
            doing(f"moving letters of {lane.name}", done=moved)
    return moved


def _count(letters: int) -> str:
    return f"{letters} letter{'' if letters == 1 else 's'}"


def _table(lanes: Sequence[Lane]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("LANE", "LETTERS", "LOOKED AT NOW"):
        table.add_column(name)
    for one in lanes:
        table.add_row(cell(one.name), cell(str(one.waiting)), cell(str(one.hidden)))
    return table
