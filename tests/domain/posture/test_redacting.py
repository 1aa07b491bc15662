"""What a name gives away is in no finding about it, and the finding stays the same one."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from nightlatch.checks import CHECKS
from nightlatch.domain.posture.checks import judge
from nightlatch.domain.posture.examples import ACCOUNT, REGION, TERMS, a_function, a_secret
from nightlatch.domain.posture.findings import Mute, finding_id, findings_of
from nightlatch.domain.posture.redacting import REDACTED, redacted, sensitive_in, shown_arn
from nightlatch.domain.secret.metadata import RotationSettings

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
WORD = "q7Xz2Kp9" + "Vw4Rt8Yb1Nc6Md3F"


def arn_of(name: str) -> str:
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"


def found(name: str, *mutes: Mute):
    secret = a_secret(name=name, arn=arn_of(name), rotation=RotationSettings(), last_rotated=None)
    return list(findings_of(list(judge(secret, CHECKS, TERMS)), TERMS, mutes))


@pytest.mark.parametrize("part", [KEY, WORD, f"password={WORD}"])
def test_no_field_of_any_finding_shows_it(part: str) -> None:
    findings = found(f"ci/{part}")

    assert {"text.credential-in-name", "rotation.off"} <= {one.check for one in findings}
    for one in findings:
        assert part not in repr(astuple(one))
        assert WORD not in repr(astuple(one))
        assert REDACTED in one.name
        assert one.subject.endswith("-AbCdEf")


def test_a_function_that_rotates_it_does_not_show_it_either() -> None:
    function = a_function(rotates=(f"ci/{KEY}",), vpc=None, is_gone=True)

    findings = list(findings_of(list(judge(function, CHECKS, TERMS)), TERMS))

    assert findings
    assert all(KEY not in repr(astuple(one)) for one in findings)


def test_a_finding_is_known_by_the_same_id_whichever_arn_is_asked_for() -> None:
    (one, *_) = found(f"ci/{KEY}")

    assert one.id == finding_id(one.check, arn_of(f"ci/{KEY}")) == finding_id(one.check, one.subject)


@pytest.mark.parametrize("name", ["db/password=hunter22", "xoxb-1234567890abc", f"ci/{KEY}/{WORD}"])
def test_what_could_not_be_judged_again_has_the_id_of_what_was_found(name: str) -> None:
    assert all(one.id == finding_id(one.check, arn_of(name)) for one in found(name))


def test_a_mute_goes_by_the_name_that_the_secret_has() -> None:
    mute = Mute(checks=("*",), names=(f"ci/{KEY}",), owner="ana", reason="known", expires=TERMS.now.replace(year=2027))

    assert all(one.muted is mute for one in found(f"ci/{KEY}", mute))


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert {one.name for one in found("prod/orders/db")} == {"prod/orders/db"}
    assert shown_arn(arn_of("prod/orders/db")) == arn_of("prod/orders/db")


def test_what_is_taken_out_once_stays_so() -> None:
    once = redacted(f"a {KEY} b", sensitive_in(KEY))

    assert once == f"a {REDACTED} b"
    assert redacted(once, sensitive_in(once)) == once
