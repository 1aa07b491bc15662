"""No restore drill has held for longer than a week: nobody knows any more whether the vault gives back what was put in.

Source: ruling 12; house 5; Well-Architected Security Pillar, SEC10-BP07.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import ago, an_account
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import NO_COPIES, seen


def evaluate(account: AccountPosture, terms: Terms) -> Verdict:
    """Fire where a restore was never proven, or longer ago than the limit."""
    if account.restore_proven_at == NO_COPIES:
        return Spared(NO_COPIES.why)
    proven = seen(account.restore_proven_at)
    if proven is None:
        return Violation(reason="no drill has ever opened a copy", severity=Severity.HIGH)
    days = terms.age_days(proven)
    if days <= terms.limits.proof_days:
        return None
    return Violation(reason=f"a drill last opened everything that it tried on {proven:%Y-%m-%d}, {days} days ago")


CHECK = Check(
    id="monitoring.restore-unproven",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="Nobody has proven lately that a secret can be restored",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Have copies opened now and read which of them do not open; then see why the weekly drill did not run or did "
        "not hold. Opening changes nothing, and no value leaves the responder."
    ),
    command="nightlatch snapshots verify --region {region}",
    sources=("docs/decisions/0025-the-vault.md", "Well-Architected Security Pillar, SEC10-BP07"),
    well_architected=("SEC10-BP07",),
    examples=(
        Example(name="never", posture=an_account(restore_proven_at=None), violates=True, severity=Severity.HIGH),
        Example(
            name="nine days ago",
            posture=an_account(restore_proven_at=ago(days=9)),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(name="nothing to prove", posture=an_account(restore_proven_at=NO_COPIES), violates=False),
        Example(name="eight days ago", posture=an_account(restore_proven_at=ago(days=8)), violates=False),
    ),
)
