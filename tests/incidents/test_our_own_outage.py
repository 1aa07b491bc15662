"""An audit device's disk was full, and the vault behind it stopped answering everybody.

The rule kept: nightlatch stands beside the road and not on it. With its tables, queues or channels down nobody's call
is held up; what happened comes again, is told over what still works, and is done once when all is back.

Source: vault issue 18943 (product.md 3.2, ninth incident).
"""

from __future__ import annotations

import json

import pytest

from acts.acting_world import BREAK_GLASS
from builders import a_finding
from fakes import FakeChannel, FakeNotices
from functions.transformed import resources, source
from incidents.loop import Loop
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.guarding.guard_texts import merge
from nightlatch.domain.guarding.guards import Guard
from nightlatch.domain.history.examples import a_role, an_event
from nightlatch.service.notify import NotifyPorts, notify
from nightlatch.service.ports import Notice
from worlds import ACCOUNT, a_client

PIPELINE = a_role("pipeline", "apply")


def test_nothing_of_ours_stands_in_the_way_of_a_call() -> None:
    kinds = {one["Type"]: name for name, one in source()["Resources"].items()}
    near = {
        kind: kinds[kind]
        for kind in kinds
        if kind.startswith(("AWS::SecretsManager", "AWS::Organizations", "AWS::EC2"))
    }

    assert near == {"AWS::SecretsManager::Secret": "HeartbeatSecret"}  # which nobody but the heart reads
    for permission in resources("AWS::Lambda::Permission").values():
        assert permission["Principal"] in {"events.amazonaws.com", "apigateway.amazonaws.com"}


def test_what_we_leave_on_a_secret_holds_no_reader_and_no_writer_up() -> None:
    guard = Guard(account_id=ACCOUNT, spared=(BREAK_GLASS,), min_window_days=30, replicated=True)

    denied = {action for one in json.loads(merge(None, guard))["Statement"] for action in _listed(one["Action"])}

    assert "secretsmanager:DeleteSecret" in denied
    assert all(action.split(":")[1].startswith(("Delete", "PutResourcePolicy", "Remove", "Stop")) for action in denied)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def a_deletion(loop: Loop) -> SecretEvent:
    secret = loop.secret()
    a_client("secretsmanager").delete_secret(SecretId=secret.text, RecoveryWindowInDays=30)
    return an_event("DeleteSecret", secret=secret, by=PIPELINE, at=loop.clock())


def test_with_the_queues_down_the_event_comes_again_and_is_answered_once(loop: Loop) -> None:
    event = a_deletion(loop)
    loop.world.dispatch.is_down = True
    failed = [loop.judge(event).failed for _ in range(3)]
    assert [set(one) for one in failed] == [{event.event_id}] * 3
    loop.world.dispatch.is_down = False

    loop.happens(event)

    assert loop.made == ["RestoreSecret", "UpdateSecretVersionStage"]  # restored, and pinned
    assert len(loop.world.ledger.by_id) == 1
    assert len(loop.incidents.by_id) == 1


def test_with_the_ledger_down_nothing_is_done_and_nothing_is_lost(loop: Loop) -> None:
    event = a_deletion(loop)
    loop.judge(event)
    whole = loop.world.ledger.get
    loop.world.ledger.get = _down  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        loop.carry_out()
    assert loop.made == []
    loop.world.ledger.get = whole  # type: ignore[method-assign]

    loop.happens(event)  # neither message was taken off its queue

    [response] = loop.world.ledger.by_id.values()
    assert loop.made == ["RestoreSecret", "UpdateSecretVersionStage"]  # restored, and pinned
    assert response.state is ResponseState.SUCCEEDED


def _down(_: str) -> None:
    raise Unavailable("table nightlatch-responses could not be asked; try again later")


def test_with_one_channel_down_the_other_tells_and_the_first_is_told_later(loop: Loop) -> None:
    incident, _ = loop.incidents.fold(a_finding(), policy_digest="")
    slack, sns = FakeChannel("slack"), FakeChannel("sns")
    ports = NotifyPorts(loop.incidents, loop.world.ledger, FakeNotices(), (slack, sns))
    slack.is_down = True

    with pytest.raises(Unavailable, match="slack"):
        notify(Notice(incident.id, "revision-1"), ports=ports, now=loop.clock())

    assert (len(slack.shown), len(sns.shown)) == (0, 1)


def test_where_nothing_of_ours_runs_cloudwatch_tells_by_itself() -> None:
    alarms = resources("AWS::CloudWatch::Alarm").values()

    assert alarms
    assert all(alarm["AlarmActions"] == [{"Ref": "AlertTopic"}] for alarm in alarms)
