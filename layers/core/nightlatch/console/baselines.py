"""What is normal for a principal: which secrets it uses since when, from where, with what, and at which hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, render_template, request

from nightlatch.adapters.history.shown import habits_before
from nightlatch.adapters.history.uses import Kind, Uses, pair_before
from nightlatch.console.desk import Desk
from nightlatch.domain.errors import NightlatchError
from nightlatch.domain.history.habits import ENOUGH_HOURS, Habits
from nightlatch.domain.history.habits import Kind as Side
from nightlatch.domain.history.pairs import Pair

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS = 24
_SLASHES = 2  # before the name in account/region/name
_SHADES = 3
MOST_KNOWN = 60  # principals that are offered to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How a principal uses one secret."""

    name: str
    reads: Pair | None
    writes: Pair | None

    @property
    def last(self) -> datetime:
        """When it was used last."""
        return max(pair.last_seen for pair in (self.reads, self.writes) if pair is not None)

    def is_known(self, now: datetime) -> bool:
        """Whether the use is ordinary by now: nothing is reported for it alone."""
        return any(pair is not None and pair.is_known(now) for pair in (self.reads, self.writes))


class BaselinePages:
    """The page about a principal, and the way to it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: Flask) -> None:
        """Add the pages."""
        app.add_url_rule("/principals", "principals", self.all)
        app.add_url_rule("/principal", "principal", self.one)

    def all(self) -> str:
        """Offer the principals of the last incidents, and a field for any other."""
        incidents = self._desk.connection.incident_list.newest(MOST_KNOWN)
        known = {f.principal.key: f.principal.title for incident in incidents for f in incident.findings}
        return render_template("principals.html", known=sorted(known.items(), key=lambda one: one[1]))

    def one(self) -> str:
        """Show what is normal for one."""
        key = request.args.get("key", "").strip()
        connection, now = self._desk.connection, self._desk.connection.now()
        habits_key = f"habits:{key}"
        found = connection.trails.partners((key, habits_key)) if key else {}
        habits = habits_before(found.get(habits_key, {}), now)
        uses = uses_of(found.get(key, {}), now)
        return render_template(
            "principal.html",
            key=key,
            uses=uses,
            habits={side: sorted(habits.of(side)) for side in Side if side is not Side.HOUR},
            sides=_SIDES,
            week=_week(habits),
            hours=habits.hours,
            enough=ENOUGH_HOURS,
            are_known=habits.are_known,
            since=self._learning_since(),
            now=now,
        )

    def _learning_since(self) -> datetime | None:
        try:
            return self._desk.connection.trails.learning_since(None)
        except NightlatchError:
            return None


_SIDES = {
    Side.NETWORK: "Networks",
    Side.ENDPOINT: "VPC endpoints",
    Side.REGION: "Regions",
    Side.AGENT: "Kinds of client",
}


def uses_of(pairs: Mapping[str, Uses], now: datetime) -> list[Use]:
    """Give the secrets that a principal uses, the last used first; a batch call is no secret."""
    found = []
    for key, uses in pairs.items():
        reads, writes = (pair_before([uses], kind, now) for kind in (Kind.READ, Kind.WRITE))
        if "/batch:" not in key and (reads or writes):
            found.append(Use(name=_name(key), reads=reads, writes=writes))
    return sorted(found, key=lambda one: (one.last, one.name), reverse=True)


def _name(key: str) -> str:
    return key.split("/", _SLASHES)[-1] if key.count("/") >= _SLASHES else key


def _week(habits: Habits) -> list[tuple[str, list[tuple[int, int]]]]:
    """Give for each day of the week its hours, and on how many days each was seen, in a few shades."""
    seen = {int(facet.value): pair.days for facet, pair in habits.seen.items() if facet.kind is Side.HOUR}
    most = max(seen.values(), default=1)
    return [(day, _hours(seen, number, most)) for number, day in enumerate(_DAYS)]


def _hours(seen: Mapping[int, int], day: int, most: int) -> list[tuple[int, int]]:
    counts: Iterable[int] = (seen.get(day * _HOURS + hour, 0) for hour in range(_HOURS))
    return [(count, -(-count * _SHADES // most)) for count in counts]
