"""A finding as an OCSF Detection Finding (class 2004), for files and data lakes; one JSON object is one line.

Source: OCSF schema 1.3.0, events/findings/detection_finding and finding (activity 1 create, 2 update, 3 close; status 1
new, 4 resolved), base_event (type_uid is class_uid * 100 + activity_id), objects finding_info, attack, evidences and
resource_details; profile cloud.
"""

from __future__ import annotations

from datetime import datetime

from nightlatch.adapters.channels.text import exact, plain
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Finding, Severity, State

VERSION = "1.3.0"
CLASS_UID = 2_004
CREATE = 1
SEVERITIES = {
    Severity.INFORMATIONAL: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_NEW = (1, "New")
_RULE = (1, "Rule")
_TEXT, _NAME = 1_000, 600


def ocsf(finding: Finding) -> dict[str, object]:
    """Write a finding as it was first made."""
    return {
        **_classification(finding),
        "time": _ms(finding.last_seen),
        "start_time": _ms(finding.first_seen),
        "end_time": _ms(finding.last_seen),
        "count": finding.count,
        "message": plain(finding.title, _TEXT),
        "metadata": _metadata(finding),
        "finding_info": _info(finding),
        "cloud": {
            "provider": "AWS",
            "region": exact(finding.region, _NAME),
            "account": {"uid": exact(finding.account_id, _NAME), "type": "AWS Account", "type_id": 10},
        },
        "resources": [_resource(secret) for secret in finding.secrets],
        "evidences": [_evidence(finding.principal, call) for call in finding.calls],
    }


def _classification(finding: Finding) -> dict[str, object]:
    severity_id, severity = SEVERITIES[finding.severity]
    return {
        "activity_id": CREATE,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": CLASS_UID,
        "class_name": "Detection Finding",
        "type_uid": CLASS_UID * 100 + CREATE,
        "type_name": "Detection Finding: Create",
        "severity_id": severity_id,
        "severity": severity,
        "status_id": _NEW[0],
        "status": _NEW[1],
        "is_alert": finding.state is State.OPEN,
    }


def _metadata(finding: Finding) -> dict[str, object]:
    return {
        "version": VERSION,
        "product": {"name": "nightlatch", "vendor_name": "nightlatch"},
        "profiles": ["cloud"],
        "uid": finding.id,
    }


def _info(finding: Finding) -> dict[str, object]:
    return {
        "uid": finding.id,
        "title": plain(finding.title, _TEXT),
        "desc": plain(finding.reason, _TEXT),
        "types": [finding.rule.partition(".")[0]],
        "analytic": {
            "uid": finding.rule,
            "name": finding.rule,
            "type_id": _RULE[0],
            "type": _RULE[1],
            "category": finding.catalogue,
        },
        "attacks": [{"technique": {"uid": technique}} for technique in finding.techniques],
        "first_seen_time": _ms(finding.first_seen),
        "last_seen_time": _ms(finding.last_seen),
        "created_time": _ms(finding.last_seen),
        "related_events": [{"uid": exact(event_id, _NAME)} for event_id in finding.event_ids],
    }


def _resource(secret: SecretRef) -> dict[str, object]:
    return {
        "type": "AWS::SecretsManager::Secret",
        "uid": exact(secret.text, _NAME),
        "name": exact(secret.name, _NAME),
        "region": exact(secret.region, _NAME),
    }


def _evidence(principal: Principal, call: str) -> dict[str, object]:
    return {"actor": {"user": _user(principal)}, "api": {"operation": exact(call, _NAME)}}


def _user(principal: Principal) -> dict[str, object]:
    return {"name": plain(principal.title, _NAME), "uid": exact(principal.key, _NAME)}


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1_000)
