"""History in DynamoDB: what the detectors of one stack remember together; the twin of `trails_memory.py`.

    pk                      sk                        holds                                 kept
    trail#<trail>           <time>#<event id>         a sighting                            26 h or 92 days
    pair#<principal>        <secret key>              the first use of each day             92 days after the last
    wrote#<principal>       <version id>              nothing more                          400 days
    learning                since                     when learning began                   for ever
    waits                   <until>#<rule>#<event>    an event that a rule wants again      7 days after its time
    wait#<rule>#<event>     wait                      until when it waits                   the same

Every write is either whole and the same whoever makes it (sightings, versions) or conditional (pairs, learning, waits),
so handlers need no lock. A pair that is used again on a day costs a batched read and no write.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.trails import MOST_DUE, MOST_READ, Entry, Written
from nightlatch.adapters.uses import KEPT_AFTER_USE, PairKey, Touch, Uses, first_of_day, surplus
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.events import SecretEvent
from nightlatch.domain.sightings import Sighting

VERSIONS_KEPT = timedelta(days=400)
WAITS_KEPT = timedelta(days=7)
_LAST = "~"  # sorts behind `#` and every digit
_MICROSECOND = timedelta(microseconds=1)


class DynamoTrails:
    """Trails in the state table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def touch(self, touches: Collection[Touch], also: Collection[PairKey]) -> Mapping[PairKey, Uses]:
        """Remember uses and give those of all these pairs."""
        firsts = first_of_day(touches)
        by_key = {_pair_key(pair): pair for pair in {*firsts, *also}}
        stored: dict[PairKey, Item] = {
            by_key[str(item["pk"]), str(item["sk"])]: item for item in self._table.get_all(by_key)
        }
        for pair, days in firsts.items():
            for mark, time in days.items():
                before = stored.get(pair, {})
                if int(before.get(mark, time + 1)) > time:
                    stored[pair] = self._touch(pair, mark, time, before)
        return {pair: _uses(item) for pair, item in stored.items()}

    def _touch(self, pair: PairKey, mark: str, time: int, known: Item) -> Item:
        """Note the first use of a day unless an earlier one is there; give the item as it then stands."""
        pk, sk = _pair_key(pair)
        expires_at = time // 1_000_000 + int(KEPT_AFTER_USE.total_seconds())
        wanted = max(expires_at, int(known.get("expires_at", 0)))
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
        try:
            self._table.update(pk, sk, "SET #expires_at = :until", when="#expires_at < :until", given={"until": until})
        except Conflict:
            return

    def wrote(self, written: Collection[Written], asked: Collection[Written], *, at: datetime) -> frozenset[Written]:
        """Remember writers of versions and tell which of the asked are among them."""
        expires_at = _seconds(at + VERSIONS_KEPT)
        self._table.put_all({**_version_key(one), "expires_at": expires_at} for one in dict.fromkeys(written))
        left = [one for one in dict.fromkeys(asked) if one not in set(written)]
        by_key = {(key["pk"], key["sk"]): one for one, key in ((one, _version_key(one)) for one in left)}
        found = {by_key[str(item["pk"]), str(item["sk"])] for item in self._table.get_all(by_key)}
        return frozenset(found | set(written).intersection(asked))

    def add(self, entries: Collection[Entry]) -> None:
        """Put sightings on trails."""
        self._table.put_all(
            {
                "pk": _trail(entry.trail),
                "sk": key_part(f"{_time(entry.sighting.at)}#{entry.sighting.event_id}"),
                "sighting": encode(entry.sighting),
                "expires_at": _seconds(entry.kept_until),
            }
            for entry in entries
        )

    def between(self, trail: str, start: datetime, end: datetime) -> Sequence[Sighting]:
        """Give a trail's sightings of a span, the newest where there are too many."""
        items = self._table.query(
            _trail(trail), since=_time(start), until=f"{_time(end)}{_LAST}", most=MOST_READ, newest_first=True
        )
        found = [decode(Sighting, str(item["sighting"])) for item in reversed(items)]
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
                given={"start": _time(start)},
            )
        except Conflict as conflict:
            return _moment(conflict.item)
        return start


class DynamoWaits:
    """Events that wait, in the state table: one partition in order of time, emptied as they are judged."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event until then."""
        place = key_part(f"{_time(until)}#{rule_id}#{event.event_id}")
        expires_at = _seconds(until + WAITS_KEPT)
        try:
            pointer: Item = {**_wait_key(event.event_id, rule_id), "place": place, "expires_at": expires_at}
            self._table.put(pointer, when="attribute_not_exists(#pk)")
        except Conflict as conflict:
            place = str(conflict.item["place"])  # written again: a crash may have kept the event from its place
        self._table.put(
            {
                "pk": "waits",
                "sk": place,
                "rule": rule_id,
                "event_id": event.event_id,
                "event": encode(event),
                "expires_at": expires_at,
            }
        )

    def due(self, now: datetime) -> Sequence[tuple[SecretEvent, str]]:
        """Give the events whose time has come, MOST_DUE at most; what was dropped and written again is cleared away."""
        items = self._table.query("waits", since="0", until=f"{_time(now)}{_LAST}", most=MOST_DUE)
        keys = [_wait_key(str(item["event_id"]), str(item["rule"])) for item in items]
        pointers = self._table.get_all((str(key["pk"]), str(key["sk"])) for key in keys)
        places = {str(pointer["place"]) for pointer in pointers}
        for item in items:
            if item["sk"] not in places:
                self._table.delete("waits", str(item["sk"]))
        return tuple(
            (decode(SecretEvent, str(item["event"])), str(item["rule"])) for item in items if item["sk"] in places
        )

    def drop(self, event: SecretEvent, rule_id: str) -> None:
        """Forget an event: first what is due, so that a crash between leaves nothing that comes again."""
        key = _wait_key(event.event_id, rule_id)
        pointer = self._table.get(str(key["pk"]), str(key["sk"]))
        if pointer is None:
            return
        self._table.delete("waits", str(pointer["place"]))
        self._table.delete(str(key["pk"]), str(key["sk"]))


def _trail(trail: str) -> str:
    return f"trail#{key_part(trail)}"


def _pair_key(pair: PairKey) -> tuple[str, str]:
    return f"pair#{key_part(pair.principal)}", key_part(pair.secret)


def _version_key(written: Written) -> dict[str, str]:
    principal, version_id = written
    return {"pk": f"wrote#{key_part(principal)}", "sk": key_part(version_id)}


def _wait_key(event_id: str, rule_id: str) -> Item:
    return {"pk": key_part(f"wait#{rule_id}#{event_id}"), "sk": "wait"}


def _uses(item: Item) -> Uses:
    return {name: int(value) for name, value in item.items() if name[:1] in "rw" and name[1:].isdecimal()}


def _time(at: datetime) -> str:
    """Write a moment so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _moment(item: Item) -> datetime:
    return datetime.fromisoformat(str(item["since"]))
