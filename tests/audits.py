"""Builders of what audits found: findings beside the audit before, runs, mutes, and whole reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from nightlatch.checks import CHECKS
from nightlatch.cli.report.report import Report
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Outcome, judge
from nightlatch.domain.posture.examples import ACCOUNT, NOW, REGION, TERMS, ago
from nightlatch.domain.posture.findings import UNSEEN, FindingKind, Mute, PostureFinding, findings_of
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.reports import Kept, Run, Stage, Standing, scores
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.tallies import tallied

MUTE = Mute(
    checks=("rotation.*",),
    names=("ci-*",),
    owner="platform",
    reason="thrown away each night",
    expires=NOW + timedelta(days=30),
)


def secret_arn(name: str) -> str:
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"


def a_posture_finding(name: str = "prod/db", **other: Any) -> PostureFinding:
    """A secret that nobody rotates."""
    usual = PostureFinding(
        check="rotation.off",
        practice=Practice.ROTATION,
        kind=FindingKind.VIOLATION,
        severity=Severity.MEDIUM,
        subject=secret_arn(name),
        name=name,
        account_id=ACCOUNT,
        region=REGION,
        title="Nobody rotates it",
        reason="no rotation has ever been set up for it",
        remedy="Give it a rotation function that knows its database or service, and a schedule.",
        seen_at=NOW,
        evidence=("created 400 days ago",),
        command=f"aws secretsmanager rotate-secret --region {REGION} --secret-id {secret_arn('prod/db')}",
        covers=("SecretsManager.1",),
        well_architected=("SEC02-BP05",),
    )
    return replace(usual, **other)


def unseen(name: str = "prod/db", action: str = "secretsmanager:GetResourcePolicy", **other: Any) -> PostureFinding:
    """A question about a secret that AWS did not answer."""
    return a_posture_finding(
        name,
        **{
            "check": f"{UNSEEN}.{action}",
            "kind": FindingKind.UNSEEN,
            "severity": Severity.LOW,
            "title": "Could not look",
            "reason": f"{action} was denied; allow it to whoever audits",
            "evidence": ("not judged: policy.public",),
            "command": None,
            "covers": (),
            "well_architected": (),
            **other,
        },
    )


def kept(finding: PostureFinding | None = None, standing: Standing = Standing.NEW, *, days: int = 0) -> Kept:
    return Kept(finding=finding or a_posture_finding(), standing=standing, first_seen=ago(days=days))


def a_run(**other: Any) -> Run:
    usual = Run(
        id="a-0123456789abcdef",
        account_id=ACCOUNT,
        region=REGION,
        begun_at=ago(minutes=4),
        stage=Stage.DONE,
        secrets=1_204,
        functions=38,
        calls=2_911,
        counts={
            check.id: {Outcome.CLEAN.value: 40, Outcome.VIOLATED.value: 11, Outcome.UNSEEN.value: 2} for check in CHECKS
        },
        finished_at=NOW,
    )
    return replace(usual, **other)


def a_report(found: Sequence[Kept] = (), **other: Any) -> Report:
    """A report over findings that are all in memory."""
    run = other.pop("run", None) or a_run()
    return Report(
        **{
            "run": run,
            "scores": scores(run.counts, {check.id: check.practice for check in CHECKS}),
            "tally": tallied(found),
            "findings": lambda: iter(found),
            "nightlatch": "0.1.0",
            "policy": "sha256:9f2c",
            **other,
        }
    )


_OFTEN = {
    Severity.CRITICAL: 1,
    Severity.HIGH: 2,
    Severity.MEDIUM: 9,
    Severity.LOW: 14,
    Severity.INFORMATIONAL: 20,
}
_NAMES = ("orders", "billing", "mail", "search", "ledger", "partners", "crm")


@cache
def violations() -> tuple[PostureFinding, ...]:
    """What each check says of its own examples."""
    return tuple(
        finding
        for check in CHECKS
        for example in check.examples
        if example.violates
        for finding in findings_of(list(judge(example.posture, (check,), example.terms or TERMS)), TERMS)
    )


@cache
def _wheel() -> tuple[PostureFinding, ...]:
    of_secrets = [one for one in violations() if ":secret:" in one.subject]
    return tuple(one for one in of_secrets for _ in range(_OFTEN[one.severity]))


def a_company(size: int) -> Iterator[Kept]:
    """Findings as an account of some size has them: many kinds, a few grave ones, some known, fixed or muted."""
    others = [*{one.id: one for one in violations() if ":secret:" not in one.subject}.values()]
    wheel = _wheel()
    for place in range(size):
        if place < len(others):
            finding = others[place]
        else:
            name = f"{('prod', 'test', 'ci')[place % 3]}/{_NAMES[place % 7]}/{place:05}"
            finding = replace(wheel[place * 7 % len(wheel)], name=name, subject=secret_arn(name))
        muted = MUTE if place % 41 == 40 else None
        standing = (Standing.OPEN, Standing.OPEN, Standing.NEW, Standing.OPEN, Standing.FIXED)[place * 3 % 5]
        yield kept(replace(finding, muted=muted), standing, days=place % 90)


def a_company_run(found: Iterable[Kept], secrets: int = 1_204) -> Run:
    """The run that found it: what nothing is said of is clean, and use could not be judged."""
    there = [one.finding for one in found if one.standing is not Standing.FIXED]
    violated = Counter(one.check for one in there)
    of = {SecretPosture: secrets, FunctionPosture: 38, AccountPosture: 1}
    counts = {}
    for check in CHECKS:
        broken = min(violated[check.id], of[check.about])
        rest = of[check.about] - broken
        kind = Outcome.UNSEEN if check.practice is Practice.RETRIES else Outcome.CLEAN
        counts[check.id] = {Outcome.VIOLATED.value: broken, kind.value: rest}
    return a_run(secrets=secrets, counts=counts)


def names(found: Iterable[Kept]) -> list[str]:
    return [one.finding.name for one in found]
