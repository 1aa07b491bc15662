"""Tries a policy on events that stand beside it, by the engine that judges live: what is told, recorded, done, offered.

An example of a rule fires as the rule says; then it is decided as if the principal and the secret that the trial names
had been in it. An event goes the whole way, from history in memory to decisions, and time passes until nothing waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.decisions import Alert, Decision, Record, decide
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Finding, Severity
from nightlatch.domain.judging.rules import Detection, Example, detect
from nightlatch.domain.judging.weight import weighed
from nightlatch.service.pipeline import Ports, handle

_AFTER_ALL = timedelta(days=366)  # longer than any rule waits


class Verdict(StrEnum):
    """Who hears of it."""

    TOLD = "told"  # people, now
    RECORDED = "recorded"  # history and digest
    SILENT = "silent"  # nobody: no rule fires


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must come of a trial; None where it does not matter."""

    verdict: Verdict
    rule: str | None = None  # look at what this rule finds, and at nothing else
    severity: Severity | None = None
    acts: frozenset[ActionKind] | None = None  # done without asking: these and no others
    offers: frozenset[ActionKind] | None = None  # to people


@dataclass(frozen=True, slots=True, kw_only=True)
class AsIf:
    """The example of a rule, as if somebody else had done it to another secret."""

    rule: Detection
    example: Example
    principal: Principal | None = None
    secret: SecretRef | None = None

    def decided(self, policy: Policy) -> tuple[Decision, ...]:
        """Give what follows from it under a policy."""
        findings, _ = detect(self.example.event, self.example.baseline, (self.rule,))
        event = self._put_in(self.example.event)
        return decide(event, [self._weighed(finding, policy) for finding in findings], policy, event.at)

    def _put_in(self, event: SecretEvent) -> SecretEvent:
        event = event if self.principal is None else replace(event, principal=self.principal)
        return event if self.secret is None else replace(event, secrets=(self.secret,))

    def _weighed(self, finding: Finding, policy: Policy) -> Finding:
        """Put the names in, and weigh the finding by the policy's tiers."""
        if self.principal is not None:
            finding = replace(finding, principal=self.principal)
        if self.secret is not None:
            finding = replace(finding, secrets=(self.secret,))
        return replace(finding, severity=weighed(finding.severity, policy.inventory.tier_of(finding.secrets)))


def decided(
    events: Sequence[SecretEvent], *, rules: Sequence[Detection], policy: Policy, ports: Ports
) -> tuple[Decision, ...]:
    """Give what follows from events in a row, when all that waits has waited long enough.

    Raises:
        Unavailable: History could not be asked (never that in memory).
    """
    end = events[-1].at
    batches: list[list[SecretEvent | Tick]] = [[*events, Tick(end)], [Tick(end + _AFTER_ALL)]]
    outcomes = [handle(batch, rules=rules, policy=policy, ports=ports, now=end) for batch in batches]
    return tuple(decision for outcome in outcomes for decision in outcome.decisions)


def differences(expected: Expected, decisions: Iterable[Decision]) -> tuple[str, ...]:
    """Say in words where what came is not what was expected; nothing where it is."""
    made = tuple(decisions)
    about = [one for one in made if isinstance(one, (Alert, Record)) and expected.rule in {None, one.finding.rule}]
    was = _verdict(about)
    wrong = [] if was is expected.verdict else [f"expected {expected.verdict}, was {was}{_why(about)}"]
    worst = max((one.finding.severity for one in about), key=lambda severity: severity.rank, default=None)
    if expected.severity not in {None, worst}:
        wrong.append(f"expected severity {expected.severity}, was {worst or 'none'}")
    for kinds, automatic, words in ((expected.acts, True, "acts"), (expected.offers, False, "offers")):
        done = {one.action.kind for one in made if isinstance(one, Respond) and one.automatic is automatic}
        if kinds is not None and kinds != done:
            wrong.append(f"expected {words}: {_list(kinds)}, were: {_list(done)}")
    return tuple(wrong)


def _verdict(about: Sequence[Alert | Record]) -> Verdict:
    if any(isinstance(one, Alert) for one in about):
        return Verdict.TOLD
    return Verdict.RECORDED if about else Verdict.SILENT


def _why(about: Iterable[Alert | Record]) -> str:
    """Name what was found, each with the reason why nobody is told."""
    found = [
        f"{one.finding.catalogue} {one.finding.severity}{f' ({one.why})' if isinstance(one, Record) else ''}"
        for one in about
    ]
    return f": {'; '.join(dict.fromkeys(found))}" if found else ""


def _list(kinds: Iterable[ActionKind]) -> str:
    return ", ".join(sorted(kinds)) or "none"
