"""Every check that is about a posture is asked; what it cannot say is told, and nobody's fault silences another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Judgement, Outcome, Posture, Spared, Verdict, Violation, judge
from nightlatch.domain.posture.examples import TERMS, a_function, a_secret, ago, an_account
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import Gap, seen

DENIED = Gap("secretsmanager:ListSecretVersionIds", "AccessDenied; allow it")


def _answers(verdict: Verdict) -> Check[SecretPosture]:
    def evaluate(_secret: SecretPosture, _terms: Terms) -> Verdict:
        return verdict

    return Check(
        id="rotation.example",
        practice=Practice.ROTATION,
        about=SecretPosture,
        title="Something is wrong",
        severity=Severity.MEDIUM,
        evaluate=evaluate,
        remedy="Do something.",
        command=None,
        sources=("somewhere",),
        examples=(),
    )


def _fails(_secret: SecretPosture, _terms: Terms) -> Verdict:
    raise ZeroDivisionError("a value that nobody may see")


def _looks_at_versions(secret: SecretPosture, _terms: Terms) -> Verdict:
    return Violation(reason=f"{len(seen(secret.versions))} versions")


BROKEN = replace(_answers(None), id="rotation.broken", evaluate=_fails)
LOOKING = replace(_answers(None), id="rotation.looking", evaluate=_looks_at_versions)
VIOLATED = _answers(Violation(reason="because"))


def outcome_of(posture: Posture, check: Check[SecretPosture]) -> Judgement:
    (judgement,) = judge(posture, (check,), TERMS)
    return judgement


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (None, Outcome.CLEAN),
        (Violation(reason="because"), Outcome.VIOLATED),
        (Spared("it is another thing"), Outcome.SPARED),
    ],
)
def test_a_verdict_becomes_an_outcome(verdict: Verdict, outcome: Outcome) -> None:
    judgement = outcome_of(a_secret(), _answers(verdict))

    assert judgement.outcome is outcome
    assert judgement.violation == (verdict if isinstance(verdict, Violation) else None)
    assert judgement.why == (verdict.why if isinstance(verdict, Spared) else "")


def test_a_check_about_another_kind_of_posture_is_not_asked() -> None:
    assert list(judge(a_function(), (VIOLATED, BROKEN), TERMS)) == []
    assert list(judge(an_account(), (VIOLATED,), TERMS)) == []


def test_what_nobody_could_look_at_is_no_clean_bill() -> None:
    judgement = outcome_of(a_secret(versions=DENIED), LOOKING)

    assert judgement.outcome is Outcome.UNSEEN
    assert judgement.gap is DENIED


def test_a_fault_in_one_check_silences_no_other_and_repeats_no_value() -> None:
    outcomes = list(judge(a_secret(), (BROKEN, VIOLATED), TERMS))

    assert [one.outcome for one in outcomes] == [Outcome.FAULT, Outcome.VIOLATED]
    assert "rotation.broken" in outcomes[0].why
    assert "ZeroDivisionError" in outcomes[0].why
    assert "nobody may see" not in outcomes[0].why


@pytest.mark.parametrize(
    ("posture", "option"),
    [
        (a_secret(owning_service="rds.amazonaws.com"), "of_managed"),
        (a_secret(primary_region="us-east-1"), "of_replicas"),
        (a_secret(deleted_at=ago(days=1)), "of_deleted"),
    ],
    ids=["managed", "replica", "deleted"],
)
def test_what_is_anothers_to_do_is_spared_unless_the_check_asks_for_it(posture: SecretPosture, option: str) -> None:
    assert outcome_of(posture, VIOLATED).outcome is Outcome.SPARED
    assert outcome_of(posture, VIOLATED).why
    assert outcome_of(posture, replace(VIOLATED, **{option: True})).outcome is Outcome.VIOLATED


def test_a_managed_replica_needs_both_leaves() -> None:
    posture = a_secret(owning_service="rds.amazonaws.com", primary_region="us-east-1")

    assert outcome_of(posture, replace(VIOLATED, of_managed=True)).outcome is Outcome.SPARED
    assert outcome_of(posture, replace(VIOLATED, of_managed=True, of_replicas=True)).outcome is Outcome.VIOLATED


def test_a_primary_is_no_replica() -> None:
    primary = a_secret(primary_region="eu-west-1")

    assert not primary.is_replica
    assert outcome_of(primary, VIOLATED).outcome is Outcome.VIOLATED


def test_what_is_spared_is_not_even_looked_at() -> None:
    assert outcome_of(a_secret(owning_service="rds.amazonaws.com"), BROKEN).outcome is Outcome.SPARED
