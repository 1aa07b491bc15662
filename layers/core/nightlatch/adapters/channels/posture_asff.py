"""A finding of an audit in the AWS Security Finding Format, for Security Hub and for files.

Source: Security Hub API reference, AwsSecurityFinding, Compliance (PASSED, FAILED; WARNING where something is missing;
NOT_AVAILABLE where nothing was judged; at most 32 related requirements), RecordState (ARCHIVED: no longer of interest)
and Workflow (an import sets it for a new finding alone; afterwards it takes BatchUpdateFindings); user guide,
asff-required-attributes (the namespace `Software and Configuration Checks`, a subject that is an account is
`AWS::::Account:ID`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nightlatch.adapters.channels.asff import SCHEMA, Hub
from nightlatch.adapters.channels.document import moment
from nightlatch.adapters.channels.text import exact, plain
from nightlatch.domain.event.partitions import partition_of
from nightlatch.domain.posture.findings import FindingKind, PostureFinding
from nightlatch.domain.posture.reports import Kept, Standing

TYPE = "Software and Configuration Checks/AWS Security Best Practices"
_TITLE, _DESCRIPTION, _ID, _RECOMMENDATION, _VALUE = 256, 1_024, 512, 512, 2_048
_REQUIREMENTS = 32


def posture_asff(kept: Kept, *, at: datetime) -> dict[str, object]:
    """Write a finding for the Security Hub of its own account and Region.

    Args:
        kept: What was found.
        at: When the audit ended: an import that is not later than the one before is ignored.
    """
    finding = kept.finding
    hub = Hub(finding.account_id, finding.region, partition=partition_of(finding.region))
    severity = {"Label": finding.severity.value, "Original": finding.severity.value}
    return {
        "SchemaVersion": SCHEMA,
        "Id": uid_of(finding),
        "ProductArn": hub.product_arn,
        "ProductName": "nightlatch",
        "GeneratorId": exact(f"nightlatch/{finding.check}", _ID),
        "AwsAccountId": hub.account_id,
        "Types": [TYPE],
        "FirstObservedAt": moment(kept.first_seen),
        "LastObservedAt": moment(finding.seen_at),
        "CreatedAt": moment(kept.first_seen),
        "UpdatedAt": moment(max(at, finding.seen_at)),
        "Severity": severity,
        "FindingProviderFields": {"Severity": severity, "Types": [TYPE]},
        "Title": plain(f"{finding.title}: {finding.name}", _TITLE),
        "Description": plain(finding.reason, _DESCRIPTION) or "no reason given",
        "Remediation": {"Recommendation": {"Text": plain(finding.remedy, _RECOMMENDATION) or "See nightlatch."}},
        "Compliance": _compliance(kept),
        "Workflow": {"Status": _workflow(kept)},
        "ProductFields": {name: exact(text, _VALUE) for name, text in _fields(kept) if text},
        "Resources": [_resource(finding, hub)],
        "RecordState": "ARCHIVED" if kept.standing is Standing.SPARED else "ACTIVE",
    }


def uid_of(finding: PostureFinding) -> str:
    """Name a finding in Security Hub: the same in each audit."""
    return f"nightlatch/audit/{finding.id}"


def _compliance(kept: Kept) -> dict[str, object]:
    finding = kept.finding
    if kept.standing is Standing.FIXED:
        status = "PASSED"
    elif kept.standing is Standing.SPARED:
        status = "NOT_AVAILABLE"
    else:
        status = "FAILED" if finding.kind is FindingKind.VIOLATION else "WARNING"
    required = [exact(one, _ID) for one in (*finding.covers, *finding.well_architected)]
    return {"Status": status, **({"RelatedRequirements": required[:_REQUIREMENTS]} if required else {})}


def _workflow(kept: Kept) -> str:
    if kept.standing is Standing.FIXED:
        return "RESOLVED"
    return "NEW" if kept.finding.muted is None else "SUPPRESSED"


def _fields(kept: Kept) -> Iterator[tuple[str, str]]:
    finding = kept.finding
    yield "nightlatch/Check", finding.check
    yield "nightlatch/Practice", finding.practice.short
    yield "nightlatch/Kind", finding.kind.value
    yield "nightlatch/Standing", kept.standing.value
    yield "nightlatch/Evidence", "\n".join(finding.evidence)
    yield "nightlatch/Command", finding.command or ""
    if finding.muted is not None:
        yield "nightlatch/MutedBy", finding.muted.owner
        yield "nightlatch/MutedBecause", finding.muted.reason
        yield "nightlatch/MutedUntil", moment(finding.muted.expires)


def _resource(finding: PostureFinding, hub: Hub) -> dict[str, object]:
    """Name what the finding is about, by the service that its ARN names."""
    place = {"Partition": hub.partition, "Region": exact(hub.region, _ID)}
    arn, name = exact(finding.subject, _ID), exact(finding.name, _ID) or "unnamed"
    match (*finding.subject.split(":"), "", "", "")[2]:
        case "secretsmanager":
            details = {"AwsSecretsManagerSecret": {"Name": name}}
            return {"Type": "AwsSecretsManagerSecret", "Id": arn, **place, "Details": details}
        case "lambda":
            return {"Type": "AwsLambdaFunction", "Id": arn, **place, "Details": {"AwsLambdaFunction": _function(name)}}
        case "iam":
            return {"Type": "AwsAccount", "Id": f"AWS::::Account:{finding.account_id}", **place}
        case _:
            return {"Type": "Other", "Id": arn or "unknown", **place}


def _function(name: str) -> dict[str, str]:
    return {"FunctionName": name}
