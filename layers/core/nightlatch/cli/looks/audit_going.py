"""Goes through an account for the command line, where it can be stopped and gone on with, and says what was missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from nightlatch.adapters.counting.counted_files import CountedFiles
from nightlatch.adapters.counting.uses import CountedUses
from nightlatch.cli.looks.reading import files_below, list_unread, numbers, shown
from nightlatch.cli.report.report import Report
from nightlatch.cli.report.words import blank_line, minute, number
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import Show, complain, progress, say
from nightlatch.domain.errors import Refused
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.reports import Run, Stage, Standing
from nightlatch.reach.bare import Reached
from nightlatch.service.audit import Progress, audit
from nightlatch.service.audit_pages import Yardstick
from nightlatch.service.audit_ports import AuditPorts

_NEVER = datetime.max.replace(tzinfo=UTC)
_RESTARTS = 3
_TOLD = 20  # questions that are named at the end


class _Heard:
    """Shows how far an audit is, and remembers it."""

    def __init__(self, run: Run | None) -> None:
        self.run = run
        self.show: Show | None = None

    def __call__(self, run: Run) -> None:
        self.run = run
        if self.show is not None:
            self.show(_doing(run), done=run.secrets)


def go_through(ports: AuditPorts, by: Yardstick, now: Callable[[], datetime], *, is_fresh: bool, again: str) -> None:
    """Go through the account until the audit is finished; Ctrl-C leaves what is kept.

    Args:
        ports: The account and the book.
        by: What it is judged by.
        now: The clock.
        is_fresh: Begin anew where an audit was stopped.
        again: What stands behind `nightlatch audit` to go on with it.

    Raises:
        Refused: AWS forgets its place in the list again and again.
        Unavailable: AWS or the book could not be asked.
    """
    heard = _Heard(_begun(ports, now, is_fresh=is_fresh))
    last = ports.book.last()
    try:
        with progress(last.secrets if last is not None and last.secrets else None) as heard.show:
            heard.show("looking at secrets")
            for _ in range(_RESTARTS):
                done = audit(ports, by=by, now=now, until=_NEVER, at_once=True, heard=heard)
                if done.progress is not Progress.RESTARTS:
                    return
    except KeyboardInterrupt:
        far = number(heard.run.secrets if heard.run is not None else 0, "secret")
        complain(f"stopped after {far}; what was found is kept, and this goes on from there: nightlatch audit{again}")
        raise
    raise Refused("AWS forgets its place in the list again and again; try again later")


def _begun(ports: AuditPorts, now: Callable[[], datetime], *, is_fresh: bool) -> Run | None:
    """Find the audit that was stopped, and say so, or put a new one in its place."""
    premises = ports.premises
    begun = ports.book.begin(now(), account_id=premises.account_id, region=premises.region, at_once=True)
    if begun is None or not begun.pages:
        return begun
    if is_fresh:
        anew = begun.anew(now())
        ports.book.keep(anew, (), ())
        return anew
    far = number(begun.secrets, "secret")
    say(f"going on with the audit of {minute(begun.begun_at)}, stopped after {far}; --fresh begins anew")
    return begun


def _doing(run: Run) -> str:
    match run.stage:
        case Stage.SECRETS:
            return f"looking at secrets: {run.secrets:,}, {run.calls:,} calls"
        case Stage.FUNCTIONS:
            return f"looking at functions: {run.functions:,}, {run.calls:,} calls"
        case _:
            return f"looking at the account, {run.calls:,} calls"


def counted_in(paths: tuple[Path, ...]) -> tuple[CountedUses, bool]:
    """Count use in log files, and list those that could not be read; tell whether all of them were."""
    begun = count()
    with progress(files_below(*paths)) as show:
        files = CountedFiles(paths, begun=shown(show, "counting", begun))
    list_unread(files.tally)
    say(numbers(files.tally))
    return CountedUses(files), not files.tally.is_partial


def tell(report: Report, reached: Reached, out: Path | None) -> None:
    """Name what could not be looked at, say what was not judged for want of a nightlatch, and give the numbers."""
    missing = report.tally.missing
    for blank in missing[:_TOLD]:
        complain(blank_line(blank))
    if len(missing) > _TOLD:
        complain(f"and {len(missing) - _TOLD} questions more: the report names them")
    if reached.doubt:
        say(reached.doubt)
    elif not reached.is_deployed:
        say("no nightlatch is deployed here: use, protection and its own state were not judged")
    if out is not None:
        say(f"written to {out}")
    run, tally = report.run, report.tally
    new, fixed = tally.of(Standing.NEW), tally.of(Standing.FIXED)
    say(
        f"secrets={run.secrets} functions={run.functions} calls={run.calls} findings={tally.total} new={new} "
        f"fixed={fixed} muted={tally.muted} not_seen={sum(blank.count for blank in missing)}"
    )


def ended(report: Report, fail_on: Severity | None, *, is_read: bool = True) -> ExitCode:
    """Findings outrank what could not be looked at (ruling 7)."""
    if fail_on is not None and report.tally.at_or_above(fail_on):
        return ExitCode.FINDINGS
    return ExitCode.PARTIAL if report.tally.missing or not is_read else ExitCode.CLEAN
