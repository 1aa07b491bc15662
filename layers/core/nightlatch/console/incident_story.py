"""What happened in an incident, in order: the calls behind it, what was found, and every step of every answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.acts import ACTS
from nightlatch.adapters.history.trails import Trails
from nightlatch.console.words import short, some
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response, Signal, Step
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.history.sightings import Sighting

MANY = 4  # calls of one kind by one principal that are told in one line
_A_BIT = timedelta(seconds=1)
_VERBS = {
    Signal.APPROVE: "said yes to",
    Signal.DENY: "declined",
    Signal.LOOK: "looked ahead at",
    Signal.EXPIRE: "ended the offer of",
    Signal.START: "began",
    Signal.CALL: "made a call for",
    Signal.HOLD: "held",
    Signal.ASK: "asked for one more person for",
    Signal.SUCCEED: "verified",
    Signal.FAIL: "could not do",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened."""

    at: datetime
    who: str
    what: str
    note: str = ""
    kind: str = "call"  # `call`, `found` or `step`: how it is drawn
    went_well: bool = True


def story_of(incident: Incident, responses: Sequence[Response], trails: Trails) -> list[Moment]:
    """Tell it; many calls of one kind are one line."""
    found = [
        Moment(at=one.first_seen, who="nightlatch", what=f"found {one.rule}", note=one.title, kind="found")
        for one in incident.findings
    ]
    calls = _together(list(_calls(incident, trails)))
    steps = [_step(response, step) for response in responses for step in response.steps]
    return sorted([*calls, *found, *steps], key=lambda one: (one.at, one.kind))


def _calls(incident: Incident, trails: Trails) -> Iterator[Moment]:
    wanted = {event_id for finding in incident.findings for event_id in finding.event_ids}
    try:
        seen = {one.event_id: one for one in _sightings(incident, trails) if one.event_id in wanted}
    except Unavailable:
        return
    for one in sorted(seen.values(), key=lambda one: (one.at, one.event_id)):
        yield _call(one)


def _together(calls: Sequence[Moment]) -> list[Moment]:
    """Tell many calls of one kind by one principal in one line, at the time of the first."""
    groups: dict[tuple[str, str, bool], list[Moment]] = {}
    for one in calls:
        groups.setdefault((one.who, one.what, one.went_well), []).append(one)
    return [moment for group in groups.values() for moment in ([_many(group)] if len(group) >= MANY else group)]


def _many(group: Sequence[Moment]) -> Moment:
    first = group[0]
    notes = some(list(dict.fromkeys(one.note for one in group if one.note)), 6)
    until = f", until {group[-1].at:%H:%M:%S} UTC" if group[-1].at - first.at > _A_BIT else ""
    return replace(first, what=f"{first.what}, {len(group):,} times{until}", note=notes)


def _sightings(incident: Incident, trails: Trails) -> Iterator[Sighting]:
    """Look on the trail of whoever did it, a day long, and on those of the secrets, which show changes for longer."""
    start, end = incident.opened_at - _A_BIT, incident.last_seen + _A_BIT
    people = dict.fromkeys(finding.principal.key for finding in incident.findings)
    secrets = dict.fromkeys(key for finding in incident.findings for one in finding.secrets[:5] for key in one.keys)
    for trail in (*(f"principal:{one}" for one in people), *(f"secret:{one}" for one in secrets)):
        yield from trails.between(trail, start, end)


def _call(one: Sighting) -> Moment:
    names = _few(secret.name for secret in one.secrets)
    told = "refused by AWS" if one.denied else "" if one.succeeded else "failed"
    note = ", ".join(filter(None, (names, told, f"version {one.version_id[:8]}" if one.version_id else "")))
    return Moment(at=one.at, who=short(one.principal), what=one.name, note=note, went_well=one.succeeded)


def _step(response: Response, step: Step) -> Moment:
    what = f"{_VERBS[step.signal]} “{ACTS[response.action.kind].label}: {response.action.name}”"
    note = ", ".join(filter(None, (step.note, step.how)))
    is_good = step.signal not in {Signal.FAIL, Signal.HOLD}
    return Moment(at=step.at, who=step.actor, what=what, note=note, kind="step", went_well=is_good)


def _few(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    return some(listed) if listed else ""
