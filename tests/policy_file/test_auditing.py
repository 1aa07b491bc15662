"""The part `audit` of a policy: limits as checks read them, and mutes that mean a check that there is."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from nightlatch.domain.posture.choices import AuditChoices
from nightlatch.domain.posture.findings import Mute
from nightlatch.domain.posture.terms import Limits
from nightlatch.policy_file import complaints, parse_policy
from nightlatch.policy_file.auditing import AuditLimitsPart
from policies import MUTE, a_policy


def chosen(**audit: Any) -> AuditChoices:
    return parse_policy(a_policy(audit=audit)).to_domain().audit


def complained(**audit: Any) -> str:
    (complaint,) = complaints(a_policy(audit=audit))
    return str(complaint)


def test_without_a_word_an_audit_comes_each_day_by_the_usual_limits() -> None:
    assert parse_policy(a_policy()).to_domain().audit == AuditChoices()


def test_every_limit_can_be_chosen() -> None:
    assert set(AuditLimitsPart.model_fields) == {one.name for one in fields(Limits)}
    wanted = {one.name: 3 for one in fields(Limits)}

    assert chosen(limits=wanted).limits == Limits(**wanted)


def test_a_mute_is_read_with_its_end_in_utc() -> None:
    [mute] = chosen(mutes=[MUTE]).mutes

    assert mute == Mute(
        checks=("rotation.*",),
        names=("legacy/*",),
        owner="ana",
        reason="until the move",
        expires=datetime(2027, 1, 31, tzinfo=UTC),
    )


@pytest.mark.parametrize("missing", MUTE)
def test_a_mute_has_an_owner_a_reason_and_an_end(missing: str) -> None:
    without = {key: value for key, value in MUTE.items() if key != missing}

    assert complained(mutes=[without]) == f"audit.mutes.0.{missing}: is missing, and needed here"


@pytest.mark.parametrize(
    "glob",
    ["rotation.off", "*", "rot*.off", "audit.vanished", "audit.*", "audit.not-seen.kms:DescribeKey", "audit.fault.*"],
)
def test_a_mute_may_name_any_check_and_whatever_stands_beside_them(glob: str) -> None:
    assert chosen(mutes=[{**MUTE, "checks": [glob]}]).mutes[0].checks == (glob,)


def test_a_mute_of_a_check_that_there_is_not_hides_nothing_and_is_no_mute() -> None:
    said = complained(mutes=[{**MUTE, "checks": ["rotation.of"]}])

    assert said == "audit.mutes.0.checks: no check has such an id; did you mean 'rotation.off'?"
    said = complained(mutes=[{**MUTE, "checks": ["zzz"]}])
    assert said.endswith("no check has such an id; each finding of `nightlatch audit` names its check")


def test_a_misspelt_key_is_an_error_with_the_right_one() -> None:
    assert (
        complained(limits={"rotation_day": 3})
        == "unknown key 'audit.limits.rotation_day'; did you mean 'rotation_days'?"
    )


def test_what_is_usual_is_not_stored_and_what_is_chosen_changes_the_digest() -> None:
    usual, other = parse_policy(a_policy(audit={"hour": 5})), parse_policy(a_policy(audit={"hour": 6}))

    assert "audit" not in usual.to_store()
    assert usual.to_domain().digest != other.to_domain().digest
