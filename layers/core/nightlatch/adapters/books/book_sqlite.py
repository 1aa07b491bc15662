"""The book of audits in a file: for the command line, and in memory for tests.

    heads    the audit that is under way, and the last that was finished
    found    what the audit under way found so far, page by page; without a finding: an id that could not be judged
             (doubtful), or about which nobody asks (spared)
    kept     what the last finished audit found, and what was over with it

A page is written with the head in one transaction. Comparing is done by the database, so that memory stays flat however
many findings there are. A turn is written into the head by whoever begins; who finds another's turn there has been
overtaken, and keeps nothing more.

Source: Python library reference, sqlite3; SQLite documentation, WAL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from nightlatch.adapters.books.stored_runs import lines_of, read_run
from nightlatch.adapters.codec import encode
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.comparing import GIVEN_UP_AFTER, HOUR, begun_after, is_due, not_found
from nightlatch.domain.posture.findings import PostureFinding
from nightlatch.domain.posture.reports import Kept, Run, Standing

IN_MEMORY = ":memory:"
_VERSION = 2  # of the tables; a book of another version is begun anew
_TABLES = """
CREATE TABLE heads (name TEXT PRIMARY KEY, run TEXT NOT NULL, turn TEXT NOT NULL, kept_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE found (page INTEGER, id TEXT, what TEXT, seen_at TEXT, severity TEXT, finding TEXT, PRIMARY KEY (id, page))
    WITHOUT ROWID;
CREATE TABLE kept (id TEXT PRIMARY KEY, standing TEXT, first_seen TEXT, severity TEXT, was TEXT, finding TEXT)
    WITHOUT ROWID;
"""
_COMPARED = """
CREATE TEMP TABLE compared AS
SELECT found.id AS id,
       CASE WHEN before.id IS NULL THEN 'new' ELSE 'open' END AS standing,
       coalesce(before.first_seen, found.seen_at) AS first_seen,
       found.severity AS severity,
       CASE WHEN is_graver(found.severity, before.severity) THEN before.severity END AS was,
       found.finding AS finding,
       min(found.page) AS page
FROM found LEFT JOIN kept AS before ON before.id = found.id AND before.standing IN ('new', 'open')
WHERE found.what = 'found' GROUP BY found.id;
INSERT INTO compared
SELECT id,
       becomes(finding, EXISTS (SELECT 1 FROM found WHERE found.id = before.id AND found.what = 'doubtful'),
               EXISTS (SELECT 1 FROM found WHERE found.id = before.id AND found.what = 'spared')),
       first_seen, severity, NULL, finding, 0
FROM kept AS before
WHERE standing IN ('new', 'open') AND NOT EXISTS (SELECT 1 FROM compared WHERE compared.id = before.id);
DELETE FROM kept;
INSERT INTO kept SELECT id, standing, first_seen, severity, was, finding FROM compared;
DROP TABLE compared;
DELETE FROM found;
"""


class SqliteBook:
    """The port `Book` in a file; for one thread.

    Args:
        place: The file, whose folder is there; or `IN_MEMORY`.
        hour: At which the daily audit begins, UTC; None where none comes by itself.
    """

    def __init__(self, place: Path | str, *, hour: int | None = HOUR) -> None:
        self._place = place
        self._hour = hour
        self._turn = ""
        with self._asking():
            self._sql = sqlite3.connect(place, isolation_level=None, timeout=5.0)
            self._sql.execute("PRAGMA journal_mode = WAL")
            self._prepare()

    def begin(self, now: datetime, *, account_id: str, region: str, at_once: bool) -> Run | None:
        """Go on with the audit that stopped, or begin one."""
        with self._writing():
            under_way, turn, kept_at = self._head("under way")
            if under_way is None or now - kept_at >= GIVEN_UP_AFTER:
                last = self._head("last")[0]
                if not at_once and not is_due(last, now, hour=self._hour):
                    return None
                under_way, turn = begun_after(last, now, account_id=account_id, region=region), ""
                self._sql.execute("DELETE FROM found")
            self._turn = f"{under_way.id}/{int(turn.rpartition('/')[2] or 0) + 1}"
            self._put_head("under way", under_way, now)
            return under_way

    def keep(
        self, run: Run, findings: Sequence[PostureFinding], doubtful: Sequence[str], spared: Sequence[str] = ()
    ) -> None:
        """Keep a page, and with it how far the run is: both, or neither."""
        with self._writing():
            kept_at = self._still_mine()
            self._sql.execute("DELETE FROM found WHERE page >= ?", (run.pages,))  # page 0: an audit that begins anew
            page = run.pages
            rows = ((page, one.id, "found", one.seen_at.isoformat(), one.severity, encode(one)) for one in findings)
            doubts = ((page, one, "doubtful", None, None, None) for one in doubtful)
            others = ((page, one, "spared", None, None, None) for one in spared)
            for some in (others, doubts, rows):
                self._sql.executemany("INSERT OR REPLACE INTO found VALUES (?, ?, ?, ?, ?, ?)", some)
            self._put_head("under way", run, kept_at)

    def finish(self, run: Run) -> None:
        """Compare with the audit before, and put this one in its place."""
        with self._writing():
            kept_at = self._still_mine()
            self._sql.create_function("becomes", 3, _becomes(run))
            self._sql.create_function("is_graver", 2, _is_graver)
            for statement in filter(str.strip, _COMPARED.split(";")):
                self._sql.execute(statement)
            self._put_head("last", run, kept_at)
            self._sql.execute("DELETE FROM heads WHERE name = 'under way'")

    def last(self) -> Run | None:
        """Give the last audit that was finished."""
        with self._asking():
            return self._head("last")[0]

    def findings(self) -> Iterator[Kept]:
        """Give what the last finished audit found and what was over with it, by id."""
        with self._asking():
            rows = self._sql.execute("SELECT finding, standing, first_seen, was FROM kept ORDER BY id")
            for finding, standing, first_seen, was in rows:
                at, before = datetime.fromisoformat(first_seen), None if was is None else Severity(was)
                for one in lines_of(PostureFinding, finding):
                    yield Kept(finding=one, standing=Standing(standing), first_seen=at, was=before)

    def close(self) -> None:
        """Close the file."""
        self._sql.close()

    def _prepare(self) -> None:
        if self._sql.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
            return
        with self._writing():
            for name in ("heads", "found", "kept"):
                self._sql.execute(f"DROP TABLE IF EXISTS {name}")
            for statement in filter(str.strip, _TABLES.split(";")):
                self._sql.execute(statement)
            self._sql.execute(f"PRAGMA user_version = {_VERSION}")

    def _head(self, name: str) -> tuple[Run | None, str, datetime]:
        row = self._sql.execute("SELECT run, turn, kept_at FROM heads WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None, "", datetime.min.replace(tzinfo=UTC)
        return read_run(row[0]), str(row[1]), datetime.fromisoformat(row[2])

    def _put_head(self, name: str, run: Run, kept_at: datetime) -> None:
        row = (name, encode(run), self._turn, kept_at.isoformat())
        self._sql.execute("INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?)", row)

    def _still_mine(self) -> datetime:
        _, turn, kept_at = self._head("under way")
        if turn != self._turn:
            raise Unavailable("somebody else goes on with this audit; nothing is lost")
        return kept_at

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write all of a block or nothing."""
        with self._asking(), self._sql:  # which commits, or takes all back, whatever ends the block
            self._sql.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            why = f"the book of audits {self._place} cannot be used ({error}); remove it to begin anew"
            raise Unavailable(why) from error


def _is_graver(now: str, before: str | None) -> bool:
    return before is not None and Severity(before).rank < Severity(now).rank


def _becomes(run: Run) -> Callable[[str, int, int], str]:
    def becomes(finding: str, is_doubtful: int, is_spared: int) -> str:
        for one in lines_of(PostureFinding, finding):
            before = Kept(finding=one, standing=Standing.OPEN, first_seen=one.seen_at)
            after = not_found(before, run, is_doubtful=bool(is_doubtful), is_spared=bool(is_spared))
            if after is not None:
                return after.standing.value
        return Standing.SPARED.value  # of another version of nightlatch, which nobody can read any more

    return becomes
