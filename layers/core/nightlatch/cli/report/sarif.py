"""Writes an audit as SARIF 2.1.0, a result at a time: checks are rules, mutes are suppressions.

What is audited is no file, so a result's location is logical: the ARN. A result that says that nobody could look has
the kind `open`, one that is fixed is `absent` beside the audit before.

Source: OASIS SARIF 2.1.0, errata 01 (3.27.9 kind and 3.27.10 level: a kind other than fail goes with level none;
3.52.4 hierarchical rule ids; 3.27.17 partialFingerprints; 3.35 suppression), and its JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nightlatch.checks import CHECKS
from nightlatch.cli.report.fields import moment
from nightlatch.cli.report.report import Report
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check
from nightlatch.domain.posture.findings import FAULT, UNSEEN, FindingKind, PostureFinding
from nightlatch.domain.posture.remarks import MUTE_EXPIRED, VANISHED
from nightlatch.domain.posture.reports import Kept, Standing

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "nightlatch/v1"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFORMATIONAL: "note",
}
_RANKS = {
    Severity.CRITICAL: 100,
    Severity.HIGH: 75,
    Severity.MEDIUM: 50,
    Severity.LOW: 25,
    Severity.INFORMATIONAL: 0,
}
_STATES = {Standing.NEW: "new", Standing.OPEN: "unchanged", Standing.FIXED: "absent", Standing.SPARED: "absent"}
_PLACES = {check.id: place for place, check in enumerate(CHECKS)}
_SAID = {
    UNSEEN: "Could not look",
    FAULT: "Could not judge",
    VANISHED: "It vanished during the audit",
    MUTE_EXPIRED: "A mute has expired",
}
_OTHERS = {name: (said, len(CHECKS) + place) for place, (name, said) in enumerate(_SAID.items())}


def sarif_text(report: Report) -> Iterator[str]:
    """Write one document with one run."""
    run = {
        "tool": {"driver": _driver(report)},
        "automationDetails": {"id": f"nightlatch/audit/{report.run.account_id}/{report.run.region}/{report.run.id}"},
        "invocations": [_invocation(report)],
    }
    yield f'{{"$schema": {json.dumps(SCHEMA)}, "version": "2.1.0", "runs": [{json.dumps(run)[:-1]}, "results": ['
    between = "\n"
    for one in report.shown():
        yield f"{between}{json.dumps(_result(one))}"
        between = ",\n"
    yield "\n]}]}\n"


def _driver(report: Report) -> dict[str, object]:
    others = [{"id": name, "shortDescription": {"text": said}} for name, (said, _) in _OTHERS.items()]
    return {"name": "nightlatch", "version": report.nightlatch, "rules": [*map(_rule, CHECKS), *others]}


def _rule(check: Check[Any]) -> dict[str, object]:
    return {
        "id": check.id,
        "name": "".join(word.capitalize() for word in check.id.replace(".", "-").split("-")),
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": f"{check.practice.title}: {check.title}."},
        "help": {"text": "\n".join((check.remedy, *(f"Source: {source}" for source in check.sources)))},
        "defaultConfiguration": {"level": _LEVELS[check.severity], "rank": _RANKS[check.severity]},
        "properties": {"tags": [f"practice:{check.practice.short}", *check.covers, *check.well_architected]},
    }


def _invocation(report: Report) -> dict[str, object]:
    """Say how it went; what could not be looked at makes it no success."""
    told = [
        {
            "level": "warning",
            "message": {"text": f"{blank.why} ({blank.count} times)"},
            "associatedRule": dict(zip(("id", "index"), _rule_of(blank.check), strict=True)),
        }
        for blank in report.tally.missing
    ]
    return {
        "executionSuccessful": not told,
        "startTimeUtc": moment(report.run.begun_at),
        "endTimeUtc": moment(report.at),
        "toolExecutionNotifications": told,
    }


def _result(kept: Kept) -> dict[str, object]:
    finding = kept.finding
    rule, place = _rule_of(finding.check)
    is_violation = finding.kind is FindingKind.VIOLATION
    return {
        "ruleId": rule,
        "ruleIndex": place,
        "kind": "fail" if is_violation else "open",
        "level": _LEVELS[finding.severity] if is_violation else "none",
        "rank": _RANKS[finding.severity],
        "message": {"text": f"{finding.title}: {finding.name}: {finding.reason}"},
        "locations": [{"logicalLocations": [_location(finding)]}],
        "partialFingerprints": {FINGERPRINT: finding.id},
        "baselineState": _STATES[kept.standing],
        "suppressions": _suppressions(finding),
        "provenance": {
            "firstDetectionTimeUtc": moment(kept.first_seen),
            "lastDetectionTimeUtc": moment(finding.seen_at),
        },
        "properties": {
            "severity": finding.severity.value,
            "practice": finding.practice.short,
            "evidence": list(finding.evidence),
            "remedy": finding.remedy,
            "command": finding.command,
        },
    }


def _rule_of(check: str) -> tuple[str, int]:
    """Name the rule and its place; what could not be looked at stands below one rule for all questions."""
    for name, (_, place) in _OTHERS.items():
        if check == name:
            return name, place
        if check.startswith(f"{name}."):
            return f"{name}/{check.removeprefix(f'{name}.')}", place
    return check, _PLACES.get(check, -1)  # -1: a check of the audit before that is gone


def _location(finding: PostureFinding) -> dict[str, str]:
    return {"name": finding.name, "fullyQualifiedName": finding.subject, "kind": "resource"}


def _suppressions(finding: PostureFinding) -> list[dict[str, object]]:
    mute = finding.muted
    if mute is None:
        return []
    said = f"{mute.reason} ({mute.owner}, until {moment(mute.expires)})"
    return [{"kind": "external", "status": "accepted", "justification": said}]
