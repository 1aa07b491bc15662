"""Goes through secrets, functions and the account, judges each posture and keeps what was found, page by page.

Whoever stops, or is killed, loses one page at most: the book says how far the audit has come, and the next invocation
goes on from there. All of an audit is judged by the moment at which it began, so that a page that is looked at again
gives the same findings. What could not be looked at is a finding, and the rest goes on.

Source: ruling 23 (resumable over several invocations).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from nightlatch.domain.errors import WorldMoved
from nightlatch.domain.posture.news import percent
from nightlatch.domain.posture.reports import Run, Stage
from nightlatch.service.audit_pages import Look, Page, Yardstick
from nightlatch.service.audit_ports import AuditPorts, Book


class Progress(StrEnum):
    """How far one invocation came."""

    FRESH = "fresh"  # nothing to do yet, or somebody else does it
    STOPPED = "stopped"  # time was over; the next invocation goes on
    RESTARTS = "restarts"  # AWS no longer knows the place in its list, twice; the next invocation begins anew
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Audit:
    """What one invocation came to."""

    progress: Progress
    run: Run | None = None


def _unheard(_run: Run) -> None:
    """Hear nothing of how far it has come."""


def audit(  # noqa: PLR0913 - who asks, by what, from when until when
    ports: AuditPorts,
    *,
    by: Yardstick,
    now: Callable[[], datetime],
    until: datetime,
    at_once: bool = False,
    heard: Callable[[Run], None] = _unheard,
) -> Audit:
    """Go on with the audit that stopped, or begin one that is due, until it is finished or the time is over.

    Args:
        ports: The account and the book.
        by: The checks, and what the operator chose.
        now: The clock.
        until: When to stop; a page that has begun is brought to its end.
        at_once: Begin one though none is due.
        heard: Is told after each page how far the audit is.

    Raises:
        Unavailable: AWS or the book could not be asked; what was kept stays, and the next invocation goes on.
    """
    if now() >= until:
        return Audit(Progress.STOPPED)  # and nobody is kept from going on
    account_id, region = ports.premises.account_id, ports.premises.region
    run = ports.book.begin(now(), account_id=account_id, region=region, at_once=at_once)
    if run is None:
        return Audit(Progress.FRESH)
    look = Look(ports, by, run)
    has_restarted = False
    while run.stage is not Stage.DONE:
        if now() >= until:
            return Audit(Progress.STOPPED, run)
        try:
            page = look.at(run)
        except WorldMoved:
            page = Page(run.anew(now()))
            ports.book.keep(page.run, (), ())
            if has_restarted:
                return Audit(Progress.RESTARTS, page.run)
            has_restarted = True
        else:
            ports.book.keep(page.run, page.findings, page.doubtful, page.spared)
        run = page.run
        heard(run)
    return Audit(Progress.FINISHED, _finished(run, ports.book, now()))


def _finished(run: Run, book: Book, at: datetime) -> Run:
    before = book.last()
    done = replace(run, finished_at=at, score_before=None if before is None else percent(before.counts))
    book.finish(done)
    return done
