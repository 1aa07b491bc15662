"""AWS itself and a rotation at work are recognised by what a caller cannot choose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.account.holding import Found, Holding, RotationFunction
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.domain.history.examples import (
    ACCOUNT,
    REGION,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
    the_root,
    the_service,
)
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.callers import is_aws_service, is_human, is_rotating, may_be_human

SECRET = a_secret()
STARTED = a_service_event("RotationStarted", secret=SECRET, after_s=-5)
ENDED = a_service_event("RotationSucceeded", secret=SECRET, after_s=-1)
CONFIG = replace(
    a_role(), key="arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
)


@pytest.mark.parametrize(
    "principal",
    [the_service(), CONFIG],
    ids=["a service", "a service-linked role"],
)
def test_aws_itself_is_recognised(principal):
    assert is_aws_service(principal)


@pytest.mark.parametrize(
    "principal",
    [
        a_user(),
        a_role("AWSServiceRoleForConfig"),
        replace(a_user(), invoked_by="signin.amazonaws.com"),
        replace(a_role(), invoked_by="cloudformation.amazonaws.com"),
    ],
    ids=["a user", "a role with such a name", "a person in the console", "a caller through a service"],
)
def test_nobody_else_passes_for_aws(principal):
    assert not is_aws_service(principal)


@pytest.mark.parametrize(
    ("reader", "history", "functions", "rotating"),
    [
        (a_role("rotate", "rotate-db"), [STARTED], {"rotate-db"}, True),
        (a_role("rotate", "rotate-db"), [STARTED], set(), True),
        (a_role("rotate", "rotate-db"), [STARTED], {"another"}, False),
        (CONFIG, [STARTED], {"another"}, True),
        (a_role("rotate", "rotate-db"), [STARTED, ENDED], {"rotate-db"}, False),
        (a_role("rotate", "rotate-db"), [], {"rotate-db"}, False),
        (a_person("ana"), [STARTED], set(), False),
        (a_user(), [STARTED], set(), False),
    ],
    ids=[
        "registered",
        "none registered",
        "another function",
        "a managed rotation",
        "ended",
        "never started",
        "a person",
        "a user",
    ],
)
def test_a_rotation_is_a_role_of_its_function_inside_an_open_rotation(reader, history, functions, rotating):
    inventory = Inventory(rotation_functions=frozenset(functions))
    baseline = Baseline(on_secret=sightings(history), inventory=inventory)

    assert is_rotating(an_event(secret=SECRET, by=reader), baseline) is rotating


def a_rotation(by: Principal, days_ago: float, *, ends: str = "Succeeded") -> list[SecretEvent]:
    at = -days_ago * 86_400.0
    pending = {"versionStages": ["AWSPENDING"]}
    return [
        a_service_event("RotationStarted", secret=SECRET, after_s=at),
        an_event("PutSecretValue", secret=SECRET, by=by, after_s=at + 5, request=pending, version_id=f"v{days_ago}"),
        a_service_event(f"Rotation{ends}", secret=SECRET, after_s=at + 15),
    ]


def set_function(name: str, days_ago: float) -> SecretEvent:
    request = {"rotationLambdaARN": f"arn:aws:lambda:eu-west-1:111122223333:function:{name}"}
    return an_event("RotateSecret", secret=SECRET, by=a_user(), after_s=-days_ago * 86_400.0, request=request)


ROTATOR, MIMIC = a_role("rotate", "rotate-db"), a_role("stolen", "rotate-db")


@pytest.mark.parametrize("functions", [{"rotate-db"}, set()])
@pytest.mark.parametrize(
    ("history", "mimic_rotates"),
    [
        ([], True),
        (a_rotation(ROTATOR, 30), False),
        (a_rotation(ROTATOR, 30, ends="Failed"), True),
        ([set_function("rotate-db", 60), *a_rotation(ROTATOR, 30), set_function("rotate-db", 20)], False),
        ([*a_rotation(ROTATOR, 30), set_function("rotate-db-2", 20)], True),
        ([*a_rotation(ROTATOR, 30), set_function("rotate-db-2", 20), *a_rotation(ROTATOR, 10)], False),
        ([*a_rotation(ROTATOR, 30), *a_rotation(MIMIC, 10)], True),
    ],
    ids=["never rotated", "rotated", "never well", "set again", "another function", "and rotated", "by both"],
)
def test_where_a_secret_was_rotated_before_only_its_role_passes_for_the_function(history, mimic_rotates, functions):
    inventory = Inventory(rotation_functions=frozenset(functions))
    baseline = Baseline(on_secret=sightings([*history, STARTED]), inventory=inventory)

    assert is_rotating(an_event(secret=SECRET, by=ROTATOR), baseline)
    assert is_rotating(an_event(secret=SECRET, by=MIMIC), baseline) is mimic_rotates


@pytest.mark.parametrize(
    ("by", "minutes_ago", "rotating"),
    [(ROTATOR, 1, False), (ROTATOR, 24 * 60, False), (ROTATOR, 24 * 60 + 1, True), (a_role("ops"), 1, True)],
)
@pytest.mark.parametrize(
    "asked", [{}, {"rotationLambdaARN": "rotate-db"}, {"externalSecretRotationRoleArn": ROTATOR.key}]
)
@pytest.mark.parametrize("functions", [{"rotate-db"}, set()])
def test_who_asks_for_a_rotation_is_not_its_function(by, minutes_ago, rotating, asked, functions):
    """A thief who may rotate secrets could name its own role, and read each of them while its rotation lasts."""
    call = an_event("RotateSecret", secret=SECRET, by=by, after_s=-60 * minutes_ago, request=asked)
    inventory = Inventory(rotation_functions=frozenset(functions))
    baseline = Baseline(on_secret=sightings([call, STARTED]), inventory=inventory)

    assert is_rotating(an_event(secret=SECRET, by=ROTATOR), baseline) is rotating


def arn_of(function: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"


THEIRS = a_role("intern", "helper")
FOUND = Holdings.of(
    [
        Found(
            secrets=(
                Holding(arn=SECRET.text, rotated_by=arn_of("rotate-db")),
                Holding(arn=a_secret("theirs").text, rotated_by=arn_of("helper")),
                Holding(arn=a_secret("theirs-too").text, rotated_by=a_role("vendor").key),
            ),
            functions=(
                RotationFunction(arn=arn_of("rotate-db"), role=ROTATOR.key),
                RotationFunction(arn=arn_of("helper"), role=THEIRS.key),
            ),
        )
    ]
)


@pytest.mark.parametrize(
    ("reader", "history", "listed", "rotating"),
    [
        (ROTATOR, [], set(), True),
        (THEIRS, [], set(), False),
        (a_role("vendor", "vendor"), [], set(), False),
        (THEIRS, [set_function("rotate-db", 9)], set(), False),
        (THEIRS, [set_function("helper", 9)], set(), True),
        (ROTATOR, [set_function("helper", 9)], set(), False),
        (ROTATOR, [*a_rotation(a_role("old-role", "rotate-db"), 30)], set(), True),
        (THEIRS, [], {"helper"}, True),
        (THEIRS, a_rotation(ROTATOR, 30), {"helper"}, False),
    ],
    ids=[
        "its own",
        "another secret's",
        "another secret's role",
        "another one was set",
        "it was set",
        "another one was set since",
        "by another role before",
        "by the operator's word",
        "by the operator's word, and rotated by its own before",
    ],
)
def test_what_was_found_to_rotate_one_secret_rotates_no_other(reader, history, listed, rotating):
    """Whoever may make a secret may have it rotated by a function or role that is theirs."""
    inventory = Inventory(rotation_functions=frozenset(listed), holdings=FOUND)
    baseline = Baseline(on_secret=sightings([*history, STARTED]), inventory=inventory)

    assert is_rotating(an_event(secret=SECRET, by=reader), baseline) is rotating


@pytest.mark.parametrize(
    "told",
    [{"mfa": True}, {"from_console": True}, {"from_instance": True}, {"session_name": "i-0123456789abcdef0"}],
    ids=str,
)
@pytest.mark.parametrize("functions", [{"rotate-db", "i-0123456789abcdef0"}, set()])
def test_what_aws_says_of_a_session_that_lambda_did_not_open_is_believed(told, functions):
    inventory = Inventory(rotation_functions=frozenset(functions))
    baseline = Baseline(on_secret=sightings([STARTED]), inventory=inventory)

    assert is_rotating(an_event(secret=SECRET, by=replace(ROTATOR, mfa=False, from_console=None)), baseline)
    assert not is_rotating(an_event(secret=SECRET, by=replace(ROTATOR, **told)), baseline)


def test_an_open_rotation_of_another_secret_excuses_nothing():
    other = a_service_event("RotationStarted", secret=a_secret("other"), after_s=-5)

    assert not is_rotating(an_event(secret=SECRET, by=a_role()), Baseline(on_secret=sightings([other])))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (a_person(), True),
        (the_root(), True),
        (replace(a_user(), kind=PrincipalKind.FEDERATED), True),
        (replace(a_user(), mfa=True), True),
        (a_user(), False),
        (replace(a_user(), mfa=False), False),
        (a_role(), False),
        (replace(a_role(), mfa=True), False),
        (a_role("AWSReservedSSO_Admin_0123456789abcdef", "mallory"), False),
        (the_service(), False),
    ],
)
def test_people_are_told_from_workloads_by_what_aws_says_of_them(who, *, expected: bool):
    assert is_human(who) is expected


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (a_person(), True),
        (a_user(), True),
        (replace(a_role(), from_console=True), True),
        (a_role(), False),
        (the_service(), False),
    ],
)
def test_behind_a_user_and_in_the_console_may_be_a_person(who, expected):
    assert may_be_human(who) is expected
