"""Ask one check about one posture, as an audit does."""

from __future__ import annotations

from typing import Any

from nightlatch.domain.posture.checks import Check, Outcome, Posture, Violation, judge
from nightlatch.domain.posture.examples import TERMS
from nightlatch.domain.posture.findings import PostureFinding, findings_of
from nightlatch.domain.posture.terms import Terms


def outcome_of(check: Check[Any], posture: Posture, terms: Terms = TERMS) -> Outcome:
    """Give what came of it."""
    (judgement,) = judge(posture, (check,), terms)
    assert judgement.outcome is not Outcome.FAULT, judgement.why
    return judgement.outcome


def violation_of(check: Check[Any], posture: Posture, terms: Terms = TERMS) -> Violation | None:
    """Give its violation, None where there is none."""
    (judgement,) = judge(posture, (check,), terms)
    assert judgement.outcome is not Outcome.FAULT, judgement.why
    return judgement.violation


def finding_of(check: Check[Any], posture: Posture, terms: Terms = TERMS) -> PostureFinding:
    """Give the one finding that it makes."""
    (finding,) = findings_of(list(judge(posture, (check,), terms)), terms)
    return finding
