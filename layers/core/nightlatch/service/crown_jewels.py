"""Proposes crown jewels: secrets that few use, that are needed all the time, and that somebody took care of.

A name (`prod/`) or many readers say nothing of a secret's weight. A finding matters where any stranger stands out, for
few have any business there, and where the loss would stop somebody, for it is read day after day. That it is rotated or
has a key, a policy or replicas of its own shows that its owner thinks so, too. One severity more costs nothing where
hardly anything was told of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Finding
from nightlatch.service.suggestions import MOST, REGULAR_DAYS, TierSuggestion
from nightlatch.service.usage import Times, Usage

FEW_USERS = 3
FEW_FINDINGS = 1


def crown_jewels(usage: Usage, told: Sequence[Finding]) -> tuple[TierSuggestion, ...]:
    """Propose tiers, those first that show most care."""
    named: dict[SecretRef, int] = defaultdict(int)
    for finding in told:
        for secret in {usage.of(secret) for secret in finding.secrets}:
            named[secret] += 1
    found = [
        _tier(secret, users, usage, named[secret])
        for secret, users in usage.users.items()
        if len(users) <= FEW_USERS and usage.care[secret] and named[secret] <= FEW_FINDINGS and _is_needed(users)
    ]
    return tuple(sorted(found, key=lambda tier: (-len(tier.care), -tier.days, tier.name))[:MOST])


def _is_needed(users: Mapping[str, Times]) -> bool:
    return any(len(times.days) >= REGULAR_DAYS for times in users.values())


def _tier(secret: SecretRef, users: Mapping[str, Times], usage: Usage, findings: int) -> TierSuggestion:
    return TierSuggestion(
        name=secret.name,
        users=tuple(sorted(users)),
        uses=sum(times.count for times in users.values()),
        days=len({day for times in users.values() for day in times.days}),
        care=tuple(sorted(usage.care[secret])),
        findings=findings,
        first_seen=min(times.first for times in users.values()),
        last_seen=max(times.last for times in users.values()),
    )
