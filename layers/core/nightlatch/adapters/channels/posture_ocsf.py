"""A finding of an audit as an OCSF Compliance Finding (class 2003), for files and data lakes.

Source: OCSF schema 1.3.0, events/findings/compliance_finding and finding (activity 1 create, 2 update, 3 close; status
0 unknown, 1 new, 3 suppressed, 4 resolved), objects/compliance (standards is required; status 0 to 3),
objects/remediation, finding_info and resource_details; profile cloud.
"""

from __future__ import annotations

from datetime import datetime

from nightlatch.adapters.channels.ocsf import SEVERITIES, VERSION
from nightlatch.adapters.channels.text import exact, plain
from nightlatch.domain.posture.findings import FindingKind, PostureFinding
from nightlatch.domain.posture.reports import Kept, Standing

CLASS_UID = 2_003
STANDARD = "AWS Secrets Manager best practices"
_PILLAR = "AWS Well-Architected Framework, Security Pillar"
_TEXT, _NAME = 1_000, 600
_CLOSE = (3, "Close")
_ACTIVITIES = {
    Standing.NEW: (1, "Create"),
    Standing.OPEN: (2, "Update"),
    Standing.FIXED: _CLOSE,
    Standing.SPARED: _CLOSE,
}
_NEW, _SUPPRESSED, _RESOLVED = (1, "New"), (3, "Suppressed"), (4, "Resolved")
_UNKNOWN, _PASS, _WARNING, _FAIL = (0, "Unknown"), (1, "Pass"), (2, "Warning"), (3, "Fail")


def posture_ocsf(kept: Kept, *, at: datetime) -> dict[str, object]:
    """Write a finding as the audit that ended then left it."""
    finding = kept.finding
    return {
        **_classification(kept),
        "time": _ms(at),
        "start_time": _ms(kept.first_seen),
        "end_time": _ms(finding.seen_at),
        "message": plain(f"{finding.title}: {finding.name}", _TEXT),
        "metadata": {
            "version": VERSION,
            "product": {"name": "nightlatch", "vendor_name": "nightlatch"},
            "profiles": ["cloud"],
            "uid": finding.id,
        },
        "finding_info": _info(kept, at),
        "compliance": _compliance(kept),
        "remediation": _remediation(finding),
        "cloud": {
            "provider": "AWS",
            "region": exact(finding.region, _NAME),
            "account": {"uid": exact(finding.account_id, _NAME), "type": "AWS Account", "type_id": 10},
        },
        "resources": [_resource(finding)],
    }


def _classification(kept: Kept) -> dict[str, object]:
    severity_id, severity = SEVERITIES[kept.finding.severity]
    activity_id, activity = _ACTIVITIES[kept.standing]
    status_id, status = _lifecycle(kept)
    return {
        "activity_id": activity_id,
        "activity_name": activity,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": CLASS_UID,
        "class_name": "Compliance Finding",
        "type_uid": CLASS_UID * 100 + activity_id,
        "type_name": f"Compliance Finding: {activity}",
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
    }


def _lifecycle(kept: Kept) -> tuple[int, str]:
    if kept.standing is Standing.FIXED:
        return _RESOLVED
    if kept.standing is Standing.SPARED:
        return _UNKNOWN
    return _NEW if kept.finding.muted is None else _SUPPRESSED


def _info(kept: Kept, at: datetime) -> dict[str, object]:
    finding = kept.finding
    return {
        "uid": finding.id,
        "title": plain(finding.title, _TEXT),
        "desc": plain(finding.reason, _TEXT),
        "types": [finding.practice.short],
        "analytic": {"uid": finding.check, "name": finding.check, "type_id": 1, "type": "Rule"},
        "data_sources": [plain(one, _TEXT) for one in finding.evidence],
        "first_seen_time": _ms(kept.first_seen),
        "last_seen_time": _ms(finding.seen_at),
        "created_time": _ms(kept.first_seen),
        "modified_time": _ms(at),
    }


def _compliance(kept: Kept) -> dict[str, object]:
    finding = kept.finding
    status_id, status = _result(kept)
    return {
        "control": exact(finding.check, _NAME),
        "requirements": [exact(one, _NAME) for one in (*finding.covers, *finding.well_architected)],
        "standards": [STANDARD, *([_PILLAR] if finding.well_architected else [])],
        "status_id": status_id,
        "status": status,
        "status_detail": plain(finding.reason, _TEXT),
    }


def _result(kept: Kept) -> tuple[int, str]:
    if kept.standing is Standing.FIXED:
        return _PASS
    if kept.standing is Standing.SPARED:
        return _UNKNOWN
    return _FAIL if kept.finding.kind is FindingKind.VIOLATION else _WARNING


def _remediation(finding: PostureFinding) -> dict[str, object]:
    command = f" Command: {finding.command}" if finding.command else ""
    return {"desc": plain(f"{finding.remedy}{command}", 4 * _TEXT)}


def _resource(finding: PostureFinding) -> dict[str, object]:
    types = {"secretsmanager": "AWS::SecretsManager::Secret", "lambda": "AWS::Lambda::Function", "iam": "AWS::Account"}
    return {
        "type": types.get((*finding.subject.split(":"), "", "", "")[2], "Other"),
        "uid": exact(finding.subject, _NAME),
        "name": exact(finding.name, _NAME),
        "region": exact(finding.region, _NAME),
    }


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1_000)
