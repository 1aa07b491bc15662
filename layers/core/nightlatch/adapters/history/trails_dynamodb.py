"""History in DynamoDB: what the detectors of one stack remember together; the twin of `trails_memory.py`.

    pk                      sk                        holds                                 kept
    trail#<trail>           <time>#<event id or slot> a sighting                            26 h or 92 days
    pair#<principal>        <secret key>              the first use of each day             92 days after the last
    pair#habits:<principal> <facet>                   the first of each day                 92 days after the last
    pair#needs:<resource>   <secret key>              the first mention of each day         92 days after the last
    pair#made:<role>        <principal>               the first making of each day          92 days after the last
    read#<secret key>       <principal>               nothing more                          a week longer than the pair
    wrote#<principal>       <version id>              when it was first written             400 days
    learning                since                     when learning began                   for ever

Every write is either whole and the same whoever makes it (sightings) or conditional (pairs, versions, learning), so
handlers need no lock. A pair that is used again on a day costs a batched read and no write. What a process has counted
rides with its sightings (decision 41).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.codec import encode
from nightlatch.adapters.counting.pages_dynamodb import item_of
from nightlatch.adapters.counting.process_counts import ProcessCounts
from nightlatch.adapters.history.trails import MOST_PARTNERS, MOST_READ, MOST_READERS, Entry
from nightlatch.adapters.history.uses import (
    KEPT_AFTER_USE,
    Kind,
    PairKey,
    Touch,
    Uses,
    Written,
    first_of_day,
    micros,
    moment_of,
    surplus,
)
from nightlatch.adapters.stored_items import FIRST, LAST, readable, seconds, time_key
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.history.sightings import Sighting

VERSIONS_KEPT = timedelta(days=400)
_WEEK_DAYS = 7
_WEEK_S = _WEEK_DAYS * 86_400


class DynamoTrails:
    """Trails in the state table.

    Args:
        table: The state table.
        counted: What the process counts, to be written beside sightings.
    """

    def __init__(self, table: Table, counted: ProcessCounts | None = None) -> None:
        self._table = table
        self._counted = counted

    def touch(self, touches: Collection[Touch], also: Collection[PairKey]) -> Mapping[PairKey, Uses]:
        """Remember uses and give those of all these pairs."""
        firsts = first_of_day(touches)
        by_key = {_pair_key(pair): pair for pair in {*firsts, *also}}
        stored: dict[PairKey, Item] = {
            by_key[str(item["pk"]), str(item["sk"])]: item for item in self._table.get_all(by_key)
        }
        news = [
            (pair, mark, time)
            for pair, days in firsts.items()
            for mark, time in days.items()
            if int(stored.get(pair, {}).get(mark, time + 1)) > time
        ]
        for pair, mark, time in news:
            if _is_first_of_week(mark, stored.get(pair, {})):  # first, for a touched pair is not looked at again
                self._keep_longer(*_reader_key(pair), _kept_until(time, stored.get(pair, {})) + _WEEK_S)
            stored[pair] = self._touch(pair, mark, time, stored.get(pair, {}))
        return {pair: _uses(item) for pair, item in stored.items()}

    def _touch(self, pair: PairKey, mark: str, time: int, known: Item) -> Item:
        """Note the first use of a day unless an earlier one is there; give the item as it then stands."""
        pk, sk = _pair_key(pair)
        wanted = _kept_until(time, known)
        gone = [old for old in surplus({**_uses(known), mark: time}) if old != mark]
        change = f"SET #{mark} = :time, #expires_at = :kept"
        change += f" REMOVE {', '.join(f'#{old}' for old in gone)}" if gone else ""
        try:
            before = self._table.update(
                pk,
                sk,
                change,
                when=f"attribute_not_exists(#{mark}) OR #{mark} > :time",
                given={"time": time, "kept": wanted},
            )
        except Conflict as conflict:
            return conflict.item
        later = int(before.get("expires_at", 0))
        if later > wanted:  # a handler with a later event came between: its longer keeping holds
            self._keep_longer(pk, sk, later)
        kept = {name: value for name, value in before.items() if name not in gone}
        return {**kept, mark: time, "expires_at": max(wanted, later)}

    def _keep_longer(self, pk: str, sk: str, until: int) -> None:
        longer = "attribute_not_exists(#expires_at) OR #expires_at < :until"
        try:
            self._table.update(pk, sk, "SET #expires_at = :until", when=longer, given={"until": until})
        except Conflict:
            return

    def partners(self, principals: Collection[str]) -> Mapping[str, Mapping[str, Uses]]:
        """Give all pairs of some principals."""
        found = {
            principal: self._table.query(_pair_partition(principal), since=FIRST, until=LAST, most=MOST_PARTNERS)
            for principal in principals
        }
        return {who: {str(item["sk"]): _uses(item) for item in items} for who, items in found.items() if items}

    def wrote(self, written: Mapping[Written, datetime], asked: Collection[Written]) -> Mapping[Written, datetime]:
        """Remember who wrote versions when, and give when the asked were first written."""
        for one, at in written.items():
            self._write(one, at)
        by_key = {_version_key(one): one for one in asked}
        items = self._table.get_all(by_key)
        return {by_key[str(item["pk"]), str(item["sk"])]: moment_of(int(item["at"])) for item in items}

    def _write(self, one: Written, at: datetime) -> None:
        """Note when a version was written, unless an earlier time is there."""
        given = {"at": micros(at), "kept": seconds(at + VERSIONS_KEPT)}
        earlier = "attribute_not_exists(#at) OR #at > :at"
        try:
            self._table.update(*_version_key(one), "SET #at = :at, #expires_at = :kept", when=earlier, given=given)
        except Conflict:
            return

    def readers(self, secrets: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Give who has read secrets."""
        found = {key: self._table.query(_read(key), since=FIRST, until=LAST, most=MOST_READERS) for key in secrets}
        return {key: frozenset(str(item["sk"]) for item in items) for key, items in found.items() if items}

    def add(self, entries: Collection[Entry]) -> None:
        """Put sightings on trails."""
        pages = self._counted.pages(rides=True) if self._counted is not None and entries else ()
        self._table.put_all([*map(_item_of, entries), *map(item_of, pages)])
        if self._counted is not None:
            self._counted.written(pages)

    def between(self, trail: str, start: datetime, end: datetime) -> Sequence[Sighting]:
        """Give a trail's sightings of a span, the newest where there are too many."""
        items = self._table.query(
            _trail(trail), since=time_key(start), until=f"{time_key(end)}{LAST}", most=MOST_READ, newest_first=True
        )
        found = [sighting for _, sighting in readable(Sighting, items, "sighting")]
        return sorted(found, key=lambda sighting: (sighting.at, sighting.event_id))

    def learning_since(self, start: datetime | None) -> datetime | None:
        """Note an earlier beginning of learning and give the earliest known."""
        known = self._table.get("learning", "since")
        if start is None:
            return _moment(known) if known else None
        if known and _moment(known) <= start:
            return _moment(known)
        try:
            self._table.update(
                "learning",
                "since",
                "SET #since = :start",
                when="attribute_not_exists(#since) OR #since > :start",
                given={"start": time_key(start)},
            )
        except Conflict as conflict:
            return _moment(conflict.item)
        return start


def _item_of(entry: Entry) -> Item:
    return {
        "pk": _trail(entry.trail),
        "sk": key_part(f"{time_key(entry.place[0])}#{entry.place[1]}"),
        "sighting": encode(entry.sighting),
        "expires_at": seconds(entry.kept_until),
    }


def _trail(trail: str) -> str:
    return f"trail#{key_part(trail)}"


def _pair_key(pair: PairKey) -> tuple[str, str]:
    return _pair_partition(pair.principal), key_part(pair.secret)


def _pair_partition(principal: str) -> str:
    return f"pair#{key_part(principal)}"


def _read(secret: str) -> str:
    return f"read#{key_part(secret)}"


def _reader_key(pair: PairKey) -> tuple[str, str]:
    return _read(pair.secret), key_part(pair.principal)


def _kept_until(time: int, known: Item) -> int:
    """Say until when a pair is kept that is used at a moment, in epoch seconds; never shorter than it is already."""
    return max(time // 1_000_000 + int(KEPT_AFTER_USE.total_seconds()), int(known.get("expires_at", 0)))


def _is_first_of_week(mark: str, known: Item) -> bool:
    """Tell whether a read is the first that is known of its seven days: so often who reads a secret is noted."""
    if not mark.startswith(Kind.READ):
        return False
    weeks = {int(other[1:]) // _WEEK_DAYS for other in _uses(known) if other.startswith(Kind.READ)}
    return int(mark[1:]) // _WEEK_DAYS not in weeks


def _version_key(written: Written) -> tuple[str, str]:
    principal, version_id = written
    return f"wrote#{key_part(principal)}", key_part(version_id)


def _uses(item: Item) -> Uses:
    return {name: int(value) for name, value in item.items() if name[:1] in set(Kind) and name[1:].isdecimal()}


def _moment(item: Item) -> datetime:
    return datetime.fromisoformat(str(item["since"]))
