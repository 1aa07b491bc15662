"""Ask one check about one posture, as an audit does."""

from __future__ import annotations

from typing import Any

from nightlatch.domain.posture.checks import Check, Judgement, Outcome, Posture, Violation, judge
from nightlatch.domain.posture.examples import TERMS
from nightlatch.domain.posture.findings import PostureFinding, findings_of
from nightlatch.domain.posture.terms import Terms


def judgement_of(check: Check[Any], posture: Posture, terms: Terms = TERMS) -> Judgement:
    """Give the check's word; a fault of the check fails the test."""
    (found,) = judge(posture, (check,), terms)
    assert found.outcome is not Outcome.FAULT, found.why
    return found


def outcome_of(check: Check[Any], posture: Posture, terms: Terms = TERMS) -> Outcome:
    """Give what came of it."""
    return judgement_of(check, posture, terms).outcome


def violation_of(check: Check[Any], posture: Posture, terms: Terms = TERMS) -> Violation:
    """Give what the check found; that it found nothing fails the test."""
    found = judgement_of(check, posture, terms)
    assert found.violation is not None, found
    return found.violation


def finding_of(check: Check[Any], posture: Posture, terms: Terms = TERMS) -> PostureFinding:
    """Give the one finding that it makes."""
    (found,) = findings_of((judgement_of(check, posture, terms),), terms)
    return found
