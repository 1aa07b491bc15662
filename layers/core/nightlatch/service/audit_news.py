"""Spreads what an audit found: people hear once of what is new and grave, Security Hub gets all of it.

Both go on where they stopped, for the audit is over and nobody would look at it again: each invocation of the auditor
asks whether the last audit has been told and exported whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Protocol

from nightlatch.domain.answering.audit_message import audit_message, export_message
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.posture.news import News, news_of
from nightlatch.domain.posture.reports import Kept, Run
from nightlatch.service.audit_ports import Book
from nightlatch.service.ports import Dispatch, Notice
from nightlatch.service.summary_ports import AUDIT

AT_ONCE = 100  # findings
REFUSED_NAMED = 10  # findings that the hub did not take


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far an audit has been told."""

    is_told: bool = False
    exported: int = 0  # findings
    is_exported: bool = False
    refused: tuple[str, ...] = ()  # of the exported, which the hub did not take and why; the first of them
    refused_count: int = 0

    def with_exported(self, count: int, refused: Sequence[str]) -> Spread:
        """Come some findings further."""
        return replace(
            self,
            exported=self.exported + count,
            refused=(*self.refused, *refused)[:REFUSED_NAMED],
            refused_count=self.refused_count + len(refused),
        )


class AuditNotes(Protocol):
    """What has been told of which audit. All may raise Unavailable."""

    def spread(self, run_id: str) -> Spread:
        """Say how far an audit has been told; not at all, where nothing is known."""

    def note(self, run_id: str, spread: Spread) -> None:
        """Note how far it has been told."""

    def keep(self, run_id: str, message: Summary) -> None:
        """Keep the message for whoever tells it."""

    def message(self, run_id: str) -> Summary | None:
        """Give the message about an audit."""


class FindingsHub(Protocol):
    """A place that holds findings of audits beside those of others."""

    def take(self, kept: Sequence[Kept], at: datetime) -> Sequence[str]:
        """Bring findings up to date, and resolve those that are fixed; the same again changes nothing.

        Gives a line for each that the place does not take as it is; it keeps no other from being taken.

        Args:
            kept: At most `AT_ONCE`.
            at: When the audit ended.

        Raises:
            Unavailable: They could not be taken now; the same may be later.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsPorts:
    """What spreading an audit needs."""

    book: Book
    notes: AuditNotes
    dispatch: Dispatch
    hub: FindingsHub | None = None


def spread_news(ports: NewsPorts, *, now: Callable[[], datetime], until: datetime) -> News | None:
    """Tell the last audit where that has not been done; give its news the first time.

    Raises:
        Unavailable: Somebody could not be told; what was done stays, and the next invocation goes on.
    """
    run = ports.book.last()
    if run is None:
        return None
    spread = ports.notes.spread(run.id)
    news = None
    if not spread.is_told:
        news = news_of(run, ports.book.findings())
        _tell(run, news, ports)
        spread = replace(spread, is_told=True)
        ports.notes.note(run.id, spread)
    if ports.hub is not None and not spread.is_exported:
        _export(run, spread, ports.hub, ports, now, until)
    return news


def _tell(run: Run, news: News, ports: NewsPorts) -> None:
    message = audit_message(news)
    if message is not None:
        ports.notes.keep(run.id, message)
        ports.dispatch.alert(Notice(AUDIT, run.id))


def _export(  # noqa: PLR0913, PLR0917 - what goes where, from where on, until when
    run: Run, spread: Spread, hub: FindingsHub, ports: NewsPorts, now: Callable[[], datetime], until: datetime
) -> None:
    findings = islice(ports.book.findings(), spread.exported, None)
    for some in _some(findings):
        if now() >= until:
            return
        spread = spread.with_exported(len(some), hub.take(some, run.finished_at or run.begun_at))
        ports.notes.note(run.id, spread)
    if spread.refused:
        _tell_refused(run, spread, ports)
    ports.notes.note(run.id, replace(spread, is_exported=True))


def _tell_refused(run: Run, spread: Spread, ports: NewsPorts) -> None:
    mark = f"{run.id}-export"
    message = export_message(mark, spread.refused, spread.refused_count, spread.exported)
    ports.notes.keep(mark, message)
    ports.dispatch.alert(Notice(AUDIT, mark))


def _some(findings: Iterator[Kept]) -> Iterator[Sequence[Kept]]:
    while some := tuple(islice(findings, AT_ONCE)):
        yield some
