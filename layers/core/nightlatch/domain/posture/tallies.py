"""What an audit's findings come to, counted in one pass and in little memory, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import heappush, heappushpop

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.findings import FAULT, UNSEEN, FindingKind, Mute, PostureFinding
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.reports import Kept, Standing, Step, next_steps
from nightlatch.domain.posture.unseen import CHOSEN

_NAMED = 5  # secrets and functions that one line names


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One question that could not be answered, or one check that failed, wherever it was so."""

    check: str  # as its findings name it
    about: str  # the IAM action of the call, or the id of the check that failed
    kind: FindingKind
    why: str
    remedy: str
    count: int
    names: tuple[str, ...]  # of what it is about, the first of them
    evidence: tuple[str, ...]  # which checks were left out
    is_muted: bool

    @property
    def is_partial(self) -> bool:
        """Whether the audit is not whole because of it."""
        return not self.is_muted and (self.kind is FindingKind.FAULT or self.about not in CHOSEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the findings of one audit come to; what is muted stands apart and counts nowhere else."""

    counts: Mapping[tuple[Severity, Standing], int]
    by_practice: Mapping[Practice, int]  # still there, new or open
    muted: int
    mutes: tuple[tuple[Mute, int], ...]  # each that hid something, and how much
    blanks: tuple[Blank, ...]
    steps: tuple[Step, ...]
    worst: tuple[Kept, ...]  # still there, the gravest first; one of each check before a second one of any

    @property
    def total(self) -> int:
        """How many are still there."""
        return sum(count for (_, standing), count in self.counts.items() if standing.is_there)

    def of(self, standing: Standing) -> int:
        """Give how many stand so beside the audit before."""
        return sum(count for (_, one), count in self.counts.items() if one is standing)

    def at_or_above(self, severity: Severity) -> int:
        """Give how many that are still there are as grave as this."""
        still = ((one, count) for (one, standing), count in self.counts.items() if standing.is_there)
        return sum(count for one, count in still if one.rank >= severity.rank)

    @property
    def missing(self) -> tuple[Blank, ...]:
        """What keeps the audit from being whole."""
        return tuple(one for one in self.blanks if one.is_partial)


def tallied(kept: Iterable[Kept], *, most: int = 20) -> Tally:
    """Count findings.

    Args:
        kept: Of one audit, each once.
        most: How many of the worst to hold.
    """
    counting = _Counting(most)
    steps = next_steps(counting.passing(kept))
    return Tally(
        counts=dict(counting.counts),
        by_practice=dict(counting.by_practice),
        muted=counting.mutes.total(),
        mutes=tuple(counting.mutes.most_common()),
        blanks=tuple(sorted(counting.blanks.values(), key=lambda one: (not one.is_partial, -one.count, one.about))),
        steps=steps,
        worst=tuple(one for _, one in sorted(counting.worst, key=lambda pair: _order(pair[1]))),
    )


class _Counting:
    """Sees each finding once on its way to whoever chooses the next steps."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.counts: Counter[tuple[Severity, Standing]] = Counter()
        self.by_practice: Counter[Practice] = Counter()
        self.mutes: Counter[Mute] = Counter()
        self.blanks: dict[tuple[str, bool], Blank] = {}
        self.worst: list[tuple[tuple[int, int, bool, int], Kept]] = []
        self._met: Counter[str] = Counter()

    def passing(self, kept: Iterable[Kept]) -> Iterator[PostureFinding]:
        """Give on what asks to be done."""
        for place, one in enumerate(kept):
            finding = one.finding
            is_there = one.standing.is_there
            if is_there and finding.kind is not FindingKind.VIOLATION:
                self._note_blank(finding)
            if finding.muted is not None:
                self.mutes[finding.muted] += is_there
                continue
            self.counts[finding.severity, one.standing] += 1
            if is_there:
                self.by_practice[finding.practice] += 1
                self._hold(one, place)
                yield finding

    def _hold(self, one: Kept, place: int) -> None:
        """Hold the worst; the place keeps two of the same weight apart."""
        self._met[one.finding.check] += 1
        weight = (one.finding.severity.rank, -self._met[one.finding.check], one.standing is Standing.NEW, -place)
        if len(self.worst) < self._most:
            heappush(self.worst, (weight, one))
        else:
            heappushpop(self.worst, (weight, one))

    def _note_blank(self, finding: PostureFinding) -> None:
        key = (finding.check, finding.muted is not None)
        known = self.blanks.get(key)
        if known is None:
            self.blanks[key] = _blank(finding)
            return
        names = known.names if len(known.names) >= _NAMED else (*known.names, finding.name)
        evidence = tuple(sorted({*known.evidence, *finding.evidence}))
        self.blanks[key] = replace(known, count=known.count + 1, names=names, evidence=evidence)


def _order(kept: Kept) -> tuple[int, str, bool, str]:
    finding = kept.finding
    return -finding.severity.rank, finding.check, kept.standing is not Standing.NEW, finding.name


def _blank(finding: PostureFinding) -> Blank:
    return Blank(
        check=finding.check,
        about=finding.check.removeprefix(f"{UNSEEN}.").removeprefix(f"{FAULT}."),
        kind=finding.kind,
        why=finding.reason,
        remedy=finding.remedy,
        count=1,
        names=(finding.name,),
        evidence=finding.evidence,
        is_muted=finding.muted is not None,
    )
