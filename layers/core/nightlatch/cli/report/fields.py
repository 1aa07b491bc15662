"""The fields of an audit in JSON, YAML and CSV: a public interface; docs/audit.md says what each one holds."""

from __future__ import annotations

from datetime import UTC, datetime

from nightlatch.cli.report.report import Report
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.findings import Mute
from nightlatch.domain.posture.reports import Kept, Score, Standing, Step
from nightlatch.domain.posture.tallies import Blank

SCHEMA_VERSION = 1


def head(report: Report) -> dict[str, object]:
    """Give everything but the findings."""
    tally = report.tally
    return {
        "schema_version": SCHEMA_VERSION,
        "audit": _audit(report),
        "scores": [_score(score, tally.by_practice.get(score.practice, 0)) for score in report.scores],
        "counts": {
            **{standing.value: _by_severity(report, standing) for standing in Standing},
            "muted": tally.muted,
        },
        "next_steps": [_step(step) for step in tally.steps],
        "not_seen": [_blank(blank) for blank in tally.blanks],
        "mutes": [{**_mute(mute), "findings": count} for mute, count in tally.mutes],
    }


def row(kept: Kept) -> dict[str, object]:
    """Give one finding."""
    finding = kept.finding
    return {
        "id": finding.id,
        "check": finding.check,
        "practice": finding.practice.short,
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "standing": kept.standing.value,
        "name": finding.name,
        "subject": finding.subject,
        "account": finding.account_id,
        "region": finding.region,
        "title": finding.title,
        "reason": finding.reason,
        "evidence": list(finding.evidence),
        "remedy": finding.remedy,
        "command": finding.command,
        "covers": list(finding.covers),
        "well_architected": list(finding.well_architected),
        "first_seen": moment(kept.first_seen),
        "last_seen": moment(finding.seen_at),
        "muted": None if finding.muted is None else _mute(finding.muted),
    }


def moment(at: datetime) -> str:
    """Write a moment in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _audit(report: Report) -> dict[str, object]:
    run = report.run
    return {
        "id": run.id,
        "account": run.account_id,
        "region": run.region,
        "begun_at": moment(run.begun_at),
        "finished_at": None if run.finished_at is None else moment(run.finished_at),
        "secrets": run.secrets,
        "functions": run.functions,
        "calls": run.calls,
        "is_whole": not report.tally.missing,
        "only": list(report.narrowed),
        "nightlatch": report.nightlatch,
        "policy": report.policy or None,
    }


def _score(score: Score, findings: int) -> dict[str, object]:
    return {
        "practice": score.practice.short,
        "number": score.practice.number,
        "title": score.practice.title,
        "percent": score.percent,
        "clean": score.clean,
        "violated": score.violated,
        "not_seen": score.unseen,
        "findings": findings,
    }


def _by_severity(report: Report, standing: Standing) -> dict[str, int]:
    counts = report.tally.counts
    return {severity.value: counts.get((severity, standing), 0) for severity in reversed(Severity)}


def _step(step: Step) -> dict[str, object]:
    return {
        "check": step.check,
        "practice": step.practice.short,
        "severity": step.severity.value,
        "title": step.title,
        "findings": step.count,
        "names": list(step.names),
        "remedy": step.remedy,
        "command": step.command,
    }


def _blank(blank: Blank) -> dict[str, object]:
    return {
        "about": blank.about,
        "kind": blank.kind.value,
        "why": blank.why,
        "findings": blank.count,
        "names": list(blank.names),
        "evidence": list(blank.evidence),
        "muted": blank.is_muted,
    }


def _mute(mute: Mute) -> dict[str, object]:
    return {
        "checks": list(mute.checks),
        "names": list(mute.names),
        "owner": mute.owner,
        "reason": mute.reason,
        "expires": moment(mute.expires),
    }
