"""What an audit found: a check that a posture breaks, or that nobody could look; and who chose not to hear of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check, Judgement, Outcome, Posture, Violation
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import Gap

UNSEEN, FAULT = "audit.not-seen", "audit.fault"  # stand where a check's id would
_ID_LENGTH = 20


class FindingKind(StrEnum):
    """What a finding of an audit is."""

    VIOLATION = "violation"
    UNSEEN = "unseen"  # nobody could look; which checks had to be left out is its evidence
    FAULT = "fault"  # a check failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """What the operator chose not to hear of, for a while."""

    checks: tuple[str, ...]  # globs over ids of checks
    names: tuple[str, ...]  # globs over names of secrets, functions or the account
    owner: str
    reason: str
    expires: datetime

    def covers(self, check: str, name: str, now: datetime) -> bool:
        """Tell whether a finding is one of those."""
        of_check = any(fnmatchcase(check, glob) for glob in self.checks)
        return of_check and now < self.expires and any(fnmatchcase(name, glob) for glob in self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostureFinding:
    """One check about one secret, function or account."""

    check: str
    practice: Practice
    kind: FindingKind
    severity: Severity
    subject: str  # ARN
    name: str
    account_id: str
    region: str
    title: str
    reason: str
    remedy: str
    seen_at: datetime
    evidence: tuple[str, ...] = ()
    command: str | None = None
    covers: tuple[str, ...] = ()
    well_architected: tuple[str, ...] = ()
    muted: Mute | None = None

    @property
    def id(self) -> str:
        """The same in each audit, so that two can be compared."""
        return finding_id(self.check, self.subject)


def finding_id(check: str, subject: str) -> str:
    """Give the id that a finding of a check about an ARN has, or would have."""
    return sha256(f"{check}|{subject}".encode(errors="replace")).hexdigest()[:_ID_LENGTH]


def findings_of(judgements: Sequence[Judgement], terms: Terms, mutes: Iterable[Mute] = ()) -> Iterator[PostureFinding]:
    """Give what must be told of one posture: its violations, what could not be looked at once for each question."""
    known = tuple(mutes)
    for one in (*_violations(judgements, terms), *_unseen(judgements, terms), *_faults(judgements, terms)):
        mute = next((mute for mute in known if mute.covers(one.check, one.name, terms.now)), None)
        yield one if mute is None else replace(one, muted=mute)


def _violations(judgements: Sequence[Judgement], terms: Terms) -> Iterator[PostureFinding]:
    for one in judgements:
        if one.violation is not None:
            yield _finding(
                one,
                terms,
                severity=one.violation.severity or one.check.severity,
                reason=one.violation.reason,
                evidence=one.violation.evidence,
                command=_command(one.check, one.posture, one.violation),
            )


def _unseen(judgements: Sequence[Judgement], terms: Terms) -> Iterator[PostureFinding]:
    """Fold by what was asked: one refused call keeps several checks from judging."""
    asked: dict[Gap, list[Judgement]] = {}
    for one in judgements:
        if one.outcome is Outcome.UNSEEN and one.gap is not None:
            asked.setdefault(one.gap, []).append(one)
    for gap, some in asked.items():
        posture = some[0].posture
        whole = AccountPosture(account_id=posture.account_id, region=posture.region)
        about = whole if gap.is_once else posture
        yield replace(
            _finding(some[0], terms, severity=Severity.LOW, reason=gap.why),
            subject=about.arn,
            name=about.name,
            check=f"{UNSEEN}.{gap.action}",
            kind=FindingKind.UNSEEN,
            title="Could not look",
            remedy="Let whoever audits make this call, or say why it need not be made, with a mute.",
            evidence=tuple(sorted(f"not judged: {one.check.id}" for one in some)),
            covers=(),
            well_architected=(),
        )


def _faults(judgements: Sequence[Judgement], terms: Terms) -> Iterator[PostureFinding]:
    for one in judgements:
        if one.outcome is Outcome.FAULT:
            yield replace(
                _finding(one, terms, severity=Severity.LOW, reason=one.why),
                check=f"{FAULT}.{one.check.id}",
                kind=FindingKind.FAULT,
                title="Could not judge",
                remedy="This is a defect of nightlatch: please report it, with the name of the check alone.",
            )


def _finding(  # noqa: PLR0913 - what differs between the three kinds
    one: Judgement,
    terms: Terms,
    *,
    severity: Severity,
    reason: str,
    evidence: tuple[str, ...] = (),
    command: str | None = None,
) -> PostureFinding:
    check, posture = one.check, one.posture
    return PostureFinding(
        check=check.id,
        practice=check.practice,
        kind=FindingKind.VIOLATION,
        severity=severity,
        subject=posture.arn,
        name=posture.name,
        account_id=posture.account_id,
        region=posture.region,
        title=check.title,
        reason=reason,
        remedy=check.remedy,
        seen_at=terms.now,
        evidence=evidence,
        command=command,
        covers=check.covers,
        well_architected=check.well_architected,
    )


def _command(check: Check[Any], posture: Posture, violation: Violation) -> str | None:
    """Fill in what is known; names are chosen by anybody, so each is quoted for a shell."""
    template = violation.command or check.command
    if template is None:
        return None
    places = {
        "arn": posture.arn,
        "name": posture.name,
        "region": posture.region,
        "account": posture.account_id,
        **dict(violation.values),
    }
    return template.format(**{place: shlex.quote(value) for place, value in places.items()})
