"""A stack update generated a database's secret anew and left the database alone: everybody was locked out.

The rule kept: a new value that no rotation made is told, with an offer to go back and what speaks for and against it.

Source: aws-cdk issue 10716 (product.md 3.2, fifth incident).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from incidents.loop import Loop
from nightlatch.acts import ACTS
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.policy import Mode, Protection
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import a_label_event, a_role, a_service_event, an_event
from nightlatch.service.wish import preview
from worlds import a_client

DAYS = 20  # longer than nightlatch learns
CDK = a_role("cdk-hnb659fds-cfn-exec-role", "AWSCloudFormation")


def regenerated(loop: Loop, secret: SecretRef) -> list[SecretEvent]:
    """Let CloudFormation write a new value, through a role as the CDK does."""
    version = a_client("secretsmanager").update_secret(SecretId=secret.text, SecretString="made anew")["VersionId"]
    by = replace(CDK, invoked_by="cloudformation.amazonaws.com")
    call = an_event("UpdateSecret", secret=secret, by=by, at=loop.clock(), version_id=version)
    return [call, a_label_event(secret, version_id=version, at=loop.clock())]


def written(loop: Loop, secret: SecretRef) -> None:
    """Let it be written anew after weeks of ordinary life, and wait for what may come behind."""
    loop.clock.advance(timedelta(days=-DAYS))
    for _ in range(DAYS):
        loop.judge(an_event(secret=secret, by=a_role("app"), at=loop.clock()))
        loop.clock.advance(timedelta(days=1))
    loop.happens(*regenerated(loop, secret))
    loop.clock.advance(timedelta(minutes=20))
    loop.happens(Tick(loop.clock()))


def offers(loop: Loop) -> list[Response]:
    return [one for one in loop.world.ledger.by_id.values() if one.action.kind is ActionKind.ROLL_BACK]


def test_a_value_that_no_rotation_made_is_told_and_the_way_back_is_offered(loop: Loop) -> None:
    secret = loop.secret()
    before = a_client("secretsmanager").get_secret_value(SecretId=secret.text)["VersionId"]

    written(loop, secret)

    [incident] = loop.incidents.by_id.values()
    assert "change.unexpected-writer" in {finding.rule for finding in incident.findings}
    [offer] = offers(loop)
    assert offer.state is ResponseState.PROPOSED
    assert a_client("secretsmanager").get_secret_value(SecretId=secret.text)["VersionId"] != before
    shown = preview(offer.action, acts=ACTS, policy=loop.policy, sight=loop.world.ports().sight, now=loop.clock())
    assert shown.action.to == before
    assert "database or service that it opens does not follow" in ACTS[ActionKind.ROLL_BACK].consequence


def test_the_same_write_within_a_rotation_is_none_of_our_business(loop: Loop) -> None:
    secret = loop.secret()
    rotator = a_role("rotation", "db-rotation")
    version = a_client("secretsmanager").put_secret_value(SecretId=secret.text, SecretString="turned")["VersionId"]

    loop.happens(
        a_service_event("RotationStarted", secret=secret, at=loop.clock()),
        an_event("PutSecretValue", secret=secret, by=rotator, at=loop.clock(), after_s=2, version_id=version),
        a_service_event("RotationSucceeded", secret=secret, at=loop.clock(), after_s=5),
    )

    assert offers(loop) == []


def test_in_notify_the_same_is_told_and_offered(loop: Loop) -> None:
    loop.policy = replace(loop.policy, default=Protection(mode=Mode.NOTIFY))

    written(loop, loop.secret())

    assert len(loop.incidents.by_id) == 1
    assert len(offers(loop)) == 1
    assert loop.made == []
