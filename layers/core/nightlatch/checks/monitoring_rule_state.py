"""A rule of nightlatch is in another state than its stack gave it: it hears less than it should, or nothing.

Plain ENABLED looks well and drops reads: only ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS brings them.

Source: EventBridge user guide, management events from AWS services (the state of a rule); design facts 4.
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import GONE, AccountPosture, RulePosture
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import WATCHES_ALL, a_rule, an_account
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.watching.putting_back import HOW, PUT_BACK

_ENABLED = "ENABLED"
_ENABLE = "aws events enable-rule --region {region} --name {rule}"  # gives plain ENABLED, and so helps those alone


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire for rules that differ, and where a stack has no rule left at all."""
    rules = seen(account.rules)
    if not rules:
        return Violation(reason="none of its rules is there", severity=Severity.CRITICAL, command=PUT_BACK)
    changed = sorted((one for one in rules if one.state != one.wanted), key=lambda one: one.name)
    if not changed:
        return None
    first = changed[0]
    return Violation(
        reason=f"{counted(len(changed), 'rule')} in another state than the stack gave",
        evidence=first_of([f"{one.name}: {one.state}, should be {one.wanted}" for one in changed]),
        command=_command(first),
        values=(("rule", first.name), ("state", first.wanted)),
    )


def _command(rule: RulePosture) -> str | None:
    if rule.state == GONE:
        return PUT_BACK
    return _ENABLE if rule.wanted == _ENABLED else None


_READS = a_rule()
_CHANGES = RulePosture(name="nightlatch-ChangesRule", state=_ENABLED, wanted=_ENABLED, targets=1)

CHECK = Check(
    id="monitoring.rule-state",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="A rule of nightlatch is not in the state that it needs",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Find out who changed it (the rule MON-01 tells), then put it back. PutRule forgets what it is not given: "
        f"pattern.json is the EventPattern that describe-rule shows. {HOW}"
    ),
    command=("aws events put-rule --region {region} --name {rule} --state {state} --event-pattern file://pattern.json"),
    sources=(
        "EventBridge user guide, management events from AWS services",
        "EventBridge API reference, PutRule",
        "CloudFormation user guide, drift-aware change sets",
    ),
    well_architected=("SEC04-BP01", "SEC10-BP06"),
    examples=(
        Example(name="reads by plain ENABLED", posture=an_account(rules=(a_rule(state=_ENABLED),)), violates=True),
        Example(
            name="changes disabled",
            posture=an_account(rules=(_READS, replace(_CHANGES, state="DISABLED"))),
            violates=True,
            severity=Severity.HIGH,
        ),
        Example(name="one is gone", posture=an_account(rules=(a_rule(state=GONE, targets=0),)), violates=True),
        Example(name="none left", posture=an_account(rules=()), violates=True, severity=Severity.CRITICAL),
        Example(name="as the stack gave it", posture=an_account(rules=(_READS, _CHANGES)), violates=False),
        Example(name="reads, all events", posture=an_account(rules=(a_rule(state=WATCHES_ALL),)), violates=False),
    ),
)
