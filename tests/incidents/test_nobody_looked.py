"""Deleted with a window, and nobody looked for seven days: it is gone, and one click brings it back, its past too.

A windowed deletion is told when it is made. Whoever was on holiday then hears of it once more, when it is too late to
cancel: who did it, when, and that nobody had allowed it, with the way back out of the vault.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fakes_snapshots import V1, a_copy, a_snapshot
from incidents.loop import OURS, Loop
from nightlatch.acts import ACTS
from nightlatch.adapters.slack.message import render
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.adapters.sns import human_text
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Approver, Mode, Policy, Protection
from nightlatch.domain.answering.responses import Response, ResponseState, Signal
from nightlatch.domain.errors import Unauthorised
from nightlatch.domain.event.events import Tick
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import a_service_event, a_user, an_event
from nightlatch.domain.judging.deletions import ENDED, WINDOW_ENDED
from nightlatch.domain.judging.findings import Severity
from nightlatch.local.fidelity.clock import stage_time, wall_clock
from nightlatch.local.fidelity.deletion import expire_deletions
from nightlatch.service.approve import ApprovePorts, press
from nightlatch.service.wish import preview
from worlds import a_client

MALLORY = a_user("mallory")
POLICY = Policy(
    default=Protection(mode=Mode.NOTIFY, vault_days=90),
    own_roles=frozenset({OURS.key}),
    approvers=(
        Approver(slack_id="U0ANA", name="ana"),
        Approver(slack_id="U0MAL", name="mallory", principals=(MALLORY.key,)),
    ),
)
WEEK = timedelta(days=7)


@pytest.fixture
def stack(loop: Loop):
    """Give the loop on a clock that can be set, for AWS and for us."""
    loop.policy = loop.world.policy = POLICY
    stage_time.now = loop.clock
    yield loop
    stage_time.now = wall_clock


def a_vaulted_secret(stack: Loop) -> SecretRef:
    """Make a secret of which two values and its metadata are kept."""
    secret = stack.secret(Tags=[{"Key": "team", "Value": "payments"}])
    stack.world.copies = type(stack.world.copies)(stack.clock)
    version = a_client("secretsmanager").describe_secret(SecretId=secret.text)["VersionIdsToStages"]
    metadata = AwsDescriptions(a_client("secretsmanager")).describe(secret).metadata
    snapshot = a_snapshot(stack.clock() - timedelta(hours=1), metadata)
    stack.world.snapshots.stored.append(snapshot)
    for version_id, hours in ((next(iter(version)), 1), (V1, 50)):
        copy = a_copy(version_id, at=stack.clock() - timedelta(hours=hours), arn=secret.text)
        stack.world.copies.keep(replace(copy, metadata_digest=snapshot.digest))
    return secret


def deleted_and_nobody_looks(stack: Loop, secret: SecretRef) -> datetime:
    """Let it be scheduled, and let the window and the wait for late records pass; give when it was scheduled."""
    called = stack.clock()
    a_client("secretsmanager").delete_secret(SecretId=secret.text, RecoveryWindowInDays=7)
    window = {"recoveryWindowInDays": 7}
    stack.happens(an_event("DeleteSecret", secret=secret, by=MALLORY, at=called, request=window))
    stack.clock.advance(WEEK + timedelta(minutes=5))
    expire_deletions()
    stack.happens(a_service_event(ENDED, secret=secret, at=stack.clock(), request_id="SecretDeleteMessage:x"))
    stack.clock.advance(timedelta(minutes=31))
    stack.judge(Tick(stack.clock()))
    stack.carry_out()
    return called


def the_end(stack: Loop) -> Incident:
    (incident,) = (one for one in stack.incidents.by_id.values() if one.lead.rule == WINDOW_ENDED)
    return incident


def the_offer(stack: Loop) -> Response:
    (offered,) = (stack.world.ledger.get(one) for one in the_end(stack).responses)
    return offered


def pressed(stack: Loop, slack_id: str) -> Response:
    ports = ApprovePorts(ledger=stack.world.ledger, dispatch=stack.world.dispatch)
    button = the_offer(stack).button
    return press(button, slack_id=slack_id, signal=Signal.APPROVE, policy=POLICY, ports=ports, now=stack.clock())


def is_gone(secret: SecretRef) -> bool:
    names = [one["Name"] for one in a_client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]]
    return secret.name not in names


def test_people_are_told_that_it_is_gone_who_did_it_and_when_and_that_nobody_had_allowed_it(stack):
    secret = a_vaulted_secret(stack)

    called = deleted_and_nobody_looks(stack, secret)

    assert is_gone(secret)
    incident = the_end(stack)
    said = human_text(incident, ())
    assert incident.severity is Severity.HIGH
    assert "destroyed secret prod/db at the end of the recovery window" in said
    assert f"cheduled by user/mallory on {called:%Y-%m-%d %H:%M} UTC, 7 days before" in said
    assert "no allowance and no exemption of nightlatch covered it" in said
    assert "resurrect" in str(render(incident, [the_offer(stack)], action_mode="slack")).lower()


def test_nothing_comes_back_before_somebody_presses(stack):
    secret = a_vaulted_secret(stack)

    deleted_and_nobody_looks(stack, secret)

    assert the_offer(stack).state is ResponseState.PROPOSED
    assert the_offer(stack).preflight
    assert is_gone(secret)


def test_whoever_scheduled_it_is_not_the_one_who_decides(stack):
    deleted_and_nobody_looks(stack, a_vaulted_secret(stack))

    with pytest.raises(Unauthorised):
        pressed(stack, "U0MAL")


def test_one_click_brings_it_back_and_an_older_value_of_it_too(stack):
    secret = a_vaulted_secret(stack)
    called = deleted_and_nobody_looks(stack, secret)

    pressed(stack, "U0ANA")
    stack.happens()

    done = the_offer(stack)
    found = a_client("secretsmanager").describe_secret(SecretId="prod/db")
    assert done.state is ResponseState.SUCCEEDED, done.result
    assert found["ARN"] != secret.text
    assert found["Tags"] == [{"Key": "team", "Value": "payments"}]
    wished = preview(
        Action(kind=ActionKind.ROLL_BACK, secret=stack.world.secret("prod/db"), at=called - timedelta(days=1)),
        acts=ACTS,
        policy=POLICY,
        sight=stack.world.ports().sight,
        now=stack.clock(),
    )
    assert (wished.people, [call.operation for call in wished.plan.calls]) == (1, ["PutSecretValue"])


def test_its_own_resurrection_is_no_news_and_the_end_is_not_told_again(stack):
    deleted_and_nobody_looks(stack, a_vaulted_secret(stack))
    before = len(stack.incidents.by_id)

    pressed(stack, "U0ANA")
    stack.happens()
    stack.judge(Tick(stack.clock() + timedelta(hours=1)))

    assert len(stack.incidents.by_id) == before
    assert len(the_end(stack).findings) == 1


def test_what_somebody_had_allowed_ends_without_a_word_and_stands_in_the_record(stack):
    secret = a_vaulted_secret(stack)
    asked = Action(kind=ActionKind.ALLOW_DELETION, secret=secret, lasting=timedelta(hours=2), note="moved away")
    stack.world.wish(asked, people=1)
    stack.world.respond(now=stack.clock())

    deleted_and_nobody_looks(stack, secret)

    assert stack.incidents.by_id == {}
    (why,) = (why for finding, why in stack.incidents.recorded.values() if finding.rule == WINDOW_ENDED)
    assert why.endswith("when it was scheduled: moved away; else HIGH")


def test_where_no_vault_keeps_it_people_are_told_all_the_same(stack):
    secret = stack.secret()
    stack.policy = replace(POLICY, default=Protection(mode=Mode.NOTIFY))

    deleted_and_nobody_looks(stack, secret)

    assert the_end(stack).responses == ()


def test_a_copy_that_expired_meanwhile_is_said_and_its_button_goes(stack):
    secret = a_vaulted_secret(stack)
    copies = stack.world.copies
    copies.by_id = {key: replace(one, expires_at=stack.clock() + WEEK) for key, one in copies.by_id.items()}

    deleted_and_nobody_looks(stack, secret)

    assert the_offer(stack).state is ResponseState.EXPIRED
    assert "the vault holds no copy" in the_offer(stack).result or "the vault holds no copy" in str(
        the_offer(stack).steps
    )
