"""A label that moved needs a call that moved it; late records have their time, and a hunt cannot know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.blind import DETECTION
from nightlatch.domain.event.events import KMS, SECRETS_MANAGER, Failure
from nightlatch.domain.history.examples import (
    AT,
    WAITED,
    a_label_event,
    a_role,
    a_secret,
    a_service_event,
    an_event,
    sightings,
)
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity, Reader
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.domain.judging.rules import Match, Wait, detect
from nightlatch.domain.watching.signs import Place, Sign, blindness

LABEL = a_label_event(a_secret(), version_id="v-2")


def judge(*seen, maturity=Maturity.LEARNING, settled=WAITED):
    baseline = Baseline(maturity=maturity, on_secret=sightings([*seen, LABEL]), settled=settled)
    return DETECTION.evaluate(LABEL, baseline)


@pytest.mark.parametrize(
    "call",
    [
        an_event("PutSecretValue", secret=a_secret(), version_id="v-2", after_s=-2),
        an_event("UpdateSecret", secret=a_secret(suffix=None), after_s=30),
        an_event("CreateSecret", secret=a_secret(), after_s=-900),
        an_event("UpdateSecretVersionStage", secret=a_secret(), by=a_role(), version_id="v-2", after_s=900),
        a_service_event("RotationSucceeded", secret=a_secret(), after_s=5),
        a_service_event("ReplicationSucceeded", secret=a_secret(), after_s=5),
    ],
    ids=lambda call: call.name,
)
def test_a_call_or_a_step_of_the_service_within_a_quarter_of_an_hour_accounts_for_it(call):
    assert judge(call) is None
    assert judge(call, settled=None) is None


@pytest.mark.parametrize(
    "call",
    [
        an_event("PutSecretValue", secret=a_secret("prod/other"), version_id="v-2"),
        an_event("PutSecretValue", secret=a_secret(), after_s=901),
        an_event("PutSecretValue", secret=a_secret(), failure=Failure("LimitExceededException")),
        an_event("TagResource", secret=a_secret()),
    ],
    ids=["another secret", "too late", "refused", "another call"],
)
def test_anything_else_does_not(call):
    assert isinstance(judge(call), Match)


def test_it_waits_for_late_records():
    assert judge(settled=None) == Wait(LATENESS)


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.DIGEST), (Maturity.LEARNING, State.OPEN), (Maturity.MATURE, State.OPEN)],
)
def test_a_hunt_cannot_tell_a_blind_trail_from_missing_files(maturity, state):
    baseline = Baseline(maturity=maturity, on_secret=sightings([LABEL]), settled=WAITED)

    (finding,), _ = detect(LABEL, baseline, (DETECTION,))

    assert (finding.severity, finding.state) == (Severity.HIGH, state)
    assert finding.title == "secret prod/db changed, and no record shows by whom"


@pytest.mark.parametrize("omitted", [True, "true"])
def test_a_request_that_was_too_large_is_told_whoever_made_it(omitted):
    event = an_event("PutResourcePolicy", secret=a_secret(), by=a_role(), request={"omitted": omitted})

    found = DETECTION.evaluate(event, Baseline())

    assert isinstance(found, Match)
    assert found.severity is Severity.MEDIUM
    assert DETECTION.evaluate(replace(event, request=an_event().request), Baseline()) is None


USE = replace(
    an_event("Decrypt", source=KMS, secret=a_secret(), version_id="v-1"),
    principal=replace(a_role(), invoked_by=SECRETS_MANAGER),
)


def judge_use(use=USE, *, readers=(), done=(), maturity=Maturity.LEARNING, settled=WAITED):
    baseline = Baseline(maturity=maturity, readers=readers, on_secret=sightings([*done]), settled=settled)
    return DETECTION.evaluate(use, baseline)


@pytest.mark.parametrize("reader", ["arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:user/ana"])
def test_a_value_that_kms_decrypted_needs_a_read_of_that_day_by_anybody(reader):
    assert judge_use(readers=(Reader(reader, AT),)) is None
    assert judge_use(readers=(Reader(reader, AT - timedelta(days=1)),)) is not None


def test_a_read_just_before_midnight_accounts_for_a_use_just_after_it():
    midnight = AT.replace(hour=0, minute=0)
    late = replace(USE, at=midnight + timedelta(minutes=10))

    assert (
        judge_use(late, readers=(Reader("arn:aws:iam::111122223333:role/app", midnight - timedelta(seconds=1)),))
        is None
    )


def test_the_read_behind_a_use_may_come_late():
    assert judge_use(settled=None) == Wait(LATENESS)


@pytest.mark.parametrize("name", ["ReplicateSecretToRegions", "UpdateSecret", "RotateSecret"])
def test_what_was_done_to_the_secret_accounts_for_a_use(name):
    for after_s in (-LATENESS.total_seconds(), LATENESS.total_seconds()):
        assert judge_use(done=[an_event(name, secret=a_secret(), after_s=after_s)]) is None
    assert judge_use(done=[an_event(name, secret=a_secret(), after_s=-LATENESS.total_seconds() - 1)]) is not None


@pytest.mark.parametrize(
    "other",
    [
        replace(USE, principal=a_role()),
        replace(USE, failure=Failure("AccessDeniedException", "")),
        replace(USE, secrets=()),
        replace(USE, version_id="RequestToValidateKeyAccess"),
    ],
    ids=["the caller itself decrypts", "refused", "no secret", "a trial of the key"],
)
def test_other_uses_of_keys_say_nothing_of_reads(other):
    assert judge_use(other) is None


def test_in_a_hunt_without_history_a_use_alone_goes_to_the_digest():
    match = judge_use(maturity=Maturity.NONE)

    assert isinstance(match, Match)
    assert (match.digest, match.subject) == (True, "channels")


def test_what_was_done_to_another_secret_accounts_for_nothing():
    assert judge_use(done=[an_event("UpdateSecret", secret=a_secret("prod/other"))]) is not None


@pytest.mark.parametrize(
    "name", ["CreateSecret", "PutResourcePolicy", "TagResource", "BatchGetSecretValue", "ReplicateSecretToRegions"]
)
def test_every_call_whose_request_may_be_too_large_is_read(name):
    hidden = an_event(name, secret=a_secret(), request={"omitted": True})

    (finding,), _ = detect(hidden, Baseline(), (DETECTION,))

    assert (finding.severity, finding.subject) == (Severity.MEDIUM, f"principal:{hidden.principal.key}")
    assert finding.title == "ci-deploy (IAM user) made a call on secret prod/db that its record does not show"


def test_whatever_moved_unseen_is_one_matter_of_the_account():
    assert judge().subject == "channels"


@pytest.mark.parametrize(
    ("sign", "severity"), [(sign, Severity.MEDIUM if sign is Sign.CHANGED else Severity.HIGH) for sign in Sign]
)
def test_what_shows_our_own_blindness_is_told_about_what_is_silent_late_or_broken(sign, severity):
    event = blindness(sign, at=AT, place=Place("111122223333", "eu-west-1"), about="reads rule", why="it is off")

    (finding,), waits = detect(event, Baseline(), (DETECTION,))

    assert (finding.severity, finding.subject, finding.reason, waits) == (
        severity,
        "channels:reads rule",
        "it is off",
        (),
    )


def test_another_word_of_ours_is_no_sign():
    event = blindness(Sign.SILENT, at=AT, place=Place("111122223333", "eu-west-1"), about="beat", why="none came")

    assert DETECTION.evaluate(replace(event, name="RotationMissed"), Baseline()) is None


def test_a_label_of_no_named_secret_cannot_be_judged():
    assert DETECTION.evaluate(replace(LABEL, secrets=()), Baseline(settled=WAITED)) is None
