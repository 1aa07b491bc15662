"""Whose function rotates a secret gets its values: another than before, a stranger's or an unlisted one is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.function_swapped import DETECTION
from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, WAITED, a_secret, a_user, an_event, sightings
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Match, Wait, detect

STRANGER = "999988887777"
NOTHING = Inventory()
LISTED = Inventory(rotation_functions=frozenset({"rotate-db"}))
DAY = 86_400
ROLE = "externalSecretRotationRoleArn"


def function(name: str = "rotate-db", *, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def role(name: str = "rotation", *, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def rotate(named: str | None, *, field: str = "rotationLambdaARN", after_s: float = 0, **more) -> SecretEvent:
    more.setdefault("secret", a_secret())
    request = {field: named} if named else {}
    return an_event("RotateSecret", after_s=after_s, request=request, **more)


def judge(event: SecretEvent, *before: SecretEvent, inventory=NOTHING, settled=WAITED) -> Match | Wait | None:
    baseline = Baseline(on_secret=sightings([*before, event]), inventory=inventory, settled=settled)
    return DETECTION.evaluate(event, baseline)


def fires(event: SecretEvent, *before: SecretEvent, inventory=NOTHING) -> bool:
    return isinstance(judge(event, *before, inventory=inventory), Match)


@pytest.mark.parametrize(
    ("named", "inventory", "is_foreign"),
    [
        (function(account=STRANGER), NOTHING, True),
        (function(account=STRANGER), Inventory(rotation_functions=frozenset({function(account=STRANGER)})), True),
        (function(account=STRANGER), Inventory(trusted_accounts=frozenset({STRANGER})), False),
        (function(region="us-east-1"), NOTHING, True),
        (function(), NOTHING, False),
        (f"{ACCOUNT}:function:rotate-db", NOTHING, False),
        (f"{STRANGER}:function:rotate-db", NOTHING, True),
        ("rotate-db", NOTHING, False),
    ],
)
def test_a_function_in_another_account_or_region_is_told_without_any_history(named, inventory, is_foreign):
    assert fires(rotate(named), inventory=inventory) == is_foreign


@pytest.mark.parametrize(
    ("named", "is_listed"),
    [
        (function(), True),
        (function("rotate-db:live"), True),
        (function("rotate-db:7"), True),
        (function("rotate-dbs"), False),
        (function("rotate-mail"), False),
    ],
)
def test_with_a_list_of_functions_the_list_decides(named, is_listed):
    assert fires(rotate(named), inventory=LISTED) != is_listed
    assert fires(rotate(named), rotate(function("old"), after_s=-DAY), inventory=LISTED) != is_listed


def test_without_a_list_another_function_than_before_is_a_swap():
    before = rotate(function(), after_s=-DAY)

    assert fires(rotate(function("rotate-mail")), before)
    assert not fires(rotate(function("rotate-db:live")), before)
    assert not fires(rotate(function()))


def test_what_is_set_again_swaps_nothing():
    before = rotate(function("rotate-mail", account=STRANGER), after_s=-DAY)

    assert not fires(rotate(function("rotate-mail", account=STRANGER)), before)
    assert not fires(rotate(function("rotate-mail")), rotate(function("rotate-mail"), after_s=-DAY), inventory=LISTED)


def test_the_last_call_that_set_a_function_counts_and_a_refused_one_or_a_later_one_does_not():
    ours, theirs = rotate(function(), after_s=-DAY), rotate(function("rotate-mail"), after_s=-60)

    assert not fires(rotate(function("rotate-mail")), ours, theirs)
    assert fires(rotate(function("rotate-mail")), ours, rotate(None, after_s=-60))
    refused = rotate(function("rotate-mail"), after_s=-60, failure=Failure("InvalidParameterException"))
    assert fires(rotate(function("rotate-mail")), ours, refused)
    assert not fires(rotate(function()), rotate(function("rotate-mail"), after_s=60))


def test_a_role_of_an_external_rotation_is_compared_with_the_one_before_and_with_no_list_of_functions():
    before = rotate(role(), field=ROLE, after_s=-DAY)

    assert fires(rotate(role(account=STRANGER), field=ROLE))
    assert fires(rotate(role("evil"), field=ROLE), before)
    assert not fires(rotate(role(), field=ROLE), before, inventory=LISTED)
    assert not fires(rotate(role("first"), field=ROLE), inventory=LISTED)


@pytest.mark.parametrize("form", [a_secret(), a_secret(suffix=None)], ids=["full", "name"])
def test_the_secret_is_the_same_however_it_is_called(form):
    assert fires(rotate(function("rotate-mail"), secret=form), rotate(function(), after_s=-DAY))


def test_it_waits_for_the_call_before_only_where_nothing_is_wrong_yet():
    assert judge(rotate(function()), settled=None) == Wait(LATENESS)
    assert isinstance(judge(rotate(function(account=STRANGER)), settled=None), Match)
    assert judge(rotate(None), settled=None) is None
    assert judge(rotate(function(), failure=Failure("AccessDenied")), settled=None) is None


def test_it_names_the_account_and_never_the_function():
    event = rotate(function("stolen-name", account=STRANGER), by=a_user("mallory"))
    (found,), _ = detect(event, Baseline(), (DETECTION,))

    assert found.severity is Severity.HIGH
    assert STRANGER in found.reason
    assert "stolen-name" not in f"{found.title} {found.reason}"
    assert found.title == "mallory (IAM user) set another rotation function or role for secret prod/db"


@pytest.mark.parametrize(
    ("event", "inventory", "reason"),
    [
        (rotate(function(account=STRANGER)), NOTHING, f"the function is one of account {STRANGER}, neither ours nor"),
        (rotate(function(region="us-east-1")), NOTHING, "the function lies in another Region than the secret"),
        (rotate(function("new")), LISTED, "the function is not a registered rotation function"),
        (rotate(function("new")), NOTHING, "the function is another one than before"),
        (rotate(role("new"), field=ROLE), LISTED, "the role is another one than before"),
        (
            rotate(role(account=STRANGER), field=ROLE),
            NOTHING,
            f"the role is one of account {STRANGER}, neither ours nor",
        ),
    ],
)
def test_the_reason_says_what_is_wrong(event, inventory, reason):
    found = judge(event, rotate(function("old"), after_s=-DAY), inventory=inventory)

    assert isinstance(found, Match)
    assert found.reason.startswith(reason)


def test_after_the_wait_what_is_right_is_silent():
    assert judge(rotate(function())) is None


def test_a_call_that_names_no_function_changes_none():
    assert not fires(rotate(function()), rotate(function(), after_s=-DAY), rotate(None, after_s=-60))


def test_a_rotation_of_no_named_secret_cannot_be_judged():
    assert judge(replace(rotate(function(account=STRANGER)), secrets=())) is None


def test_a_role_in_a_folder_is_one_of_its_account():
    assert not fires(rotate(role("teams/data/rotation"), field=ROLE))
    assert fires(rotate(role("teams/data/rotation", account=STRANGER), field=ROLE))


def test_neither_the_account_of_the_call_nor_that_of_the_secret_is_a_strangers():
    shared = secret_ref(
        f"arn:aws:secretsmanager:{REGION}:{STRANGER}:secret:prod/db-AbCdEf", account_id=ACCOUNT, region=REGION
    )

    assert not fires(rotate(function(account=STRANGER), secret=shared))
    assert not fires(rotate(function(account=ACCOUNT), secret=shared))
    assert fires(rotate(function(account="444455556666"), secret=shared))


def listed(rotated_by: str | None, *, after_s: float = -3_600) -> Inventory:
    """An inventory of before, or of after, with what rotated the secret then."""
    known = Holding(arn=a_secret().text, rotated_by=rotated_by)
    return Inventory(holdings=Holdings.of([Found(secrets=(known,))], AT + timedelta(seconds=after_s)))


@pytest.mark.parametrize(
    ("inventory", "is_told"),
    [
        (listed(function()), False),
        (listed(function("rotate-mail")), True),
        (listed(None), False),  # it rotates for the first time
        (listed(function("rotate-mail"), after_s=60), False),  # taken after the call: it may show either
        (NOTHING, False),
    ],
)
def test_without_a_record_the_inventory_of_before_says_which_function_it_was(inventory, is_told):
    assert fires(rotate(f"{function()}:live"), inventory=inventory) is is_told


def test_a_later_call_outranks_the_inventory():
    swapped_back = rotate(function("rotate-mail"), after_s=-60)

    assert not fires(rotate(function("rotate-mail")), swapped_back, inventory=listed(function()))
