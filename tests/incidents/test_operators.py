"""An operator that thinks a secret is its own: it deletes it, takes out its policy at each reconcile, sets its tags.

The rule kept: what it does is undone twice, then it is one page and a held act, and no third fight. Tags and replicas
of others are told of and never fought over: nothing that nightlatch does by itself touches them.

Source: external-secrets issues 5062 and 6806, pull request 6451 (product.md 3.2, third incident).
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from acts.guard_scenes import policy_text
from incidents.loop import Loop
from nightlatch.acts import ACTS
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.event.events import Tick
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import a_role, an_event
from nightlatch.domain.judging.findings import Severity
from worlds import a_client

ESO = a_role("external-secrets", "reconciler")
HOURS = 8


def contested(loop: Loop) -> list[Incident]:
    return [
        one
        for one in loop.incidents.by_id.values()
        if "monitor.contested" in {finding.rule for finding in one.findings}
    ]


def reconciles(loop: Loop, secret: SecretRef, name: str, **asked: object) -> None:
    """Let the operator make its call, and let nightlatch answer and wait."""
    loop.happens(an_event(name, secret=secret, by=ESO, at=loop.clock(), request=asked))
    loop.clock.advance(timedelta(minutes=20))
    loop.happens(Tick(loop.clock()))
    loop.clock.advance(timedelta(minutes=40))


def guarded(loop: Loop) -> SecretRef:
    secret = loop.secret()
    response = loop.world.wish(Action(kind=ActionKind.APPLY_GUARD, secret=secret), people=1)
    loop.world.dispatch.respond(response)
    loop.happens()
    assert policy_text()
    loop.clock.advance(timedelta(hours=1))
    return secret


def test_a_policy_that_is_taken_out_at_each_reconcile_is_put_back_twice_and_then_a_page(loop: Loop) -> None:
    secret = guarded(loop)

    for _ in range(HOURS):
        if policy_text() is not None:
            a_client("secretsmanager").delete_resource_policy(SecretId=secret.text)
        reconciles(loop, secret, "DeleteResourcePolicy")

    assert loop.made.count("PutResourcePolicy") == 3  # a person's wish, and twice against the operator
    [incident] = contested(loop)
    assert incident.severity is Severity.CRITICAL
    responses = [loop.world.ledger.get(one) for one in incident.responses]
    held = [one for one in responses if one.state is ResponseState.PROPOSED]
    assert held
    assert all("external-secrets" in one.waits_because for one in held)


def test_a_secret_that_is_deleted_at_each_reconcile_is_restored_twice_and_then_a_page(loop: Loop) -> None:
    secret, client = loop.secret(), a_client("secretsmanager")

    for _ in range(HOURS):
        if "DeletedDate" not in client.describe_secret(SecretId=secret.text):
            client.delete_secret(SecretId=secret.text, RecoveryWindowInDays=30)
        reconciles(loop, secret, "DeleteSecret", recoveryWindowInDays=30)

    assert loop.made.count("RestoreSecret") == 2
    assert len(contested(loop)) == 1


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("TagResource", {"tags": [{"key": "managed-by", "value": "external-secrets"}]}),
        ("UntagResource", {"tagKeys": ["team"]}),
        ("RemoveRegionsFromReplication", {"removeReplicaRegions": ["us-east-1"]}),
        ("UpdateSecret", {"description": "managed by external-secrets"}),
    ],
)
def test_tags_and_replicas_are_never_fought_over(loop: Loop, name: str, asked: dict[str, object]) -> None:
    secret = loop.secret(Tags=[{"Key": "team", "Value": "a"}])

    for _ in range(3):
        reconciles(loop, secret, name, **asked)

    assert loop.made == []
    assert all(not one.is_by_policy for one in loop.world.ledger.by_id.values())


def test_what_policy_orders_by_itself_touches_neither_tags_nor_replicas() -> None:
    by_itself = (ActionKind.RESTORE_DELETED, ActionKind.PIN_SUPERSEDED, ActionKind.APPLY_GUARD, ActionKind.RESCUE_KEY)
    calls = {call for kind in by_itself for call in ACTS[kind].calls}

    assert not {call for call in calls if "Tag" in call or "Region" in call or "Replica" in call}
