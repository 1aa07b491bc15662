"""Where a rotation begins to be wrong, to the hour and the day, and what is given time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from asked import finding_of, outcome_of
from nightlatch.checks.rotation_foreign_function import CHECK as FOREIGN_FUNCTION
from nightlatch.checks.rotation_function_gone import CHECK as GONE
from nightlatch.checks.rotation_never_succeeded import CHECK as NEVER
from nightlatch.checks.rotation_off import CHECK as OFF
from nightlatch.checks.rotation_overdue import CHECK as OVERDUE
from nightlatch.checks.rotation_pending_left import CHECK as PENDING_LEFT
from nightlatch.checks.rotation_too_slow import CHECK as TOO_SLOW
from nightlatch.checks.rotation_value_too_old import CHECK as TOO_OLD
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Outcome
from nightlatch.domain.posture.examples import FUNCTION, NOW, a_function, a_secret, ago
from nightlatch.domain.posture.secrets import SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Limits, Terms
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.secret.metadata import RotationSettings
from nightlatch.domain.secret.versions import CURRENT, PENDING

DENIED = Gap("secretsmanager:ListSecretVersionIds", "AccessDenied; allow it")
MANAGED: dict[str, Any] = {"owning_service": "rds.amazonaws.com"}
REPLICA: dict[str, Any] = {"primary_region": "us-east-1"}
EXTERNAL = RotationSettings(
    enabled=True, days=60, external_role="arn:aws:iam::111122223333:role/rotate", external_settings=(("a", "b"),)
)


def rotating(
    *, next_rotation: datetime | None = None, last_rotated: datetime | None = None, **rules: object
) -> SecretPosture:
    rotation = RotationSettings(**{"enabled": True, "lambda_arn": FUNCTION, **rules})  # type: ignore[arg-type]
    return a_secret(rotation=rotation, next_rotation=next_rotation, last_rotated=last_rotated)


def limited(**limits: int) -> Terms:
    return Terms(now=NOW, limits=Limits(**limits))


# How often


@pytest.mark.parametrize(
    ("rules", "severity"),
    [
        ({"days": 30}, None),
        ({"days": 31}, Severity.LOW),
        ({"days": 32}, Severity.MEDIUM),
        ({"days": 1000}, Severity.MEDIUM),
        ({"schedule": "rate(720 hours)"}, None),
        ({"schedule": "rate(721 hours)"}, Severity.LOW),
        ({"schedule": "rate(10 days)", "days": 90}, None),
        ({"schedule": "cron(0 16 1,15 * ? *)"}, None),
        ({"schedule": "cron(0 17 L * ? *)"}, Severity.LOW),
        ({"schedule": "cron(0 0 ? 1/11 2#1 *)"}, Severity.MEDIUM),
    ],
)
def test_the_longest_time_between_two_rotations_counts(rules: dict[str, object], severity: Severity | None) -> None:
    secret = rotating(**rules)  # type: ignore[arg-type]

    if severity is None:
        assert outcome_of(TOO_SLOW, secret) is Outcome.CLEAN
    else:
        assert finding_of(TOO_SLOW, secret).severity is severity


def test_the_operator_says_how_often_and_the_command_says_it_too() -> None:
    weekly = limited(rotation_days=7)

    command = finding_of(TOO_SLOW, rotating(days=30), weekly).command

    assert command is not None
    assert "AutomaticallyAfterDays=7 " in command
    assert outcome_of(TOO_SLOW, rotating(days=7), weekly) is Outcome.CLEAN


def test_a_schedule_that_cannot_be_read_is_no_clean_one_unless_aws_gives_its_days() -> None:
    assert outcome_of(TOO_SLOW, rotating(schedule="cron(0 8 15W * ? *)")) is Outcome.UNSEEN
    assert outcome_of(TOO_SLOW, rotating(schedule="cron(0 8 15W * ? *)", days=15)) is Outcome.CLEAN
    assert outcome_of(TOO_SLOW, rotating(schedule="cron(0 8 15W * ? *)", days=90)) is Outcome.VIOLATED


def test_how_often_a_managed_secret_rotates_is_yours_to_say_and_a_replica_follows() -> None:
    slow = rotating(days=90)

    assert outcome_of(TOO_SLOW, replace(slow, **MANAGED)) is Outcome.VIOLATED
    assert outcome_of(TOO_SLOW, replace(slow, **REPLICA)) is Outcome.SPARED
    assert outcome_of(TOO_SLOW, rotating(days=90, enabled=False)) is Outcome.SPARED


# Off


def test_what_a_partner_rotates_without_a_function_is_rotated() -> None:
    assert outcome_of(OFF, a_secret(rotation=EXTERNAL, type="ExamplePartnerApiKey")) is Outcome.CLEAN


def test_a_partners_secret_is_never_told_to_take_a_function() -> None:
    command = finding_of(OFF, a_secret(rotation=RotationSettings(), type="ExamplePartnerApiKey")).command

    assert command is not None
    assert "--external-secret-rotation-role-arn" in command
    assert "lambda" not in command


def test_a_rotation_that_was_turned_off_is_told_from_one_that_never_was() -> None:
    off = RotationSettings(enabled=False, lambda_arn=FUNCTION, days=30)

    assert "turned off" in finding_of(OFF, a_secret(rotation=off, last_rotated=None)).reason
    assert "turned off" not in finding_of(OFF, a_secret(rotation=RotationSettings(), last_rotated=None)).reason


# The value's age


def of_age(**age: float) -> SecretPosture:
    return a_secret(versions=(VersionPosture(id="v-2", labels=(CURRENT,), created_at=ago(**age)),))


def test_a_value_is_too_old_on_the_day_after_the_last_allowed_one() -> None:
    assert outcome_of(TOO_OLD, of_age(days=90, hours=23, minutes=59)) is Outcome.CLEAN
    assert outcome_of(TOO_OLD, of_age(days=91)) is Outcome.VIOLATED
    assert outcome_of(TOO_OLD, of_age(days=8), limited(value_days=7)) is Outcome.VIOLATED


def test_a_value_is_as_old_as_its_version_however_late_somebody_touched_the_secret() -> None:
    assert outcome_of(TOO_OLD, replace(of_age(days=100), last_changed=ago(minutes=1))) is Outcome.VIOLATED


def test_without_the_versions_nobody_knows_how_old_a_value_is() -> None:
    assert outcome_of(TOO_OLD, a_secret(versions=DENIED)) is Outcome.UNSEEN


def test_what_nothing_rotates_is_not_told_to_be_rotated() -> None:
    by_hand = finding_of(TOO_OLD, replace(of_age(days=91), rotation=RotationSettings())).command
    by_its_function = finding_of(TOO_OLD, of_age(days=91)).command

    assert by_hand is not None
    assert "put-secret-value" in by_hand
    assert by_its_function is not None
    assert "rotate-secret" in by_its_function


def test_a_version_without_a_date_is_as_old_as_its_last_rotation_else_as_the_secret() -> None:
    undated = a_secret(versions=(VersionPosture(id="v-2", labels=(CURRENT,)),), created_at=ago(days=400))

    assert outcome_of(TOO_OLD, replace(undated, last_rotated=ago(days=10))) is Outcome.CLEAN
    assert outcome_of(TOO_OLD, replace(undated, last_rotated=None)) is Outcome.VIOLATED
    assert outcome_of(TOO_OLD, replace(undated, last_rotated=None, created_at=None)) is Outcome.SPARED


# Overdue, and never


@pytest.mark.parametrize(
    ("duration", "allowed"),
    [(None, timedelta(hours=25)), ("3h", timedelta(hours=4)), ("1h", timedelta(hours=2)), ("odd", timedelta(hours=25))],
)
def test_a_rotation_is_late_once_its_window_and_an_hour_have_passed(duration: str | None, allowed: timedelta) -> None:
    def due(since: timedelta) -> SecretPosture:
        return rotating(days=30, duration=duration, next_rotation=NOW - since, last_rotated=ago(days=33))

    assert outcome_of(OVERDUE, due(allowed - timedelta(seconds=1))) is Outcome.CLEAN
    assert finding_of(OVERDUE, due(allowed)).severity is Severity.MEDIUM


@pytest.mark.parametrize(("days", "severity"), [(6, Severity.MEDIUM), (7, Severity.HIGH), (700, Severity.HIGH)])
def test_a_whole_further_turn_is_high(days: int, severity: Severity) -> None:
    secret = rotating(schedule="rate(7 days)", next_rotation=ago(days=days), last_rotated=ago(days=days + 7))

    assert finding_of(OVERDUE, secret).severity is severity


def test_what_never_rotated_is_told_once() -> None:
    secret = rotating(days=30, next_rotation=ago(days=3), last_rotated=None)

    assert outcome_of(OVERDUE, secret) is Outcome.SPARED
    assert outcome_of(NEVER, secret) is Outcome.VIOLATED


def test_a_rotation_that_was_just_set_up_is_given_time() -> None:
    fresh = replace(rotating(days=30), last_changed=ago(hours=23, minutes=59))

    assert outcome_of(NEVER, fresh) is Outcome.CLEAN
    assert outcome_of(NEVER, replace(fresh, last_changed=ago(hours=24))) is Outcome.VIOLATED
    assert outcome_of(NEVER, fresh, limited(pending_hours=1)) is Outcome.VIOLATED


def test_a_first_rotation_that_is_planned_is_no_failure_until_its_window_has_passed() -> None:
    def due(since: timedelta) -> SecretPosture:
        return rotating(days=30, duration="2h", next_rotation=NOW - since)

    assert outcome_of(NEVER, due(timedelta(days=-3))) is Outcome.CLEAN
    assert outcome_of(NEVER, due(timedelta(hours=2, minutes=59))) is Outcome.CLEAN
    assert outcome_of(NEVER, due(timedelta(hours=3))) is Outcome.VIOLATED


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (OVERDUE, rotating(days=30, next_rotation=ago(days=90), last_rotated=ago(days=120))),
        (NEVER, rotating(days=30)),
        (TOO_OLD, a_secret(versions=(VersionPosture(id="v-2", labels=(CURRENT,), created_at=ago(days=400)),))),
        (PENDING_LEFT, a_secret(versions=(VersionPosture(id="v-3", labels=(PENDING,), created_at=ago(days=9)),))),
        (OFF, a_secret(rotation=RotationSettings())),
    ],
    ids=lambda one: getattr(one, "id", ""),
)
def test_what_its_owner_or_its_primary_does_is_left_to_them(check: Check[Any], wrong: SecretPosture) -> None:
    assert outcome_of(check, wrong) is Outcome.VIOLATED
    for other in (MANAGED, REPLICA):
        assert outcome_of(check, replace(wrong, **other)) is Outcome.SPARED


def test_a_partners_secret_is_late_like_any_other() -> None:
    late = a_secret(rotation=EXTERNAL, type="ExamplePartnerApiKey", next_rotation=ago(days=5))

    assert outcome_of(OVERDUE, late) is Outcome.VIOLATED


# Pending


def pending(*labels: str, **other: object) -> SecretPosture:
    version = VersionPosture(id="v-3", labels=labels, **other)  # type: ignore[arg-type]
    return a_secret(versions=(VersionPosture(id="v-2", labels=(CURRENT,), created_at=ago(days=40)), version))


def test_a_pending_version_is_left_over_after_more_than_the_hours_that_you_allow() -> None:
    assert outcome_of(PENDING_LEFT, pending(PENDING, created_at=ago(hours=24))) is Outcome.CLEAN
    assert outcome_of(PENDING_LEFT, pending(PENDING, created_at=ago(hours=24, seconds=1))) is Outcome.VIOLATED
    assert (
        outcome_of(PENDING_LEFT, pending(PENDING, created_at=ago(hours=3)), limited(pending_hours=2))
        is Outcome.VIOLATED
    )


def test_a_pending_version_with_a_further_label_is_left_over_too() -> None:
    assert outcome_of(PENDING_LEFT, pending(PENDING, "mine", created_at=ago(days=3))) is Outcome.VIOLATED


def test_a_pending_version_without_a_date_is_as_old_as_the_last_change_at_least() -> None:
    undated = pending(PENDING)

    assert outcome_of(PENDING_LEFT, replace(undated, last_changed=ago(days=3))) is Outcome.VIOLATED
    assert outcome_of(PENDING_LEFT, replace(undated, last_changed=ago(hours=3))) is Outcome.CLEAN
    assert outcome_of(PENDING_LEFT, replace(undated, last_changed=None)) is Outcome.CLEAN


def test_a_rotation_that_was_turned_off_halfway_leaves_its_version_too() -> None:
    off = replace(pending(PENDING, created_at=ago(days=3)), rotation=RotationSettings(enabled=False, days=30))

    assert outcome_of(PENDING_LEFT, off) is Outcome.VIOLATED


def test_the_command_takes_the_label_from_that_very_version() -> None:
    command = finding_of(PENDING_LEFT, pending(PENDING, created_at=ago(days=3))).command

    assert command is not None
    assert command.endswith("--version-stage AWSPENDING --remove-from-version-id v-3")


# Functions


def test_a_function_that_is_gone_is_told_with_the_secrets_that_need_it() -> None:
    finding = finding_of(GONE, a_function(is_gone=True, rotates=("prod/db", "prod/mail", "prod/shop")))

    assert "prod/db and 2 more" in finding.reason
    assert finding.evidence == ("secret prod/db", "secret prod/mail", "secret prod/shop")
    assert finding.command is not None
    assert "--secret-id prod/db " in finding.command


@pytest.mark.parametrize(
    ("arn", "outcome"),
    [
        ("arn:aws:lambda:eu-west-1:999988887777:function:rotate-db:live", Outcome.VIOLATED),
        ("arn:aws:lambda:eu-west-1:111122223333:function:rotate-db:live", Outcome.CLEAN),
        ("rotate-db", Outcome.CLEAN),
        (None, Outcome.SPARED),
    ],
)
def test_whose_function_rotates_is_told_by_its_arn(arn: str | None, outcome: Outcome) -> None:
    assert outcome_of(FOREIGN_FUNCTION, rotating(days=30, lambda_arn=arn)) is outcome


def test_figures_are_in_the_reason() -> None:
    assert finding_of(TOO_OLD, of_age(days=123)).reason == "its value is 123 days old; 90 are the most that you allow"
