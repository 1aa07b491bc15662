"""What an audit tells: violations, what could not be looked at once for each question, faults, and what was muted."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Judgement, Outcome, Posture, Violation
from nightlatch.domain.posture.examples import ACCOUNT, NOW, REGION, TERMS, a_function, a_secret, an_account
from nightlatch.domain.posture.findings import FindingKind, Mute, PostureFinding, findings_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.unseen import NOT_COUNTED, Gap

CHECK: Check[SecretPosture] = Check(
    id="rotation.example",
    practice=Practice.ROTATION,
    about=SecretPosture,
    title="Something is wrong",
    severity=Severity.MEDIUM,
    evaluate=lambda _secret, _terms: None,
    remedy="Do something.",
    command="aws secretsmanager describe-secret --region {region} --secret-id {arn} --name {name} --account {account}",
    sources=("somewhere",),
    examples=(),
    well_architected=("SEC02-BP05",),
    covers=("SecretsManager.1",),
)
OTHER = replace(CHECK, id="policy.other", practice=Practice.PILLAR)
DENIED = Gap("secretsmanager:GetResourcePolicy", "AccessDenied; allow it")


def violated(posture: Posture | None = None, *, check: Check[Any] = CHECK, **violation: Any) -> Judgement:
    found = Violation(**{"reason": "because", **violation})
    return Judgement(check=check, posture=posture or a_secret(), outcome=Outcome.VIOLATED, violation=found)


def unseen(gap: Gap, check: Check[Any] = CHECK, posture: Posture | None = None) -> Judgement:
    return Judgement(check=check, posture=posture or a_secret(), outcome=Outcome.UNSEEN, gap=gap)


def finding_of(judgement: Judgement) -> PostureFinding:
    (finding,) = findings_of((judgement,), TERMS)
    return finding


def mute(**other: Any) -> Mute:
    usual = {"checks": ("*",), "names": ("*",), "owner": "ana", "reason": "known", "expires": NOW + timedelta(days=1)}
    return Mute(**{**usual, **other})


def test_a_violation_is_told_with_all_that_its_check_says() -> None:
    secret = a_secret()

    finding = finding_of(violated(secret, evidence=("version v-2",)))

    assert (finding.kind, finding.check, finding.practice) == (FindingKind.VIOLATION, CHECK.id, CHECK.practice)
    assert (finding.subject, finding.name) == (secret.arn, secret.name)
    assert (finding.account_id, finding.region) == (ACCOUNT, REGION)
    assert (finding.title, finding.reason, finding.remedy) == (CHECK.title, "because", CHECK.remedy)
    assert (finding.severity, finding.seen_at, finding.evidence) == (Severity.MEDIUM, NOW, ("version v-2",))
    assert (finding.covers, finding.well_architected) == (CHECK.covers, CHECK.well_architected)


def test_a_violation_may_be_worse_than_its_check() -> None:
    assert finding_of(violated(severity=Severity.CRITICAL)).severity is Severity.CRITICAL


@pytest.mark.parametrize("outcome", [Outcome.CLEAN, Outcome.SPARED])
def test_what_is_as_it_should_be_is_not_told(outcome: Outcome) -> None:
    assert list(findings_of((Judgement(check=CHECK, posture=a_secret(), outcome=outcome),), TERMS)) == []


def test_a_command_names_the_posture_and_takes_the_places_of_its_violation() -> None:
    command = finding_of(violated(command="aws kms enable-key --key-id {key}", values=(("key", "k 1"),))).command

    assert command == "aws kms enable-key --key-id 'k 1'"
    assert finding_of(violated(check=replace(CHECK, command=None))).command is None


@given(st.text(min_size=1))
def test_no_name_can_add_a_word_to_a_command(name: str) -> None:
    command = finding_of(violated(a_secret(name=name))).command

    assert command is not None
    words = shlex.split(command)
    assert words[words.index("--name") + 1] == name
    assert words.index("--account") == words.index("--name") + 2


def test_the_same_thing_has_the_same_id_in_every_audit() -> None:
    one = finding_of(violated())
    later = replace(one, seen_at=NOW + timedelta(days=1), reason="another reason", severity=Severity.LOW)

    assert one.id == later.id
    assert one.id != finding_of(violated(check=OTHER)).id
    assert one.id != finding_of(violated(a_secret(arn=f"{a_secret().arn}x"))).id


def test_one_refused_call_is_told_once_and_names_what_it_kept_from_judging() -> None:
    (finding,) = findings_of((unseen(DENIED, OTHER), unseen(DENIED)), TERMS)

    assert finding.kind is FindingKind.UNSEEN
    assert finding.check == "audit.not-seen.secretsmanager:GetResourcePolicy"
    assert (finding.reason, finding.severity) == (DENIED.why, Severity.LOW)
    assert finding.evidence == ("not judged: policy.other", "not judged: rotation.example")
    assert finding.subject == a_secret().arn
    assert (finding.covers, finding.well_architected, finding.command) == ((), (), None)


def test_what_is_missing_for_the_whole_account_is_told_of_the_account() -> None:
    of_secret, of_function = (
        next(findings_of((unseen(NOT_COUNTED, posture=posture),), TERMS)) for posture in (a_secret(), a_function())
    )

    assert of_secret.subject == an_account().arn
    assert of_secret.id == of_function.id


def test_two_questions_are_two_findings() -> None:
    another = Gap("secretsmanager:ListSecretVersionIds", "AccessDenied; allow it")

    assert len(list(findings_of((unseen(DENIED), unseen(another)), TERMS))) == 2


def test_a_check_that_failed_is_told_by_its_name() -> None:
    failed = Judgement(check=CHECK, posture=a_secret(), outcome=Outcome.FAULT, why="check failed (KeyError)")

    finding = finding_of(failed)

    assert (finding.kind, finding.check) == (FindingKind.FAULT, "audit.fault.rotation.example")
    assert (finding.severity, finding.reason) == (Severity.LOW, failed.why)


@pytest.mark.parametrize(
    ("muting", "is_muted"),
    [
        (mute(), True),
        (mute(checks=("rotation.*",), names=("prod/*",)), True),
        (mute(checks=("policy.*", "rotation.example")), True),
        (mute(checks=("policy.*",)), False),
        (mute(names=("dev/*",)), False),
        (mute(expires=NOW), False),
        (mute(expires=NOW + timedelta(seconds=1)), True),
        (mute(checks=("ROTATION.*",)), False),
    ],
)
def test_a_mute_is_of_some_checks_on_some_names_until_it_ends(muting: Mute, *, is_muted: bool) -> None:
    (finding,) = findings_of((violated(),), TERMS, (muting,))

    assert finding.muted == (muting if is_muted else None)


def test_the_first_mute_that_covers_a_finding_is_named() -> None:
    first, second = mute(reason="first"), mute(reason="second")

    (finding,) = findings_of((violated(),), TERMS, iter((mute(names=("dev/*",)), first, second)))

    assert finding.muted is first


def test_what_could_not_be_looked_at_can_be_muted_by_its_question() -> None:
    (finding,) = findings_of((unseen(DENIED),), TERMS, (mute(checks=("audit.not-seen.*",)),))

    assert finding.muted is not None
