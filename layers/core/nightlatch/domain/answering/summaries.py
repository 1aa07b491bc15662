"""One message in place of many: the day's digest of what nobody was told, and the summary of a storm.

Both fold by rule and by who acted, with what was really counted, the worst first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.judging.findings import Finding, Severity, State

STORM_WITHIN = timedelta(minutes=5)
DIGEST_DAYS = 7  # before today: what was recorded earlier, and what ended earlier, is told in no digest
MOST_GROUPS = 50
MOST_NAMED = 20  # incidents that the last summary of a storm names, on whatever channel; each other is told by itself
_NAMED_LIMIT = 160  # characters of one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one message says about many things."""

    key: str  # what it is about, for good: its message is edited under this name
    title: str
    sentence: str  # for the lock screen
    lines: tuple[str, ...]  # what counts most first
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Many incidents at once: from when on single messages give way to one."""

    id: str
    began: datetime
    is_calm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An incident that is told in a storm's summary until it is calm."""

    incident_id: str
    severity: Severity
    rule: str
    who: str
    title: str


def held_of(incident: Incident) -> Held:
    """Say of an incident what a summary needs."""
    lead = incident.lead
    return Held(
        incident_id=incident.id,
        severity=incident.severity,
        rule=lead.rule,
        who=lead.principal.title,
        title=lead.title,
    )


def digest_of(day: date, findings: Iterable[Finding]) -> Summary | None:
    """Summarise a day's findings that nobody was told of; None where there is nothing to say."""
    told = [finding for finding in findings if finding.state is not State.LEARNING]
    if not told:
        return None
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in told:
        groups.setdefault((finding.rule, finding.principal.title), []).append(finding)
    ordered = sorted(groups.values(), key=lambda some: (-_worst(some), -len(some), some[0].rule, some[0].subject))
    worst = max((finding.severity for finding in told), key=lambda severity: severity.rank)
    count = _counted(len(told), "finding")
    title = f"Digest of {day:%Y-%m-%d}: {count} recorded"
    sentence = f"{title}, the worst {worst}; most often {_most(ordered)}; nobody was told at once"
    return Summary(
        key=f"digest-{day:%Y-%m-%d}", title=title, sentence=sentence, lines=tuple(map(_digest_line, ordered))
    )


def named(held: Iterable[Held]) -> list[Held]:
    """Give the incidents that a storm's last summary names: the worst."""
    return sorted(held, key=lambda one: (-one.severity.rank, one.incident_id))[:MOST_NAMED]


def storm_of(storm: Storm, held: Sequence[Held]) -> Summary:
    """Summarise a storm as it stands; when it is calm the worst incidents are named first."""
    groups: dict[tuple[str, str], list[Held]] = {}
    for one in held:
        groups.setdefault((one.rule, one.who), []).append(one)
    ordered = sorted(groups.values(), key=lambda some: (-max(h.severity.rank for h in some), -len(some), some[0].rule))
    lines = [
        f"{max((h.severity for h in some), key=lambda s: s.rank)}: {some[0].rule} by {some[0].who}, "
        f"{_counted(len(some), 'incident')}"
        for some in ordered[:MOST_GROUPS]
    ]
    most = lines[0] if lines else ""
    lines += [f"and {len(ordered) - MOST_GROUPS} more"] if len(ordered) > MOST_GROUPS else []
    count = _counted(len(held), "incident")
    state = "Calm again after a storm" if storm.is_calm else "Storm"
    title = f"{state}: {count} since {storm.began:%H:%M} UTC"
    said = "only CRITICAL ones are told by themselves until it is calm"
    if storm.is_calm:
        listed = named(held)
        lines = [*(f"{one.incident_id} {one.severity}: {one.title}"[:_NAMED_LIMIT] for one in listed), *lines]
        others = f", each of the other {len(held) - len(listed)} told by itself" if len(held) > len(listed) else ""
        said = f"{len(listed)} named here{others}"
    first = f"; most of it {most}" if held else ""
    return Summary(
        key=f"storm-{storm.id}",
        title=title,
        sentence=f"{title}{first}; {said}",
        lines=tuple(lines),
        is_over=storm.is_calm,
    )


def _digest_line(some: Sequence[Finding]) -> str:
    first = some[0]
    worst = max((finding.severity for finding in some), key=lambda severity: severity.rank)
    events = len({event_id for finding in some for event_id in finding.event_ids})
    secrets = len({secret.keys[0] for finding in some for secret in finding.secrets})
    on = f" on {_counted(secrets, 'secret')}" if secrets else ""
    return (
        f"{worst}: {first.rule} by {first.principal.title}, {_counted(len(some), 'finding')}, "
        f"{_counted(events, 'event')}{on}"
    )


def _most(ordered: Sequence[Sequence[Finding]]) -> str:
    most = max(ordered, key=len)
    return f"{most[0].rule} by {most[0].principal.title}"


def _worst(some: Sequence[Finding]) -> int:
    return max(finding.severity.rank for finding in some)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
