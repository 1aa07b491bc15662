"""Findings as documents that other tools read: ASFF for Security Hub, OCSF for data lakes; one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from nightlatch.adapters.channels.asff import Hub, asff
from nightlatch.adapters.channels.ocsf import ocsf
from nightlatch.domain.judging.findings import Finding


def asff_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Write each finding for the Security Hub of its own account and Region."""
    for finding in findings:
        hub = Hub(finding.account_id, finding.region)
        yield _line(asff(finding, hub, uid=f"nightlatch/{finding.id}", updated_at=finding.last_seen))


def ocsf_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Write each finding as an OCSF Detection Finding."""
    return (_line(ocsf(finding)) for finding in findings)


def _line(document: object) -> str:
    """Write ASCII alone: a terminal must not obey a name."""
    return f"{json.dumps(document)}\n"
