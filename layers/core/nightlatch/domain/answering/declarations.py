"""What people said was theirs: one actor, one rule, certain secrets, until a day; then it is recorded and not told.

A declaration is what the policy's `known_actors` are, said in one click about what has just happened. It is narrower:
it names the secrets themselves and ends by itself. What nothing takes back, what opens no secret and what may blind
the watch is never declared so; nor does it cover root, or who cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from nightlatch.domain.answering.policy import NEEDS_PREFIX
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.judging.findings import Finding

LONGEST_DECLARATION = timedelta(days=30)  # longer is a known actor of the policy, which has an owner
MOST_SECRETS = 100  # of one declaration: who does it to more is a known actor of the policy, or a thief
_ROOMS = frozenset({"access", "change", "deletion", "rotation", "policy", "key", "replica"})
_KINDS = frozenset({PrincipalKind.ROLE, PrincipalKind.USER, PrincipalKind.FEDERATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One actor that somebody vouched for, by one rule on certain secrets."""

    id: str
    rule: str
    principal: str  # what history keeps it under
    title: str  # what people call it
    secrets: tuple[SecretRef, ...]
    by: str
    how: str  # how they were known
    reason: str
    starts: datetime
    until: datetime
    ended_by: str = ""

    def covers(self, finding: Finding) -> bool:
        """Tell whether a finding says no more than what was declared, and was when it happened."""
        return (
            finding.rule == self.rule
            and finding.principal.key == self.principal
            and self.starts <= finding.first_seen
            and finding.last_seen < self.until
            and bool(finding.secrets)
            and all(any(may_be_same(secret, known) for known in self.secrets) for secret in finding.secrets)
        )

    def ended(self, by: str, now: datetime) -> Declaration:
        """Give it as it stands once somebody has ended it: what happened before stays declared."""
        return replace(self, until=min(self.until, now), ended_by=by)


def may_be_declared(finding: Finding) -> bool:
    """Tell whether anybody may say of a finding that it was theirs."""
    room = finding.rule.partition(".")[0]
    return (
        room in _ROOMS
        and finding.rule not in NEEDS_PREFIX
        and finding.principal.kind in _KINDS
        and 0 < len(finding.secrets) <= MOST_SECRETS
    )


def declare(  # noqa: PLR0913 - of what, the how manieth, by whom, how they are known, why and until when
    finding: Finding, number: int, *, by: str, how: str, reason: str, until: datetime
) -> Declaration:
    """Declare a finding; of the same finding and number there is one declaration, whoever is first."""
    return Declaration(
        id=f"d-{sha256(f'{finding.id}|{number}'.encode()).hexdigest()[:16]}",
        rule=finding.rule,
        principal=finding.principal.key,
        title=finding.principal.title,
        secrets=finding.secrets,
        by=by,
        how=how,
        reason=reason,
        starts=finding.first_seen,
        until=until,
    )


def covering(finding: Finding, declarations: Iterable[Declaration]) -> Declaration | None:
    """Give the declaration that covers a finding; of several the one that ends last."""
    return max((one for one in declarations if one.covers(finding)), key=lambda one: (one.until, one.id), default=None)
