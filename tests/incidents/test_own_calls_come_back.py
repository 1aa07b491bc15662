"""A policy engine answered events with calls, and the calls were events: some 4,000 invocations before anybody saw it.

The rule kept: what nightlatch does is never a reason to do something, whenever and however often it comes back, and
also where the record of our call is behind the event of it, or was never written because the process was cut off.

Source: cloud-custodian issues 3238 and 10467 (product.md 3.2, first incident).
"""

from __future__ import annotations

import pytest

from incidents.loop import Loop
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import a_label_event, a_role, a_service_event, an_event
from worlds import a_client, in_full

PIPELINE = a_role("pipeline", "apply")


def deleted(loop: Loop, secret: SecretRef) -> list[SecretEvent]:
    a_client("secretsmanager").delete_secret(SecretId=secret.text, RecoveryWindowInDays=30)
    return [an_event("DeleteSecret", secret=secret, by=PIPELINE, at=loop.clock(), request={"recoveryWindowInDays": 30})]


def overwritten(loop: Loop, secret: SecretRef) -> list[SecretEvent]:
    version = a_client("secretsmanager").put_secret_value(SecretId=secret.text, SecretString="planted")["VersionId"]
    call = an_event("PutSecretValue", secret=secret, by=PIPELINE, at=loop.clock(), version_id=version)
    return [call, a_label_event(secret, version_id=version, at=loop.clock())]


def bared(loop: Loop, secret: SecretRef) -> list[SecretEvent]:
    a_client("secretsmanager").delete_resource_policy(SecretId=secret.text)
    return [an_event("DeleteResourcePolicy", secret=secret, by=PIPELINE, at=loop.clock())]


HAPPENINGS = {
    deleted: ["RestoreSecret", "UpdateSecretVersionStage"],
    overwritten: ["UpdateSecretVersionStage"],
    bared: ["PutResourcePolicy"],
}


@pytest.fixture(params=HAPPENINGS, ids=lambda one: one.__name__)
def happened(request: pytest.FixtureRequest, loop: Loop) -> list[SecretEvent]:
    """Let somebody do something to a secret that nightlatch answers with one call."""
    return request.param(loop, loop.secret())


@pytest.fixture
def answered(happened: list[SecretEvent]) -> list[str]:
    calls = {"DeleteSecret": deleted, "PutSecretValue": overwritten, "DeleteResourcePolicy": bared}
    return HAPPENINGS[calls[happened[0].name]]


@pytest.mark.parametrize("moment", ["when it is recorded", "before it is recorded"])
def test_our_own_call_comes_back_and_nothing_follows(
    loop: Loop, happened: list[SecretEvent], answered: list[str], moment: str
) -> None:
    loop.at_once = moment.startswith("before")

    loop.happens(*happened)

    assert loop.made == answered
    assert len(loop.world.ledger.by_id) == 1, "our own call was answered with an offer"


def test_it_comes_back_thousands_of_times_and_nothing_follows(
    loop: Loop, happened: list[SecretEvent], answered: list[str]
) -> None:
    loop.judge(*happened)
    loop.carry_out()
    echoes = loop.echoes * in_full(4_000, sample=200)

    loop.happens(*echoes)

    assert loop.made == answered
    assert len(loop.world.ledger.by_id) == 1


def test_it_comes_back_after_the_process_was_cut_off_before_the_record_of_it(
    loop: Loop, happened: list[SecretEvent], answered: list[str]
) -> None:
    loop.is_cut_off = True

    loop.happens(*happened)

    assert loop.made == answered
    assert len(loop.world.ledger.by_id) == 1


def test_a_way_back_that_was_cut_off_is_not_offered_to_be_taken_back(loop: Loop) -> None:
    secret = loop.secret()
    a_client("secretsmanager").put_secret_value(SecretId=secret.text, SecretString="planted again")
    response = loop.world.wish(Action(kind=ActionKind.ROLL_BACK, secret=secret), people=1)
    loop.world.dispatch.respond(response)
    loop.is_cut_off = True

    loop.happens()

    assert loop.made == ["UpdateSecretVersionStage"]
    assert list(loop.world.ledger.by_id) == [response.id]
    assert loop.incidents.by_id == {}


def test_what_aws_writes_after_our_call_is_no_reason_either(loop: Loop) -> None:
    secret = loop.secret()
    loop.happens(*deleted(loop, secret))

    loop.happens(a_service_event("CancelSecretVersionDelete", secret=secret, at=loop.clock()))
    loop.happens(Tick(loop.clock()))

    assert loop.made == ["RestoreSecret", "UpdateSecretVersionStage"]  # restored, and pinned
