"""The book of audits in DynamoDB, for the auditor: whole pages, and two items that say which of them count.

    pk             sk                    holds                                              kept
    audit          under way             how far an audit has come, and whose turn it is    7 days
    audit          last                  the last that was finished                         90 days
    audit#<run>    page#<page>#<part>    what a page found, could not judge or did not ask  7 days
    audit#<run>    kept#<part>           what the audit found and found fixed               90 days

Whoever audits holds the audit for some minutes, and each of its writes that counts is made on the condition that its
turn still stands. A page that is written again is the same page, and so is a comparison that was cut off: until `last`
names it, nothing of it counts. Of the audit before only ids, moments and severities are held in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.books.stored_runs import lines_of, parts, read_run
from nightlatch.adapters.codec import encode
from nightlatch.adapters.packing import packed, unpacked
from nightlatch.adapters.stored_items import FIRST, LAST, seconds
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.posture.comparing import (
    GIVEN_UP_AFTER,
    HELD_FOR,
    HOUR,
    Before,
    begun_after,
    found_now,
    is_due,
    not_found,
)
from nightlatch.domain.posture.findings import PostureFinding
from nightlatch.domain.posture.reports import Kept, Run

PARTITION, UNDER_WAY, LAST_ONE = "audit", "under way", "last"
PAGES_KEPT, RESULTS_KEPT = timedelta(days=7), timedelta(days=90)
_PAGE, _KEPT = "page#", "kept#"


class DynamoBook:
    """The port `Book` in the state table; one audit at a time, so one object for one thread.

    Args:
        table: The state table.
        hour: At which the daily audit begins, UTC; None where none comes by itself.
    """

    def __init__(self, table: Table, *, hour: int | None = HOUR) -> None:
        self._table = table
        self._hour = hour
        self._turn = ""
        self._held: Item = {}

    def begin(self, now: datetime, *, account_id: str, region: str, at_once: bool) -> Run | None:
        """Go on with the audit that stopped, or begin one."""
        found = self._table.get(PARTITION, UNDER_WAY) or {}
        if int(found.get("held_until", 0)) > seconds(now):
            return None
        last = self.last()
        run = _run_of(found)
        turn = str(found.get("turn", ""))
        is_over = run is not None and last is not None and run.id == last.id  # it ended before this was cleaned up
        if run is None or is_over or seconds(now) - int(found["taken_up"]) >= GIVEN_UP_AFTER.total_seconds():
            if not at_once and not is_due(last, now, hour=self._hour):
                return None
            run = begun_after(last, now, account_id=account_id, region=region)
        self._turn = f"{run.id}/{int(turn.rpartition('/')[2] or 0) + 1}"
        self._held = {"taken_up": seconds(now), "held_until": seconds(now + HELD_FOR)}
        return run if self._put_head(run, turn) else None

    def keep(
        self, run: Run, findings: Sequence[PostureFinding], doubtful: Sequence[str], spared: Sequence[str] = ()
    ) -> None:
        """Keep a page, then how far the run is: a crash between leaves a page that is written again."""
        texts = list(parts(findings)) or [""]
        for number, text in enumerate(texts if run.pages else ()):
            item: Item = {
                "pk": _pages_of(run),
                "sk": f"{_PAGE}{run.pages:06d}#{number:03d}",
                "found": packed(text),
                "doubtful": packed("\n".join(doubtful)) if number == 0 else "",
                "spared": packed("\n".join(spared)) if number == 0 else "",
                "parts": len(texts),  # an earlier try may have left more of them
                "expires_at": seconds(run.begun_at + PAGES_KEPT),
            }
            self._table.put(item)
        self._still_mine(run)

    def finish(self, run: Run) -> None:
        """Compare with the audit before, and put this one in its place."""
        self._still_mine(run)
        expires = {"expires_at": seconds((run.finished_at or run.begun_at) + RESULTS_KEPT)}
        for number, text in enumerate(parts(self._compared(run))):
            self._table.put({"pk": _pages_of(run), "sk": f"{_KEPT}{number:06d}", "kept": packed(text), **expires})
        self._still_mine(run)
        self._table.put({"pk": PARTITION, "sk": LAST_ONE, "run": packed(encode(run)), **expires})
        self._table.delete(PARTITION, UNDER_WAY)

    def last(self) -> Run | None:
        """Give the last audit that was finished."""
        return _run_of(self._table.get(PARTITION, LAST_ONE) or {})

    def findings(self) -> Iterator[Kept]:
        """Give what the last finished audit found and found fixed."""
        last = self.last()
        return iter(()) if last is None else self._results_of(last)

    def _compared(self, run: Run) -> Iterator[Kept]:
        there = (one for one in self.findings() if one.standing.is_there)
        was_open = {one.finding.id: Before(one.first_seen, one.finding.severity) for one in there}
        found: set[str] = set()
        doubtful: set[str] = set()
        spared: set[str] = set()
        for item in self._pages(run):
            for ids, of in ((doubtful, "doubtful"), (spared, "spared")):
                ids.update(one for one in unpacked(item.get(of, "")).split("\n") if one in was_open)
            for one in lines_of(PostureFinding, unpacked(item["found"])):
                if one.id not in found:
                    found.add(one.id)
                    yield found_now(one, was_open.get(one.id))
        for before in self.findings():
            known = before.finding.id
            if known not in found:
                yield from _some(not_found(before, run, is_doubtful=known in doubtful, is_spared=known in spared))

    def _pages(self, run: Run) -> Iterator[Item]:
        """Give the items of an audit's pages; the first of a page says how many of the others are its own."""
        wanted = 0
        for item in self._table.every(_pages_of(run), since=f"{_PAGE}{FIRST}", until=f"{_PAGE}{LAST}"):
            number = int(str(item["sk"]).rpartition("#")[2])
            wanted = int(item["parts"]) if number == 0 else wanted
            if number < wanted:
                yield item

    def _results_of(self, run: Run) -> Iterator[Kept]:
        for item in self._table.every(_pages_of(run), since=f"{_KEPT}{FIRST}", until=f"{_KEPT}{LAST}"):
            yield from lines_of(Kept, unpacked(item["kept"]))

    def _still_mine(self, run: Run) -> None:
        if not self._put_head(run, self._turn):
            raise Unavailable("somebody else goes on with this audit; nothing is lost")

    def _put_head(self, run: Run, before: str) -> bool:
        """Write how far an audit is, if the turn there is still the one that was seen; none for no audit."""
        kept = {"expires_at": seconds(run.begun_at + PAGES_KEPT)}
        head: Item = {"pk": PARTITION, "sk": UNDER_WAY, "run": packed(encode(run)), "turn": self._turn}
        when, given = ("#turn = :before", {"before": before}) if before else ("attribute_not_exists(#pk)", None)
        try:
            self._table.put({**head, **self._held, **kept}, when=when, given=given)
        except Conflict:
            return False
        return True


def _run_of(item: Item) -> Run | None:
    return read_run(unpacked(item["run"])) if item else None


def _pages_of(run: Run) -> str:
    return f"{PARTITION}#{run.id}"


def _some(kept: Kept | None) -> Iterable[Kept]:
    return () if kept is None else (kept,)
