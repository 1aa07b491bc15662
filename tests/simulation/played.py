"""Plays a form of the life, with or without attacks, and says what people were told of whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from nightlatch.domain.judging.findings import Finding, Severity, State
from simulation.attacks import Attack, plan, play
from simulation.judging import Judge
from simulation.life import Form, benign_day
from simulation.records import BEGIN, Secret

LOUD = Severity.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """An attack, its day, and the worst that each rule told of it."""

    attack: Attack
    day: int
    told: Mapping[str, Severity]

    @property
    def missed(self) -> frozenset[str]:
        """The rules that had to tell of it and did not."""
        return self.attack.must - set(self.told)

    @property
    def wrong(self) -> frozenset[str]:
        """The rules that told of it though it is not what they say."""
        return frozenset(self.told) - self.attack.must - self.attack.may


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of a form."""

    form: Form
    events: int
    caught: tuple[Caught, ...]
    false: tuple[Finding, ...]  # MEDIUM or above, open, of what was no attack
    noted: Mapping[str, int]  # by rule, lines of the daily digest after the learning

    def false_in(self, begin: int, end: int) -> tuple[Finding, ...]:
        """Give the false ones of some days, the last excluded."""
        return tuple(finding for finding in self.false if begin <= day_of(finding) < end)


def day_of(finding: Finding) -> int:
    """Give the simulated day on which a finding begins."""
    return (finding.first_seen - BEGIN).days


def played(form: Form, *, with_attacks: bool) -> Played:
    """Judge all days of a form."""
    attacks = plan(form.days, form.first_attack) if with_attacks else {}
    judge, org = Judge(form.organisation.policy), form.organisation
    ids: dict[Attack, frozenset[str]] = {}
    gone: set[Secret] = set()
    for day in range(form.days):
        some = benign_day(form, day, gone)
        for attack in attacks.get(day, ()):
            records = play(attack, org, day)
            ids[attack] = frozenset(str(record.get("eventID") or record["id"]) for record in records)
            gone |= {Secret(name) for name in attack.destroys}
            some.extend(records)
        judge.day(day, some)
    told = judge.end()
    loud = [finding for finding in told.folded() if finding.severity.rank >= LOUD.rank]
    days = {attack: day for day, of_day in attacks.items() for attack in of_day}
    every_id = frozenset().union(*ids.values())
    return Played(
        form=form,
        events=told.events,
        caught=tuple(Caught(attack=one, day=days[one], told=_worst(loud, some)) for one, some in ids.items()),
        false=tuple(finding for finding in loud if every_id.isdisjoint(finding.event_ids)),
        noted=Counter(note.rule for note in told.notes if note.state is State.DIGEST and day_of(note) >= form.learning),
    )


def _worst(findings: list[Finding], ids: frozenset[str]) -> dict[str, Severity]:
    worst: dict[str, Severity] = {}
    for finding in findings:
        if not ids.isdisjoint(finding.event_ids):
            known = worst.get(finding.rule, finding.severity)
            worst[finding.rule] = max(known, finding.severity, key=lambda severity: severity.rank)
    return worst
