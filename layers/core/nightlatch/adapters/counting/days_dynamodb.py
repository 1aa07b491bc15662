"""Days of counts in DynamoDB: pages gathered by secret and UTC day, so that one question tells how a secret is used.

    pk              sk              holds                                              kept
    used#<day>      <secret key>    the counts of a secret's readers in each hour      36 days

Gathered is every six hours, and each hour where pages are many: a day that is written four times costs a sixth of one
that is written with each hour. A day's item says up to which hour of writing it holds the pages, so a gathering that
stopped half way goes on without counting anything twice. One auditor gathers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from nightlatch.adapters.counting.packed import pack
from nightlatch.adapters.counting.pages_dynamodb import (
    FIRST_HOUR,
    GATHERED,
    PARTITION,
    closed_before,
    first_page,
    pages_since,
    read_counts,
)
from nightlatch.adapters.stored_items import FIRST, LAST, seconds
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.posture.counts import Counts, Hour, Key, beginning_of, newest
from nightlatch.domain.posture.use import HOURS_OF_DAY, OTHERS

DAYS_KEPT = 35
MOST_READERS = 100  # of a secret in a day; the others are added up under one name
MANY_PAGES = 10_000
_RARELY_HOURS, _OFTEN_HOURS = 6, 1

DayOfSecret = tuple[str, int]  # its key, and the day since 1970


@dataclass(frozen=True, slots=True)
class Gathered:
    """How far pages stand in days."""

    since: int  # the first hour that was ever counted in
    through: int  # the last hour whose pages stand in days
    target: int  # the hour up to which somebody is gathering, or the same
    due: int  # the hour from which on it is worth while again


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted of a secret on a day, and the last hour whose pages are in it."""

    of: DayOfSecret
    through: int
    counts: Counts


class DynamoDays:
    """The days of one stack, in the state table."""

    def __init__(self, table: Table, *, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def gathered(self) -> Gathered | None:
        """Say how far pages stand in days."""
        found = self._table.get(PARTITION, GATHERED)
        if found is None:
            return None
        return Gathered(*(int(found[name]) for name in ("since", "through", "target", "due")))

    def gather(self, until: datetime) -> int | None:
        """Put the pages of closed hours into days where that is due, and give how many; None where nothing was done.

        Args:
            until: When to stop; the next call goes on.

        Raises:
            Unavailable: The store could not be asked; the next call goes on.
        """
        closed = closed_before(self._now())
        found = self.gathered() or self._begun()
        if found is None or (found.target == found.through and closed <= max(found.due, found.through + 1)):
            return None
        target = found.target if found.target > found.through else closed - 1
        self._mark(Gathered(found.since, found.through, target, found.due), was=found)
        pages, counts = 0, Counts()
        for _, page in pages_since(self._table, found.through + 1, target):
            pages += 1
            counts.join(page)
        if not self._put_into_days(counts, target, until):
            return None
        due = target + (_OFTEN_HOURS if pages > MANY_PAGES else _RARELY_HOURS)
        self._mark(Gathered(found.since, target, target, due), was=Gathered(found.since, found.through, target, due))
        return pages

    def of(self, days: Collection[DayOfSecret]) -> Iterator[Day]:
        """Give the days of secrets, as far as anything stands in them."""
        by_key = {(_day_key(day), key_part(secret)): day for secret, day in days}
        for item in self._table.get_all(by_key):
            yield from _read(item, by_key[str(item["pk"]), str(item["sk"])])

    def every(self, day: int) -> Iterator[Day]:
        """Give a day of all secrets, one after another."""
        for item in self._table.every(_day_key(day), since=FIRST, until=LAST):
            yield from _read(item, day)

    def _begun(self) -> Gathered | None:
        first = first_page(self._table)
        return None if first is None else Gathered(first, first - 1, first - 1, FIRST_HOUR)

    def _put_into_days(self, counts: Counts, target: int, until: datetime) -> bool:
        """Add counts to their days; False where the time was over."""
        oldest = closed_before(self._now()) // HOURS_OF_DAY - DAYS_KEPT
        parts = cast("Mapping[DayOfSecret, Counts]", counts.by(lambda secret, hour: (secret, hour // HOURS_OF_DAY)))
        for some in _chunks([part for part in parts if part[1] >= oldest]):
            keys = {(_day_key(day), key_part(secret)): (secret, day) for secret, day in some}
            known = {(str(item["pk"]), str(item["sk"])): item for item in self._table.get_all(keys)}
            for key, part in keys.items():
                if int(known.get(key, {}).get("through", FIRST_HOUR)) < target:
                    self._table.put(_item(key, part[1], _bounded(_joined(known.get(key), parts[part])), target))
            if self._now() >= until:
                return False
        return True

    def _mark(self, mark: Gathered, *, was: Gathered) -> None:
        """Say how far it is; where somebody else was quicker, what they say holds."""
        fields = {"since": mark.since, "through": mark.through, "target": mark.target, "due": mark.due}
        is_as_it_was = "attribute_not_exists(#pk) OR #through = :through"
        try:
            self._table.put(
                {"pk": PARTITION, "sk": GATHERED, **fields}, when=is_as_it_was, given={"through": was.through}
            )
        except Conflict:
            return


def _read(item: Item, day: int) -> Iterator[Day]:
    counts = read_counts(item)
    if counts:
        secret = next(iter(counts.pairs)).secret if counts.pairs else next(iter(counts.typed)).secret
        yield Day((secret, day), int(item["through"]), counts)


def _joined(item: Item | None, more: Counts) -> Counts:
    counts = (read_counts(item) if item is not None else None) or Counts()
    counts.join(more)
    return counts


def _bounded(counts: Counts) -> Counts:
    """Keep the most eager readers by name, and the others' numbers under one."""
    kept = Counts(typed=set(newest(counts.typed)))
    ordered = sorted(counts.pairs, key=lambda key: (key.principal == OTHERS, -_reads(counts, key), key.principal))
    named = [key for key in ordered if key.principal != OTHERS][: MOST_READERS - 1]
    for key, pair in counts.pairs.items():
        kept.join_pair(key if key in named else Key(key.secret, OTHERS), pair)
    return kept


def _reads(counts: Counts, key: Key) -> int:
    numbers = Hour()
    for hour in counts.pairs[key].hours.values():
        numbers = numbers.plus(hour)
    return numbers.reads


def _item(key: tuple[str, str], day: int, counts: Counts, target: int) -> Item:
    kept_until = beginning_of(day * HOURS_OF_DAY) + timedelta(days=DAYS_KEPT + 1)
    pk, sk = key
    return {"pk": pk, "sk": sk, "counts": pack(counts), "through": target, "expires_at": seconds(kept_until)}


def _day_key(day: int) -> str:
    return f"used#{beginning_of(day * HOURS_OF_DAY):%Y-%m-%d}"


def _chunks(parts: list[DayOfSecret], size: int = 100) -> Iterator[list[DayOfSecret]]:
    return (parts[start : start + size] for start in range(0, len(parts), size))
