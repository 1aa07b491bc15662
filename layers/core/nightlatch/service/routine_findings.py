"""Proposes exemptions for what would be told most often: one rule about one principal, day after day.

Some rules have no routine that is harmless: what opens a secret, takes its key or blinds whoever watches, and who
should not be there at all. And what is CRITICAL is exempted for a name prefix alone. Both are counted, so that nobody
takes their absence for peace.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from nightlatch.domain.answering.policy import Exemption
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.judging.findings import Finding, Severity
from nightlatch.service.suggestions import MOST, REGULAR_DAYS, ExemptionSuggestion, common_prefix

OFTEN = 3  # findings of one rule about one principal

_NEVER = ("monitor.", "policy.", "key.", "replica.", "access.decoy", "access.root-use", "access.outside-account")


def routine_findings(told: Sequence[Finding], until: datetime) -> tuple[tuple[ExemptionSuggestion, ...], int]:
    """Propose exemptions, those first that would quiet most; and say how many findings come as often and stay."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in told:
        groups[finding.rule, finding.principal.key].append(finding)
    often = [some for some in groups.values() if len(some) >= OFTEN and len(_days(some)) >= REGULAR_DAYS]
    found = [(some, _exemption(some, until)) for some in often]
    proposed = [one for _, one in found if one is not None]
    stay = sum(len(some) for some, one in found if one is None)
    return tuple(sorted(proposed, key=lambda one: (-one.findings, one.rule, one.principal))[:MOST]), stay


def _exemption(findings: Sequence[Finding], until: datetime) -> ExemptionSuggestion | None:
    one = findings[0]
    secrets = {secret for finding in findings for secret in finding.secrets}
    prefix = common_prefix(secrets) if all(finding.secrets for finding in findings) else ""
    worst = max((finding.severity for finding in findings), key=lambda severity: severity.rank)
    has_arn = one.principal.kind in {PrincipalKind.ROLE, PrincipalKind.USER}
    if not has_arn or one.rule.startswith(_NEVER) or (worst is Severity.CRITICAL and not prefix):
        return None
    exemption = Exemption(
        rule=one.rule, principal=one.principal.key, secrets=prefix, owner="", reason="", expires=until
    )
    quiet = [finding for finding in findings if exemption.silences(finding)]
    if len(quiet) < OFTEN:
        return None
    return ExemptionSuggestion(
        rule=one.rule,
        catalogue=one.catalogue,
        principal=one.principal.key,
        prefix=prefix,
        severity=worst,
        findings=len(quiet),
        days=len(_days(quiet)),
        secrets=len(secrets),
        first_seen=min(finding.first_seen for finding in quiet),
        last_seen=max(finding.last_seen for finding in quiet),
    )


def _days(findings: Sequence[Finding]) -> set[date]:
    return {finding.first_seen.date() for finding in findings}
