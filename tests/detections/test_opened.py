"""A key is opened by whom its policy lets in after all conditions, and cut by whom it shuts out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nightlatch.detections.opened import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import KMS, Failure, SecretEvent
from nightlatch.domain.history.examples import ACCOUNT, REGION, WAITED, a_role, a_secret, an_event
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.domain.judging.rules import Match, Wait, detect

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{ID}"
STRANGER, OURS = "999988887777", "o-a1b2c3d4e5"
ROOT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}


def allow(principal: object, action: object = "kms:Decrypt", **condition: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return statement | ({"Condition": {"StringEquals": condition["condition"]}} if condition else {})


def put(*statements: object, keyed: str = ID, failure: Failure | None = None, **more) -> SecretEvent:
    policy = json.dumps({"Statement": [ROOT, *statements]})
    return an_event("PutKeyPolicy", source=KMS, failure=failure, request={"keyId": keyed, "policy": policy, **more})


def grant(name: str = "CreateGrant", **request: object) -> SecretEvent:
    return an_event(name, source=KMS, request={"keyId": ID, **request})


def protecting(key: str = KEY, **inventory) -> Baseline:
    return Baseline(inventory=Inventory(protected_keys=frozenset({key}), **inventory), settled=WAITED)


def severity_of(event: SecretEvent, baseline: Baseline) -> Severity | None:
    findings, _ = detect(event, baseline, (DETECTION,))
    assert len(findings) <= 1
    return findings[0].severity if findings else None


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:DescribeKey", "kms:*", "*", ["kms:List*"]])
@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_everybody_without_a_condition_fires_whatever_the_actions(principal, action):
    assert severity_of(put(allow(principal, action)), protecting()) is Severity.HIGH


@pytest.mark.parametrize(
    ("condition", "severity"),
    [
        ({"kms:CallerAccount": ACCOUNT}, None),
        ({"kms:CallerAccount": ACCOUNT, "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}, None),
        ({"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}, Severity.HIGH),
        ({"kms:CallerAccount": "*"}, Severity.HIGH),
        ({"kms:CallerAccount": STRANGER}, Severity.HIGH),
        ({"aws:PrincipalOrgID": OURS}, Severity.LOW),
        ({"aws:SourceVpce": "vpce-0123456789abcdef0"}, None),
    ],
)
def test_one_narrowing_condition_suffices(condition, severity):
    assert severity_of(put(allow("*", condition=condition)), protecting()) is severity


def test_with_an_organisation_only_that_one_narrows():
    event = put(allow("*", condition={"aws:PrincipalOrgID": OURS}))

    assert severity_of(event, protecting(organization_id=OURS)) is None
    assert severity_of(event, protecting(organization_id="o-zzzzzzzzzz")) is Severity.HIGH


@pytest.mark.parametrize("principal", [f"arn:aws:iam::{STRANGER}:root", STRANGER, f"arn:aws:iam::{STRANGER}:role/x"])
def test_a_stranger_fires_unless_trusted_or_within_our_organisation(principal):
    event = put(allow({"AWS": principal}))
    within = put(allow({"AWS": principal}, condition={"aws:PrincipalOrgID": OURS}))

    assert severity_of(event, protecting()) is Severity.HIGH
    assert severity_of(event, protecting(trusted_accounts=frozenset({STRANGER}))) is None
    assert severity_of(within, protecting()) is Severity.LOW
    assert severity_of(within, protecting(organization_id=OURS)) is None


@pytest.mark.parametrize(
    "statement",
    [
        allow({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}),
        allow({"Service": "cloudwatch.amazonaws.com"}),
        {**allow("*"), "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ],
)
def test_our_own_roles_and_services_are_silent(statement):
    assert severity_of(put(statement), protecting()) is None


def test_the_policy_may_be_an_object():
    event = an_event("PutKeyPolicy", source=KMS, request={"keyId": ID, "policy": {"Statement": allow("*")}})

    assert severity_of(event, protecting()) is Severity.HIGH


def test_a_policy_that_is_not_shown_proves_nothing():
    event = an_event("PutKeyPolicy", source=KMS, request={"keyId": ID})

    assert severity_of(event, protecting()) is None


@pytest.mark.parametrize(("flag", "severity"), [(True, Severity.HIGH), ("true", Severity.HIGH), (False, None)])
def test_the_check_against_shutting_oneself_out(flag, severity):
    assert severity_of(put(bypassPolicyLockoutSafetyCheck=flag), protecting()) is severity


def test_an_account_that_is_shut_out_is_told_as_cut():
    mallory = allow({"AWS": f"arn:aws:iam::{ACCOUNT}:user/mallory"}, "kms:*")
    event = an_event("PutKeyPolicy", source=KMS, request={"keyId": ID, "policy": json.dumps({"Statement": [mallory]})})

    (found,), _ = detect(event, protecting(), (DETECTION,))

    assert found.severity is Severity.HIGH
    assert "cut off" in found.headline


@pytest.mark.parametrize(
    ("grantee", "severity"),
    [
        (f"arn:aws:iam::{STRANGER}:role/x", Severity.HIGH),
        (STRANGER, Severity.HIGH),
        (f"arn:aws:iam::{ACCOUNT}:role/app", None),
        ("rds.eu-west-1.amazonaws.com", None),
        (None, None),
    ],
)
def test_a_grant_is_judged_by_its_grantee(grantee, severity):
    assert severity_of(grant(**{"granteePrincipal": grantee} if grantee else {}), protecting()) is severity


def test_a_grant_for_a_trusted_account_is_silent():
    event = grant(granteePrincipal=STRANGER)

    assert severity_of(event, protecting(trusted_accounts=frozenset({STRANGER}))) is None


def test_a_revoked_grant_is_told_and_a_service_taking_back_its_own_is_a_note():
    through = an_event(
        "RevokeGrant", source=KMS, by=replace(a_role(), invoked_by="ec2.amazonaws.com"), request={"keyId": ID}
    )

    assert severity_of(grant("RevokeGrant", grantId="g"), protecting()) is Severity.HIGH
    (note,), _ = detect(through, protecting(), (DETECTION,))
    assert (note.severity, note.state) == (Severity.LOW, State.DIGEST)


@pytest.mark.parametrize("entry", [ID, KEY])
@pytest.mark.parametrize("asked", [ID, KEY])
def test_the_key_is_known_in_every_form(entry, asked):
    assert severity_of(put(allow("*"), keyed=asked), protecting(entry)) is Severity.HIGH


def test_other_keys_are_silent_and_unknown_ones_looked_at_again():
    event = put(allow("*"))

    assert severity_of(event, protecting(KEY.replace("1234abcd", "5678abcd"))) is None
    assert severity_of(event, protecting(KEY.replace(REGION, "us-east-1"))) is None
    assert DETECTION.evaluate(event, Baseline()) == Wait(LATENESS)
    assert DETECTION.evaluate(event, Baseline(settled=WAITED)) is None
    assert DETECTION.evaluate(put(), Baseline()) is None


def test_the_secrets_that_need_the_key_are_named():
    held = (a_secret(), a_secret("prod/x"))

    (found,), _ = detect(put(allow("*")), Baseline(held=held), (DETECTION,))

    assert found.secrets == held
    assert "2 secrets (prod/db, prod/x)" in found.title


def test_without_known_secrets_the_title_names_none():
    (found,), _ = detect(put(allow("*")), protecting(), (DETECTION,))

    assert "no named secret" not in found.title


def test_what_failed_opened_nothing():
    assert (
        DETECTION.evaluate(put(allow("*"), failure=Failure("MalformedPolicyDocumentException")), protecting()) is None
    )


def test_a_stack_does_not_silence_it():
    stack = replace(put(allow("*")), principal=replace(a_role("deploy"), invoked_by="cloudformation.amazonaws.com"))

    assert isinstance(DETECTION.evaluate(stack, protecting()), Match)


@pytest.mark.parametrize(
    "statement",
    [
        allow({"Service": "sns.amazonaws.com"}, condition={"aws:SourceAccount": STRANGER}),
        allow({"Service": "sns.amazonaws.com", "AWS": ACCOUNT}),
        allow({"Service": "sns.amazonaws.com", "AWS": ACCOUNT}, condition={"aws:PrincipalOrgID": OURS}),
        allow({"AWS": ACCOUNT}, condition={"aws:PrincipalOrgID": OURS}),
    ],
    ids=["for a stranger", "beside our account", "beside it in an organisation", "our account in an organisation"],
)
def test_services_and_our_own_account_are_no_strangers(statement):
    assert severity_of(put(statement), protecting()) is None


def test_a_service_that_takes_back_its_own_grant_is_a_note():
    role = a_role("aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS")

    assert severity_of(replace(grant("RevokeGrant"), principal=role), protecting()) is Severity.LOW


def test_what_is_told_is_judged_again_for_more_secrets_that_need_the_key():
    found = DETECTION.evaluate(put(allow("*")), protecting())

    assert isinstance(found, Match)
    assert found.again == LATENESS
