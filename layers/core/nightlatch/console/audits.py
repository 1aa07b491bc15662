"""The last audit: its score by practice, what to do next, the worst that stands, and what was found of one secret."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from flask import Flask, render_template, request

from nightlatch.adapters.books.book_dynamodb import DynamoBook
from nightlatch.checks import PRACTICES
from nightlatch.console.desk import Desk
from nightlatch.domain.posture.reports import Kept, scores
from nightlatch.domain.posture.tallies import tallied

MOST_OF_ONE = 100  # findings about one secret


class AuditPages:
    """The page of the last audit that was finished."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: Flask) -> None:
        """Add the page."""
        app.add_url_rule("/audit", "audit", self.audit)

    def audit(self) -> str:
        """Show the audit, or what it found of one secret or function.

        Raises:
            Unavailable: The table could not be asked.
        """
        book = DynamoBook(self._desk.connection.state)
        run, named = book.last(), request.args.get("of", "").strip()
        if run is None:
            return render_template("audit.html", run=None, named=named)
        if named:
            return render_template("audit.html", run=run, named=named, found=_about(named, book))
        return render_template(
            "audit.html",
            run=run,
            named="",
            scores=scores(run.counts, PRACTICES),
            tally=tallied(book.findings(), most=20),
        )


def _about(named: str, book: DynamoBook) -> Sequence[Kept]:
    about = (one for one in book.findings() if named in {one.finding.name, one.finding.subject})
    return sorted(islice(about, MOST_OF_ONE), key=lambda one: (not one.standing.is_there, -one.finding.severity.rank))
