"""Whoever names a decoy is told, whatever the call and whatever came of it, but for AWS itself; scanners may look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.detections.decoy import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.calls import SECRETS_MANAGER_CALLS
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    REGION,
    a_denial,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    the_root,
    the_service,
)
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import detect

NAME = "prod/admin-keys"
FULL = a_secret(NAME)
PARTIAL = FULL.text.removesuffix("-AbCdEf")
SCANNER = a_role("prowler")


def ref(text: str) -> SecretRef:
    return secret_ref(text, account_id=ACCOUNT, region=REGION)


def judge(*events: SecretEvent, decoy: str = NAME, scanner: str = SCANNER.key, **more) -> tuple[Finding, ...]:
    inventory = Inventory(decoys=frozenset({decoy}), scanners=frozenset({scanner}))
    baseline = Baseline(inventory=inventory, **more)
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


def test_every_call_but_a_listing_is_read():
    assert {name.name for name in SECRETS_MANAGER_CALLS} - {name.name for name in DETECTION.event_names} == {
        "ListSecrets"
    }


@pytest.mark.parametrize("name", ["GetSecretValue", "DescribeSecret", "DeleteSecret", "PutResourcePolicy"])
@pytest.mark.parametrize("failure", [None, a_denial("GetSecretValue", NAME), Failure("InvalidRequestException")])
@pytest.mark.parametrize("maturity", list(Maturity))
def test_any_call_that_names_the_decoy_alarms_at_once(name, failure, maturity):
    (finding,) = judge(an_event(name, secret=FULL, failure=failure), maturity=maturity)

    assert (finding.severity, finding.state) == (Severity.CRITICAL, State.OPEN)


@pytest.mark.parametrize("entry", [NAME, PARTIAL, FULL.text])
@pytest.mark.parametrize("called", [NAME, PARTIAL, FULL.text])
def test_the_decoy_is_the_same_in_all_its_forms(entry, called):
    assert judge(an_event(secret=ref(called)), decoy=entry)
    assert judge(an_event(secret=ref("prod/admin-key")), decoy=entry) == ()


def test_a_decoy_made_again_is_another_secret_than_the_one_named_by_its_arn():
    assert judge(an_event(secret=a_secret(NAME, suffix="ZzZzZz")), decoy=FULL.text) == ()


@pytest.mark.parametrize("who", [a_user(), a_role(), a_person(), the_root()], ids=lambda who: who.kind)
def test_everybody_is_told(who):
    assert judge(an_event(secret=FULL, by=who))


def test_aws_itself_is_silent_and_what_it_does_on_a_callers_way_is_not():
    config = a_role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")
    through = replace(a_user(), invoked_by="cloudformation.amazonaws.com")

    assert judge(an_event("DescribeSecret", secret=FULL, by=config)) == ()
    assert judge(an_event("DescribeSecret", secret=FULL, by=the_service())) == ()
    assert judge(a_service_event("RotationStarted", secret=FULL)) == ()
    assert judge(an_event(secret=FULL, by=through))


def test_a_batch_by_name_tells_the_decoy_alone():
    batch = replace(an_event("BatchGetSecretValue"), secrets=(a_secret("prod/db"), FULL))

    (finding,) = judge(batch)

    assert finding.secrets == (FULL,)


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("DescribeSecret", Severity.LOW),
        ("GetSecretValue", Severity.CRITICAL),
        ("GetResourcePolicy", Severity.CRITICAL),
    ],
)
@pytest.mark.parametrize("entry", [SCANNER.key, "arn:aws:iam::*:role/prowl*"])
def test_a_declared_scanner_may_describe_and_nothing_else(name, severity, entry):
    (finding,) = judge(an_event(name, secret=FULL, by=SCANNER), scanner=entry)

    assert finding.severity is severity


@pytest.mark.parametrize("entry", ["prowler", "", SCANNER.arn])
def test_a_bare_name_declares_nobody(entry):
    (finding,) = judge(an_event("DescribeSecret", secret=FULL, by=SCANNER), scanner=entry)

    assert finding.severity is Severity.CRITICAL


def test_a_scanner_that_looks_and_then_reads_is_one_critical_finding_in_any_order():
    look, read = (an_event(name, secret=FULL, by=SCANNER) for name in ("DescribeSecret", "GetSecretValue"))

    assert judge(look, read) == judge(read, look, look)
    (finding,) = judge(look, read)
    assert (finding.severity, finding.title) == (
        Severity.CRITICAL,
        f"prowler (role, session i-0123456789abcdef0) touched a decoy: secret {NAME}",
    )


@pytest.mark.parametrize(
    ("failure", "came"),
    [
        (None, "succeeded"),
        (a_denial("DescribeSecret", NAME), "was refused"),
        (Failure("ThrottlingException"), "failed"),
    ],
)
def test_what_came_of_it_is_said_of_everybody_and_of_a_scanner(failure, came):
    by_anybody = an_event("DescribeSecret", secret=FULL, failure=failure)
    by_scanner = replace(by_anybody, principal=SCANNER)

    assert [finding.reason for event in (by_anybody, by_scanner) for finding in judge(event)] == [
        f"DescribeSecret {came} on what nobody has any business with",
        f"a declared scanner's DescribeSecret {came}",
    ]


def test_a_scanner_is_told_of_the_decoy_alone():
    event = replace(an_event("DescribeSecret", by=SCANNER), secrets=(a_secret("prod/db"), FULL))

    (finding,) = judge(event)

    assert (finding.severity, finding.secrets) == (Severity.LOW, (FULL,))
