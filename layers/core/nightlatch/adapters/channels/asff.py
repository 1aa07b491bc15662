"""A finding in the AWS Security Finding Format, for Security Hub and for files.

Source: Security Hub API reference, AwsSecurityFinding (lengths: Id and GeneratorId 512, Title 256, Description 1,024,
recommendation 512, 50 Types, 32 Resources, 50 ProductFields of 128 and 2,048 characters; 240 KB in all) and
asff-required-attributes (severity labels, types, the default product of an account). `FindingProviderFields` carry the
severity, for providers may not update the top-level one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from nightlatch.adapters.channels.document import moment
from nightlatch.adapters.channels.text import exact, plain
from nightlatch.detections import CATALOGUE
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Finding

SCHEMA = "2018-10-08"
MOST_RESOURCES = 32
_TITLE, _DESCRIPTION, _ID, _RECOMMENDATION, _VALUE = 256, 1_024, 512, 512, 2_048
_TYPES = {
    "access": "TTPs/Credential Access",
    "change": "Unusual Behaviors/Data",
    "deletion": "Effects/Data Destruction",
    "key": "Effects/Data Destruction",
    "policy": "Effects/Data Exposure",
    "replica": "Effects/Data Exposure",
    "rotation": "TTPs/Persistence",
    "monitor": "TTPs/Defense Evasion",
}
_OTHER = "Unusual Behaviors"
_PLAYBOOKS = {rule.id: rule.playbook for rule in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Hub:
    """Whose findings they are: the default product of an account in a Region."""

    account_id: str
    region: str
    partition: str = "aws"

    @classmethod
    def of_product(cls, arn: str) -> Hub:
        """Read whose product an ARN of ours is."""
        _, partition, _, region, account, _ = arn.split(":", 5)
        return cls(account_id=account, region=region, partition=partition)

    @property
    def product_arn(self) -> str:
        """The product under which an account may import findings of its own."""
        account = self.account_id
        return f"arn:{self.partition}:securityhub:{self.region}:{account}:product/{account}/default"


def asff(finding: Finding, hub: Hub, *, uid: str, updated_at: datetime) -> dict[str, object]:
    """Write a finding.

    Args:
        finding: What was found.
        hub: Where it is imported, or would be.
        uid: The same for the same finding, however it grows: an import with a known id updates.
        updated_at: Later with each change, or Security Hub ignores it.
    """
    severity = {"Label": finding.severity.value, "Original": finding.severity.value}
    types = [_TYPES.get(finding.rule.partition(".")[0], _OTHER)]
    playbook = plain(_PLAYBOOKS.get(finding.rule, "") or "Look at the incident in nightlatch.", _RECOMMENDATION)
    return {
        "SchemaVersion": SCHEMA,
        "Id": exact(uid, _ID),
        "ProductArn": hub.product_arn,
        "ProductName": "nightlatch",
        "GeneratorId": exact(f"nightlatch/{finding.rule}", _ID),
        "AwsAccountId": hub.account_id,
        "Types": types,
        **_times(finding, updated_at),
        "Severity": severity,
        "FindingProviderFields": {"Severity": severity, "Types": types},
        "Title": plain(finding.title, _TITLE) or "nightlatch finding",
        "Description": plain(finding.reason, _DESCRIPTION) or "no reason given",
        "Remediation": {"Recommendation": {"Text": playbook}},
        "ProductFields": {name: exact(text, _VALUE) for name, text in _fields(finding) if text},
        "Resources": [*_resources(finding, hub)],
        "RecordState": "ACTIVE",
    }


def _times(finding: Finding, updated_at: datetime) -> dict[str, object]:
    first, last = moment(finding.first_seen), moment(finding.last_seen)
    updated = moment(max(updated_at, finding.last_seen))
    return {"FirstObservedAt": first, "LastObservedAt": last, "CreatedAt": first, "UpdatedAt": updated}


def finding_uid(incident_id: str, finding: Finding) -> str:
    """Name a finding of an incident: late records may move its beginning, never its rule and subject."""
    subject = sha256(f"{finding.account_id}|{finding.subject}".encode(errors="replace")).hexdigest()[:16]
    return f"nightlatch/{incident_id}/{finding.rule}/{subject}"


def _fields(finding: Finding) -> Iterator[tuple[str, str]]:
    yield "nightlatch/Catalogue", finding.catalogue
    yield "nightlatch/Techniques", " ".join(finding.techniques)
    yield "nightlatch/Principal", finding.principal.key
    yield "nightlatch/Calls", " ".join(finding.calls)
    yield "nightlatch/FirstEvent", next(iter(finding.event_ids), "")
    yield "nightlatch/Events", str(finding.count)
    yield "nightlatch/Secrets", str(len(finding.secrets))
    yield "nightlatch/State", finding.state.value
    yield "nightlatch/Account", finding.account_id


def _resources(finding: Finding, hub: Hub) -> Iterator[dict[str, object]]:
    for secret in finding.secrets[: MOST_RESOURCES - 1]:
        yield _secret(secret, hub)
    yield _actor(finding.principal, hub)  # always: a finding without any resource is refused


def _secret(secret: SecretRef, hub: Hub) -> dict[str, object]:
    return {
        "Type": "AwsSecretsManagerSecret",
        "Id": exact(secret.text, _ID) or "unnamed",
        "Partition": hub.partition,
        "Region": exact(secret.region, _ID) or hub.region,
        "ResourceRole": "Target",
        "Details": {"AwsSecretsManagerSecret": {"Name": exact(secret.name, _ID) or "unnamed"}},
    }


def _actor(principal: Principal, hub: Hub) -> dict[str, object]:
    kinds = {PrincipalKind.USER: "AwsIamUser", PrincipalKind.ROLE: "AwsIamRole"}
    return {
        "Type": kinds.get(principal.kind, "Other"),
        "Id": exact(principal.key, _ID) or "unknown",
        "Partition": hub.partition,
        "Region": hub.region,
        "ResourceRole": "Actor",
    }
