"""Fakes of the ports that telling people stands on; `tests/contracts` holds them to the promises of the real ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from fakes import FakeChannel, FakeIncidents
from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.answering.incidents import Incident, put_to_sleep
from nightlatch.domain.answering.snoozes import Snooze
from nightlatch.domain.answering.summaries import STORM_WITHIN, Held, Storm, Summary
from nightlatch.domain.errors import NotFound, Unavailable
from nightlatch.domain.judging.findings import Finding
from nightlatch.service.telling_ports import Pace


class FakeTold:
    """What was told, in memory."""

    def __init__(self) -> None:
        self.marks: dict[tuple[str, str], frozenset[str]] = {}
        self.taken: set[tuple[str, str]] = set()

    def of(self, incident_id: str, channel: str) -> frozenset[str]:
        return self.marks.get((incident_id, channel), frozenset())

    def take(self, incident_id: str, channel: str) -> frozenset[str]:
        if (incident_id, channel) in self.taken:
            raise Unavailable(f"incident {incident_id} is being told by another process")
        self.taken.add((incident_id, channel))
        return self.of(incident_id, channel)

    def keep(self, incident_id: str, channel: str, marks: Collection[str]) -> None:
        self.marks[incident_id, channel] = self.of(incident_id, channel) | {*marks}
        self.taken.discard((incident_id, channel))


class FakeSleepers:
    """Snoozed incidents, in memory."""

    def __init__(self, incidents: FakeIncidents) -> None:
        self._incidents = incidents
        self.ends: dict[tuple[str, datetime], None] = {}

    def put_to_sleep(self, incident_id: str, snooze: Snooze) -> Incident:
        self.ends[incident_id, snooze.until] = None
        return self._incidents.change(incident_id, lambda one: put_to_sleep(one, snooze))

    def asleep(self, now: datetime) -> Sequence[str]:
        return [incident_id for incident_id, until in self.ends if until > now]

    def woken(self, now: datetime) -> Sequence[tuple[str, datetime]]:
        return [one for one in self.ends if one[1] <= now]

    def told_awake(self, incident_id: str, until: datetime) -> None:
        self.ends.pop((incident_id, until), None)


class FakeThread(FakeChannel):
    """A channel that edits its messages and answers them."""

    pace = Pace.THREAD

    def __init__(self, name: str = "slack", *, room: int = 3) -> None:
        super().__init__(name)
        self._room = room
        self.aloud: list[str] = []
        self.quiet: list[str] = []
        self.fails_after: int | None = None  # replies

    def reply(self, place: str, lines: Sequence[str], *, lead: str = "") -> int:
        del place
        if self.fails_after is not None:
            if self.fails_after == 0:
                raise Unavailable("slack asks to wait")
            self.fails_after -= 1
        if lead:
            self.aloud.extend(lines)
            return len(lines)
        self.quiet.extend(lines[: self._room])
        return min(self._room, len(lines))


class FakeMail(FakeChannel):
    """A channel that cannot edit."""

    pace = Pace.NEWS

    def __init__(self, name: str = "sns") -> None:
        super().__init__(name)


class FakeDeclarations:
    """What people said was theirs, in memory."""

    def __init__(self) -> None:
        self.by_id: dict[str, Declaration] = {}

    def of(self, principal: str) -> Sequence[Declaration]:
        return [one for one in self.by_id.values() if one.principal == principal]

    def standing(self, now: datetime) -> Sequence[Declaration]:
        found = [one for one in self.by_id.values() if one.until > now]
        return sorted(found, key=lambda one: (one.until, one.id))

    def declare(self, declaration: Declaration) -> None:
        self.by_id.setdefault(declaration.id, declaration)

    def end(self, declaration_id: str, by: str, now: datetime) -> Declaration:
        if declaration_id not in self.by_id:
            raise NotFound(f"nothing is declared as {declaration_id}")
        known = self.by_id[declaration_id]
        self.by_id[declaration_id] = known.ended(by, now) if known.until > now else known
        return self.by_id[declaration_id]


class FakeStorms:
    """Openings, the storm that stands and what it holds back, in memory: two ports."""

    def __init__(self) -> None:
        self.openings: dict[tuple[str, datetime], None] = {}
        self.storm: Storm | None = None
        self.by_storm: dict[str, dict[str, Held]] = {}
        self.gone: set[tuple[str, str]] = set()

    def opened(self, incident_id: str, now: datetime) -> int:
        self.openings[incident_id, now] = None
        return self.lately(now)

    def lately(self, now: datetime) -> int:
        return sum(now - STORM_WITHIN <= at <= now for _, at in self.openings)

    def standing(self) -> Storm | None:
        return self.storm

    def put(self, storm: Storm) -> bool:
        if self.storm is not None and self.storm.id != storm.id:
            return False
        self.storm = storm
        return True

    def forget(self, storm: Storm) -> None:
        if self.storm is not None and self.storm.id == storm.id:
            self.storm = None

    def hold(self, storm_id: str, held: Held) -> None:
        self.by_storm.setdefault(storm_id, {})[held.incident_id] = held

    def held(self, storm_id: str) -> Sequence[Held]:
        return list(self.by_storm.get(storm_id, {}).values())

    def kept(self, storm_id: str) -> Sequence[Held]:
        return [one for one in self.held(storm_id) if (storm_id, one.incident_id) not in self.gone]

    def let_go(self, storm_id: str, incident_id: str) -> None:
        self.gone.add((storm_id, incident_id))


class FakeDigests:
    """A day's records, in memory."""

    def __init__(self) -> None:
        self.by_day: dict[date, list[Finding]] = {}
        self.ordered: set[date] = set()

    def recorded(self, day: date) -> Sequence[Finding]:
        return self.by_day.get(day, [])

    def has_any(self, day: date) -> bool:
        return bool(self.by_day.get(day))

    def is_ordered(self, day: date) -> bool:
        return day in self.ordered

    def order(self, day: date) -> None:
        self.ordered.add(day)


class Summarising:
    """A channel's part that tells summaries."""

    def __init__(self) -> None:
        self.summaries: list[tuple[Summary, str | None]] = []
        self.refuses = False

    def summarise(self, summary: Summary, place: str | None) -> str | None:
        if self.refuses:
            raise Unavailable("it does not answer")
        self.summaries.append((summary, place))
        return place or summary.key


class FakeSlack(FakeThread, Summarising):
    """Slack with summaries."""

    def __init__(self) -> None:
        FakeThread.__init__(self, "slack", room=100)
        Summarising.__init__(self)


class FakeSns(FakeMail, Summarising):
    """SNS with summaries."""

    def __init__(self) -> None:
        FakeMail.__init__(self, "sns")
        Summarising.__init__(self)
