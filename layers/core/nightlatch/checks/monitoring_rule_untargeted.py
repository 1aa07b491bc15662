"""A rule of nightlatch has lost a target: it hears, and tells nobody.

Source: EventBridge API reference, ListTargetsByRule, RemoveTargets; design facts 4.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import GONE, AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_rule, an_account
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.watching.putting_back import HOW, PUT_BACK


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire for rules with fewer targets than the stack gave them."""
    rules = [one for one in seen(account.rules) if one.state != GONE]
    if not rules:
        return Spared("there are no rules, which is told by itself")
    lacking = sorted((one for one in rules if one.targets < one.wanted_targets), key=lambda one: one.name)
    if not lacking:
        return None
    return Violation(
        reason=f"{counted(len(lacking), 'rule')} without a target that the stack gave",
        evidence=first_of([f"{one.name}: {one.targets} of {counted(one.wanted_targets, 'target')}" for one in lacking]),
    )


CHECK = Check(
    id="monitoring.rule-untargeted",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="A rule of nightlatch has lost a target",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=f"Find out who took it away (the rule MON-01 tells), then put it back. {HOW}",
    command=PUT_BACK,
    sources=("EventBridge API reference, ListTargetsByRule", "CloudFormation user guide, drift-aware change sets"),
    well_architected=("SEC04-BP01", "SEC10-BP06"),
    blind_spots="A target that was exchanged for another counts as there; the live rules MON-01 and MON-03 tell of it.",
    examples=(
        Example(name="none", posture=an_account(rules=(a_rule(targets=0),)), violates=True),
        Example(name="one of two", posture=an_account(rules=(a_rule(wanted_targets=2),)), violates=True),
        Example(name="all", posture=an_account(), violates=False),
        Example(
            name="the rule itself is gone", posture=an_account(rules=(a_rule(state=GONE, targets=0),)), violates=False
        ),
        Example(name="no rule at all", posture=an_account(rules=()), violates=False),
    ),
)
