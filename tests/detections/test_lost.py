"""A lost key is told with the secrets that need it; a key of nobody's is silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.detections.lost import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import KMS, Failure, SecretEvent
from nightlatch.domain.history.examples import ACCOUNT, REGION, WAITED, a_role, a_secret, an_event
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Match, Wait, applies, detect

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{ID}"
ALIAS = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/secrets"
CALLS = ["DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial"]


def call(name: str = "DisableKey", key: str = ID, **more) -> SecretEvent:
    return an_event(name, source=KMS, request={"keyId": key}, **more)


def protecting(*keys: str) -> Baseline:
    return Baseline(inventory=Inventory(protected_keys=frozenset(keys)), settled=WAITED)


def judge(event: SecretEvent, baseline: Baseline) -> Match | Wait | None:
    assert applies(DETECTION, event)
    return DETECTION.evaluate(event, baseline)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("asked", [ID, KEY])
@pytest.mark.parametrize("entry", [ID, KEY])
def test_a_protected_key_is_told_in_every_form(name, asked, entry):
    (found,), _ = detect(call(name, asked), protecting(entry), (DETECTION,))

    assert found.severity is Severity.CRITICAL
    assert "no named secret" not in found.title


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("DisableKey", Remedy.RESCUE_KEY),
        ("ScheduleKeyDeletion", Remedy.RESCUE_KEY),
        ("DeleteImportedKeyMaterial", None),
    ],
)
def test_a_key_is_put_back_from_everything_but_the_loss_of_its_material(name, remedy):
    (found,), _ = detect(call(name), protecting(KEY), (DETECTION,))

    assert found.remedy is remedy


def test_what_the_record_lists_as_its_resource_counts():
    event = replace(call(key="alias/other"), resources=(KEY,))

    assert isinstance(judge(event, protecting(KEY)), Match)


@pytest.mark.parametrize(
    "entry",
    [
        KEY.replace("1234abcd", "5678abcd"),
        KEY.replace(REGION, "us-east-1"),
        KEY.replace(ACCOUNT, "999988887777"),
        ALIAS,
    ],
)
def test_another_key_is_silent(entry):
    assert judge(call(), protecting(entry)) is None
    assert judge(call(), protecting()) is None


@pytest.mark.parametrize("name", CALLS)
def test_the_secrets_that_are_known_to_need_it_are_counted_and_named(name):
    held = tuple(a_secret(f"prod/{n}") for n in range(4))

    (found,), _ = detect(call(name), Baseline(held=held), (DETECTION,))

    assert found.secrets == held
    assert "4 secrets (prod/0, prod/1, prod/2 and 1 more)" in found.title
    assert "4 secrets are known to need it" in found.reason


def test_one_secret_is_one():
    (found,), _ = detect(call(), Baseline(held=(a_secret(),)), (DETECTION,))

    assert "1 secret is known to need it" in found.reason


def test_an_unknown_key_is_looked_at_again_for_its_use_may_be_told_late():
    assert judge(call(), Baseline()) == Wait(LATENESS)
    assert judge(call(), Baseline(settled=WAITED)) is None
    assert isinstance(judge(call(), Baseline(settled=WAITED, held=(a_secret(),))), Match)


def test_a_known_key_is_told_at_once_and_judged_again_for_more_secrets():
    found = judge(call(), Baseline(held=(a_secret(),)))

    assert isinstance(found, Match)
    assert found.again == LATENESS


@pytest.mark.parametrize("failure", [Failure("AccessDenied"), Failure("KMSInvalidStateException")])
def test_a_call_that_failed_took_nothing_away(failure):
    assert judge(call(failure=failure), replace(protecting(KEY), settled=None)) is None


def test_a_stack_does_not_silence_it():
    stack = replace(a_role("deploy"), invoked_by="cloudformation.amazonaws.com")

    assert isinstance(judge(call(by=stack), protecting(KEY)), Match)


def test_enabling_a_key_is_not_read_and_no_other_service_is():
    assert not applies(DETECTION, call("EnableKey"))
    assert not applies(DETECTION, an_event("DisableKey", source="iam.amazonaws.com"))


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ((), "the inventory names it as protecting secrets, and no record shows which"),
        ((a_secret(),), "1 secret is known to need it"),
        ((a_secret(), a_secret("prod/x")), "2 secrets are known to need it"),
    ],
)
def test_the_reason_says_who_needs_the_key(held, said):
    found = judge(call(), replace(protecting(ID), held=held))

    assert isinstance(found, Match)
    assert found.reason == f"the key was disabled; it can be enabled again; {said}"
