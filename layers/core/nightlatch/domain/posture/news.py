"""What is worth knowing of an audit that has just ended: what is new or graver, what it is blind to, what is fixed.

An audit that may not look at half of what it should see finds little, and so looks better than the one before: that it
has become blind is news. Counted in one pass and in little memory, however many findings there are. What is muted is
nobody's news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.blindness import Looks, blinded, note_look
from nightlatch.domain.posture.checks import Outcome
from nightlatch.domain.posture.findings import FindingKind, PostureFinding
from nightlatch.domain.posture.remarks import MUTE_EXPIRED
from nightlatch.domain.posture.reports import Counts, Kept, Run, Standing

GRAVE = Severity.HIGH  # what is as bad as this, or worse, is told when it is new
MOST_NAMED = 10  # findings in one message


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What became of one audit."""

    run: Run
    open: Mapping[Severity, int]  # violations that stand, by severity
    new_grave: tuple[PostureFinding, ...]  # the worst first, the first of them
    new_grave_count: int
    new_count: int  # of any severity
    risen: tuple[Kept, ...]  # open before, and graver now: at least as bad as what is told when it is new; the first
    risen_count: int
    blinded: tuple[str, ...]  # such as `kms:DescribeKey at 60 of 100 secrets`, where that is so since this audit
    fixed: tuple[str, ...]  # such as `rotation.off on prod/db`, the first of them
    fixed_count: int
    muted: int
    expired_mutes: tuple[str, ...]  # where somebody has not been told yet

    @property
    def score(self) -> int | None:
        """Of what could be judged, how much is as it should be, in percent."""
        return percent(self.run.counts)

    @property
    def is_worth_telling(self) -> bool:
        """Whether a person should hear of it today."""
        return self.new_grave_count > 0 or self.risen_count > 0 or bool(self.blinded or self.expired_mutes)

    def violations_of(self, check: str) -> int:
        """Give how many break a check, muted or not."""
        return self.run.counts.get(check, {}).get(Outcome.VIOLATED.value, 0)


def news_of(run: Run, kept: Iterable[Kept]) -> News:
    """Read the news off a finished audit's findings."""
    counting = _Counting()
    for one in kept:
        counting.note(one)
    return News(
        run=run,
        open=dict(counting.open),
        new_grave=tuple(counting.new_grave),
        new_grave_count=counting.counts["new grave"],
        new_count=counting.counts["new"],
        risen=tuple(counting.risen),
        risen_count=counting.counts["risen"],
        blinded=tuple(blinded(counting.looks, run)),
        fixed=tuple(counting.fixed),
        fixed_count=counting.counts["fixed"],
        muted=counting.counts["muted"],
        expired_mutes=counting.expired_mutes,
    )


def percent(counts: Counts) -> int | None:
    """Give how much of what could be judged is as it should be: 0 to 100, rounded down; None for nothing judged."""
    sums: Counter[str] = Counter()
    for outcomes in counts.values():
        sums.update(outcomes)
    clean, violated = sums[Outcome.CLEAN.value], sums[Outcome.VIOLATED.value]
    return 100 * clean // (clean + violated) if clean + violated else None


class _Counting:
    """Counts findings one by one."""

    def __init__(self) -> None:
        self.open: Counter[Severity] = Counter()
        self.counts: Counter[str] = Counter()
        self.new_grave: list[PostureFinding] = []
        self.risen: list[Kept] = []
        self.looks: Looks = {}
        self.fixed: list[str] = []
        self.expired_mutes: tuple[str, ...] = ()

    def note(self, kept: Kept) -> None:
        finding = kept.finding
        if finding.kind is not FindingKind.VIOLATION and finding.muted is None:
            note_look(self.looks, kept)
        if finding.muted is not None:
            self.counts["muted"] += kept.standing.is_there
        elif kept.standing is Standing.FIXED:
            self.counts["fixed"] += 1
            self.fixed += [f"{finding.check} on {finding.name}"] if len(self.fixed) < MOST_NAMED else []
        elif finding.kind is FindingKind.VIOLATION and kept.standing.is_there:
            self.open[finding.severity] += 1
            if kept.standing is Standing.NEW:
                self._note_new(finding)
            elif kept.was is not None and finding.severity.rank >= GRAVE.rank:
                self.counts["risen"] += 1
                self.risen = sorted((*self.risen, kept), key=lambda one: _worst_first(one.finding))[:MOST_NAMED]

    def _note_new(self, finding: PostureFinding) -> None:
        self.counts["new"] += 1
        if finding.check == MUTE_EXPIRED:
            self.expired_mutes = finding.evidence
        if finding.severity.rank < GRAVE.rank:
            return
        self.counts["new grave"] += 1
        self.new_grave = sorted((*self.new_grave, finding), key=_worst_first)[:MOST_NAMED]


def _worst_first(finding: PostureFinding) -> tuple[int, str]:
    return -finding.severity.rank, finding.id
