"""What an audit came to: how far it is, what each check counted, what is new, and what to do first.

    begun ──> a page of secrets each ──> a page of functions each ──> the account ──> finished: compared with the last

An audit is done in steps that each leave a whole page behind, so that whoever goes on goes on where one stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Judgement, Outcome
from nightlatch.domain.posture.findings import FindingKind, PostureFinding
from nightlatch.domain.posture.practices import Practice


class Stage(StrEnum):
    """What an audit looks at, in this order."""

    SECRETS = "secrets"
    FUNCTIONS = "functions"
    ACCOUNT = "account"
    DONE = "done"


Counts = Mapping[str, Mapping[str, int]]  # by check, then by outcome: how many postures


def counted(judgements: Iterable[Judgement]) -> Counts:
    """Count some judgements."""
    found: dict[str, Counter[str]] = {}
    for one in judgements:
        found.setdefault(one.check.id, Counter())[one.outcome.value] += 1
    return found


def added(one: Counts, other: Counts) -> dict[str, dict[str, int]]:
    """Add two counts."""
    return {check: dict(Counter(one.get(check, {})) + Counter(other.get(check, {}))) for check in {*one, *other}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An audit that is under way, or was."""

    id: str
    account_id: str
    region: str
    begun_at: datetime
    stage: Stage = Stage.SECRETS
    token: str | None = None  # where AWS's list goes on; None at its beginning
    pages: int = 0
    secrets: int = 0
    functions: int = 0
    calls: int = 0  # to AWS
    rotators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by ARN, which secrets name it, the first
    counts: Counts = field(default_factory=dict)
    gaps: int = 0  # findings that say that nobody could look
    once: tuple[PostureFinding, ...] = ()  # what is said once of the account, kept with its last page
    unlisted: tuple[Stage, ...] = ()  # whose list could not be had, or not to its end
    asked: tuple[str, ...] | None = None  # ids of the checks that judged on each page; None before the first
    score_before: int | None = None  # of the audit before, in percent; told beside its own
    finished_at: datetime | None = None

    def with_page(self, judgements: Iterable[Judgement], **other: object) -> Run:
        """Come one page further."""
        counts = added(self.counts, counted(judgements))
        return replace(self, pages=self.pages + 1, counts=counts, **other)  # type: ignore[arg-type]

    def with_asked(self, checks: Sequence[str]) -> Run:
        """Note which checks judge a page; who goes on with another release may have others."""
        known = self.asked
        return replace(self, asked=tuple(checks) if known is None else tuple(one for one in known if one in checks))

    def anew(self, now: datetime) -> Run:
        """Begin from the start, under an id of its own: AWS's list can no longer be gone on with."""
        return begun(now, account_id=self.account_id, region=self.region, calls=self.calls)

    def leaves_open(self, finding: PostureFinding) -> bool:
        """Tell whether an earlier finding that was not found again may stand all the same: nobody listed its like."""
        if finding.kind is not FindingKind.VIOLATION:
            return bool(self.unlisted)
        stage = stage_of(finding.subject)
        is_blind = stage is Stage.FUNCTIONS and Stage.SECRETS in self.unlisted  # who rotates was not known
        return is_blind or stage in self.unlisted


def begun(now: datetime, *, account_id: str, region: str, calls: int = 0) -> Run:
    """Begin an audit; its id sorts by time."""
    moment = now.astimezone(UTC)
    run_id = f"{moment:%Y%m%dT%H%M%S}{moment.microsecond:06d}Z"
    return Run(id=run_id, account_id=account_id, region=region, begun_at=now, calls=calls)


def stage_of(subject: str) -> Stage:
    """Say in which stage an ARN is looked at."""
    service = subject.split(":")[2:3]
    return {"secretsmanager": Stage.SECRETS, "lambda": Stage.FUNCTIONS}.get("".join(service), Stage.ACCOUNT)


class Standing(StrEnum):
    """A finding beside the audit before."""

    NEW = "new"
    OPEN = "open"
    FIXED = "fixed"  # was found; now it was looked at and is as it should be, or what it was about is gone
    SPARED = "spared"  # was found; now nobody asks, as the check does not apply any more or was taken away

    @property
    def is_there(self) -> bool:
        """Whether it stands."""
        return self in {Standing.NEW, Standing.OPEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finding in the book."""

    finding: PostureFinding
    standing: Standing
    first_seen: datetime
    was: Severity | None = None  # in the audit before, where it is graver now


@dataclass(frozen=True, slots=True)
class Score:
    """How one practice stands: of what could be judged, the part that is as it should be."""

    practice: Practice
    clean: int
    violated: int
    unseen: int

    @property
    def percent(self) -> int | None:
        """0 to 100, rounded down; None where nothing could be judged."""
        judged = self.clean + self.violated
        return None if judged == 0 else 100 * self.clean // judged


def scores(counts: Counts, practice_of: Mapping[str, Practice]) -> tuple[Score, ...]:
    """Give each practice's score, in the page's order; a practice without a judgement stands there, too.

    A check that this nightlatch no longer has counts for nothing.
    """
    sums: dict[Practice, Counter[str]] = {practice: Counter() for practice in Practice}
    for check, outcomes in counts.items():
        if check in practice_of:
            sums[practice_of[check]].update(outcomes)
    unseen = (Outcome.UNSEEN.value, Outcome.FAULT.value)
    return tuple(
        Score(
            practice=practice,
            clean=found[Outcome.CLEAN.value],
            violated=found[Outcome.VIOLATED.value],
            unseen=sum(found[one] for one in unseen),
        )
        for practice, found in sums.items()
    )


_WEIGHTS = {Severity.CRITICAL: 40, Severity.HIGH: 15, Severity.MEDIUM: 5, Severity.LOW: 1, Severity.INFORMATIONAL: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do next: a check that many break, or a few badly."""

    check: str
    title: str
    practice: Practice
    severity: Severity  # of the worst
    count: int
    names: tuple[str, ...]  # the first of what breaks it
    remedy: str
    command: str | None  # for the first
    weight: int


def next_steps(findings: Iterable[PostureFinding], *, most: int = 10, named: int = 3) -> tuple[Step, ...]:
    """Give the most useful steps, the heaviest first; what is muted asks for nothing."""
    found: dict[str, Step] = {}
    for one in findings:
        if one.muted is not None:
            continue
        known = found.get(one.check)
        weight = _WEIGHTS[one.severity]
        if known is None:
            found[one.check] = Step(
                check=one.check,
                title=one.title,
                practice=one.practice,
                severity=one.severity,
                count=1,
                names=(one.name,),
                remedy=one.remedy,
                command=one.command,
                weight=weight,
            )
            continue
        found[one.check] = replace(
            known,
            severity=max(known.severity, one.severity, key=lambda severity: severity.rank),
            count=known.count + 1,
            names=known.names if len(known.names) >= named else (*known.names, one.name),
            weight=known.weight + weight,
        )
    return tuple(sorted(found.values(), key=lambda step: (-step.weight, step.check))[:most])
