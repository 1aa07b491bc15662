"""What a rotation function may do is told when it changes; more time for it is a note, and other functions nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.function_tampered import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import IAM, LAMBDA, Failure, SecretEvent
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, WAITED, a_role, a_secret, an_event
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.domain.judging.rules import Match, Wait, applies, detect

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
CODE, CONFIGURATION, PERMISSION = (
    "UpdateFunctionCode20150331v2",
    "UpdateFunctionConfiguration20150331v2",
    "AddPermission20150331v2",
)


def call(name: str = CODE, function: str = "rotate-db", *, by=None, failure=None, **request) -> SecretEvent:
    return an_event(name, source=LAMBDA, by=by, failure=failure, request={"functionName": function, **request})


def registered(*functions: str) -> Baseline:
    return Baseline(inventory=Inventory(rotation_functions=frozenset(functions)), settled=WAITED)


def severity_of(event: SecretEvent, baseline: Baseline) -> Severity | None:
    assert applies(DETECTION, event)
    findings, _ = detect(event, baseline, (DETECTION,))
    assert len(findings) <= 1
    return findings[0].severity if findings else None


@pytest.mark.parametrize(
    "asked", ["rotate-db", "rotate-db:live", FUNCTION, f"{FUNCTION}:7", f"{ACCOUNT}:function:rotate-db"]
)
@pytest.mark.parametrize("entry", ["rotate-db", FUNCTION, f"{FUNCTION}:live", f"{ACCOUNT}:rotate-db"])
def test_a_registered_function_is_told_in_every_form(asked, entry):
    assert severity_of(call(function=asked), registered(entry)) is Severity.HIGH


@pytest.mark.parametrize(
    "request_", [{"fullyQualifiedArn": {"relativeId": {"functionName": "rotate-db"}}}, {"functionArn": FUNCTION}]
)
def test_the_name_inside_an_arn_counts(request_):
    event = an_event(CODE, source=LAMBDA, request=request_)

    assert severity_of(event, registered(FUNCTION)) is Severity.HIGH


@pytest.mark.parametrize(
    "entry", [f"{FUNCTION}-2", FUNCTION.replace(REGION, "us-east-1"), FUNCTION.replace(ACCOUNT, "999988887777")]
)
def test_another_function_is_silent(entry):
    assert severity_of(call(), registered(entry)) is None
    assert severity_of(call(), registered()) is None


@pytest.mark.parametrize(
    ("after", "severity"),
    [(-1, Severity.HIGH), (0, Severity.CRITICAL), (24 * 3600, Severity.CRITICAL), (24 * 3600 + 1, Severity.HIGH)],
)
def test_it_is_raised_by_what_it_stages_within_a_day(after, severity):
    staged = ((a_secret(), AT + timedelta(seconds=after)),)

    assert severity_of(call(), replace(registered(FUNCTION), staged=staged)) is severity
    assert severity_of(call(CONFIGURATION, timeout=9), replace(registered(FUNCTION), staged=staged)) is Severity.LOW


def test_what_it_has_taken_is_named_once_and_counted():
    staged = tuple((a_secret(name), AT + timedelta(hours=1)) for name in ("prod/a", "prod/b", "prod/a"))

    (found,), _ = detect(call(), replace(registered(FUNCTION), staged=staged), (DETECTION,))

    assert found.title == "ci-deploy (IAM user) changed a function that has rotated 2 secrets (prod/a, prod/b) since"
    assert found.reason == "its code was replaced; within a day it staged new values of 2 secrets"


def test_one_that_has_taken_a_secret_is_looked_at_again_for_more():
    staged = ((a_secret(), AT + timedelta(minutes=5)),)

    found = DETECTION.evaluate(call(), replace(registered(FUNCTION), staged=staged, settled=AT))

    assert isinstance(found, Match)
    assert found.reason == "its code was replaced; within a day it staged new values of 1 secret"
    assert found.again == timedelta(hours=1)


def test_for_a_day_it_is_looked_at_again_every_hour():
    looks = []
    now = AT
    while True:
        _, waits = detect(call(), replace(registered(FUNCTION), settled=now - LATENESS), (DETECTION,))
        if not waits:
            break
        now = AT + waits[0][1].until_after
        looks.append(now - AT)

    assert looks == [LATENESS, *(timedelta(hours=n) for n in range(1, 24)), timedelta(hours=24) + LATENESS]


@pytest.mark.parametrize("name", ["UpdateFunctionCode", CODE, "UpdateFunctionCode20991231"])
def test_a_name_counts_with_any_date(name):
    assert severity_of(call(name), registered(FUNCTION)) is Severity.HIGH


@pytest.mark.parametrize(
    ("request_", "severity"),
    [
        ({"timeout": 60}, Severity.LOW),
        ({"memorySize": 512, "description": "more"}, Severity.LOW),
        ({"timeout": 60, "revisionId": "r"}, Severity.LOW),
        ({"timeout": 60, "memorySize": 512, "description": "more"}, Severity.LOW),
        ({"timeout": 60, "fullyQualifiedArn": {"relativeId": {"functionName": "rotate-db"}}}, Severity.LOW),
        ({"Timeout": 60}, Severity.LOW),
        ({"timeout": 60, "layers": ["arn:layer"]}, Severity.HIGH),
        ({"environment": {}, "timeout": 60}, Severity.HIGH),
        ({"role": "arn:role"}, Severity.HIGH),
        ({"vpcConfig": {}}, Severity.HIGH),
        ({"somethingNew": 1}, Severity.HIGH),
        ({"omitted": True}, Severity.HIGH),
        ({}, Severity.HIGH),
    ],
)
def test_a_configuration_is_judged_by_what_it_shows(request_, severity):
    assert severity_of(call(CONFIGURATION, **request_), registered(FUNCTION)) is severity


def test_code_is_never_a_note():
    assert severity_of(call(CODE, timeout=60), registered(FUNCTION)) is Severity.HIGH


@pytest.mark.parametrize(
    ("request_", "severity"),
    [
        ({"principal": "secretsmanager.amazonaws.com"}, None),
        ({"principal": "*"}, Severity.HIGH),
        ({"principal": "999988887777"}, Severity.HIGH),
        ({"principal": "events.amazonaws.com"}, Severity.HIGH),
        ({}, Severity.HIGH),
    ],
)
def test_only_the_service_may_be_let_in(request_, severity):
    assert severity_of(call(PERMISSION, **request_), registered(FUNCTION)) is severity


@pytest.mark.parametrize("name", ["PutRolePolicy", "AttachRolePolicy"])
def test_the_rights_of_a_role_that_is_listed_count_and_of_another_not(name):
    event = an_event(name, source=IAM, request={"roleName": "rotate-db-role"})
    role = f"arn:aws:iam::{ACCOUNT}:role/service/rotate-db-role"

    assert severity_of(event, registered(FUNCTION, role)) is Severity.HIGH
    assert severity_of(event, registered(FUNCTION)) is None


def test_the_secrets_that_it_rotates_are_named():
    (found,), _ = detect(call(), Baseline(held=(a_secret(), a_secret("prod/x"))), (DETECTION,))

    assert "2 secrets (prod/db, prod/x)" in found.title
    assert len(found.secrets) == 2


def test_a_note_is_for_the_digest_and_has_words_of_its_own():
    (note,), _ = detect(call(CONFIGURATION, timeout=3), Baseline(held=(a_secret(),)), (DETECTION,))
    (found,), _ = detect(call(), Baseline(held=(a_secret(),)), (DETECTION,))

    assert (note.state, found.state) == (State.DIGEST, State.OPEN)
    assert note.headline != found.headline


def test_without_known_secrets_the_title_names_none():
    (found,), _ = detect(call(), registered(FUNCTION), (DETECTION,))

    assert "no named secret" not in found.title


def test_an_unknown_function_is_looked_at_again_for_its_rotation_may_be_told_late():
    assert DETECTION.evaluate(call(), Baseline()) == Wait(LATENESS)
    assert DETECTION.evaluate(call(), Baseline(settled=WAITED)) is None
    assert isinstance(DETECTION.evaluate(call(), Baseline(settled=WAITED, held=(a_secret(),))), Match)


@pytest.mark.parametrize(
    "event", [call(dryRun=True), call(dryRun="true"), call(failure=Failure("ResourceConflictException"))]
)
def test_what_changed_nothing_is_silent(event):
    assert severity_of(event, registered(FUNCTION)) is None
    assert DETECTION.evaluate(event, Baseline()) is None


def test_a_false_trial_run_is_none():
    assert severity_of(call(dryRun=False), registered(FUNCTION)) is Severity.HIGH


def test_neither_a_deployment_role_nor_a_stack_silences_it():
    """A story: the attacker acts with the role of the pipeline."""
    stack = replace(a_role("dev-ci"), invoked_by="cloudformation.amazonaws.com")

    assert severity_of(call(by=a_role("dev-ci")), registered(FUNCTION)) is Severity.HIGH
    assert severity_of(call(by=stack), registered(FUNCTION)) is Severity.HIGH


def test_what_is_shown_is_said_in_words_of_ours():
    (found,), _ = detect(call(CONFIGURATION, layers=["arn:l"], role="arn:r"), registered(FUNCTION), (DETECTION,))

    assert found.reason.endswith("shows layers, role")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (call(CODE), "its code was replaced"),
        (call(PERMISSION, principal="*"), "somebody else than Secrets Manager may call it now"),
        (
            an_event("PutRolePolicy", source=IAM, request={"roleName": "rotate-db"}),
            "the role that it runs with got other rights",
        ),
        (call(CONFIGURATION), "its configuration was changed; the record shows not what of it"),
        (
            call(CONFIGURATION, vpcConfig={}, environment={}, handler="h", runtime="r"),
            "its configuration was changed; the record shows environment, handler, network, runtime",
        ),
        (call(CONFIGURATION, timeout=3), "only its timeout, memory or description were changed"),
    ],
    ids=["code", "permission", "rights", "nothing shown", "configuration", "room"],
)
def test_the_reason_says_what_was_changed(event, reason):
    (found,), _ = detect(event, registered(FUNCTION, f"arn:aws:iam::{ACCOUNT}:role/rotate-db"), (DETECTION,))

    assert found.reason == reason


def test_a_change_is_judged_again_for_late_records_and_names_the_secrets_known_so_far():
    held = (a_secret(), a_secret("prod/x"))
    change, note = (
        DETECTION.evaluate(event, Baseline(held=held)) for event in (call(), call(CONFIGURATION, timeout=3))
    )

    assert isinstance(change, Match)
    assert isinstance(note, Match)
    assert (change.secrets, change.again) == (held, LATENESS)
    assert (note.secrets, note.again) == (held, None)


def test_a_role_that_the_inventory_knows_is_told_as_what_it_is():
    rights = an_event("PutRolePolicy", source=IAM, request={"roleName": "rotate-db-role"})

    (found,), _ = detect(rights, Baseline(held=(a_secret(),)), (DETECTION,))

    assert "changed the role of a function that rotates secret prod/db" in found.title
    assert found.reason == "the role that it runs with got other rights"
