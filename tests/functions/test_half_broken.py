"""The brake holds with the stack half broken: what cannot be read forbids, and nothing is done by built-in choices.

The responder runs as Lambda runs it, on an approved act whose secret waits to be deleted. Whatever is broken, it
stays as it is until somebody has mended it; then the same message is carried out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from builders import a_response, approved_by_policy
from functions.handlers import Context, batch, cold_start, failed
from nightlatch.acts import ACTS
from nightlatch.adapters.clock import clock
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.parameter_store import Parameter
from nightlatch.config import load_settings
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.service.respond import respond
from nightlatch.wiring.world import World
from own_records import ACCOUNT, REGION
from worlds import TABLE, a_client, a_table, on_moto

BRAKE, POLICY = "/nightlatch/nightlatch/kill-switch", "/nightlatch/nightlatch/policy"
PROTECT = {"version": 1, "defaults": {"mode": "protect"}}

# Powertools warns where a batch had nothing to count.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@dataclass
class Stack:
    """A responder and the parts that can break around it."""

    ledger: DynamoLedger
    secrets: Any
    ssm: Any

    def cold_start(self) -> ModuleType:
        return cold_start("responder")

    def deliver(self, app: ModuleType) -> list[str]:
        """Deliver the order once; give what comes again."""
        return failed(app.handler(batch(json.dumps({"response_id": "r-1"})), Context()))

    def put(self, name: str, value: str) -> None:
        self.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    @property
    def response(self) -> Response:
        return self.ledger.get("r-1")

    @property
    def is_restored(self) -> bool:
        return "DeletedDate" not in self.secrets.describe_secret(SecretId="prod/db")


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    with on_moto(monkeypatch):
        table, _ = a_table()
        sqs = a_client("sqs")
        for name, value in {
            "POWERTOOLS_METRICS_NAMESPACE": "nightlatch",
            "POWERTOOLS_TRACE_DISABLED": "true",
            "NIGHTLATCH_SNAPSHOT_TABLE": TABLE,
            "NIGHTLATCH_RESPONSE_TABLE": TABLE,
            "NIGHTLATCH_INCIDENT_TABLE": TABLE,
            "NIGHTLATCH_ALERTS_QUEUE_URL": sqs.create_queue(QueueName="alerts")["QueueUrl"],
            "NIGHTLATCH_POLICY_PARAMETER": POLICY,
            "NIGHTLATCH_KILL_SWITCH_PARAMETER": BRAKE,
        }.items():
            monkeypatch.setenv(name, value)
        made = Stack(DynamoLedger(table, now=clock("")), a_client("secretsmanager"), a_client("ssm"))
        made.put(BRAKE, "off")
        made.put(POLICY, json.dumps(PROTECT))
        made.secrets.create_secret(Name="prod/db", SecretString="planted")
        made.secrets.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)
        action = Action(
            kind=ActionKind.RESTORE_DELETED, secret=secret_ref("prod/db", account_id=ACCOUNT, region=REGION)
        )
        made.ledger.propose(approved_by_policy(a_response(action=action, now=datetime.now(UTC))))
        yield made


def test_with_nothing_broken_it_is_done(stack: Stack) -> None:
    assert stack.deliver(stack.cold_start()) == []

    assert stack.is_restored


@pytest.mark.parametrize("text", ["on", "on: ana", "true", "", "OFF!", "{}"])
def test_whatever_is_not_off_holds(stack: Stack, text: str) -> None:
    stack.put(BRAKE, text or " ")

    assert stack.deliver(stack.cold_start()) == []

    assert not stack.is_restored
    assert stack.response.state is ResponseState.PROPOSED
    assert stack.response.waits_because == "the kill switch is on"


def test_a_brake_that_is_gone_holds(stack: Stack) -> None:
    app = stack.cold_start()
    stack.ssm.delete_parameter(Name=BRAKE)

    stack.deliver(app)

    assert not stack.is_restored
    assert stack.response.waits_because == "the kill switch is on"


def without_policy(stack: Stack, _: pytest.MonkeyPatch) -> None:
    stack.ssm.delete_parameter(Name=POLICY)


def broken_policy(stack: Stack, _: pytest.MonkeyPatch) -> None:
    stack.put(POLICY, '{"version": 1, "defaults": {"mode": "attack"}}')


def no_json(stack: Stack, _: pytest.MonkeyPatch) -> None:
    stack.put(POLICY, "version: 1")


def without_ledger(_: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTLATCH_RESPONSE_TABLE", "gone")


def without_queue(_: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTLATCH_ALERTS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/gone")


@pytest.mark.parametrize("broken", [without_policy, broken_policy, no_json, without_ledger])
def test_a_responder_that_starts_anew_does_nothing_and_the_message_comes_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, broken: Callable[[Stack, pytest.MonkeyPatch], None]
) -> None:
    broken(stack, monkeypatch)

    assert stack.deliver(stack.cold_start()) == ["m0"]

    assert not stack.is_restored
    assert stack.response.state is ResponseState.APPROVED


@pytest.mark.parametrize("broken", [without_policy, broken_policy, no_json, without_ledger])
def test_once_it_is_mended_the_same_message_is_carried_out(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, broken: Callable[[Stack, pytest.MonkeyPatch], None]
) -> None:
    with monkeypatch.context() as while_broken:
        broken(stack, while_broken)
        stack.deliver(stack.cold_start())
    stack.put(POLICY, json.dumps(PROTECT))

    assert stack.deliver(stack.cold_start()) == []

    assert stack.is_restored


@pytest.mark.parametrize("good", ["protect", "notify", "observe"])
def test_a_bad_policy_leaves_the_last_good_one_in_force_and_not_a_built_in_one(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, good: str
) -> None:
    stack.put(POLICY, json.dumps({"version": 1, "defaults": {"mode": good}}))
    world = World(load_settings(os.environ))
    world.policies.parameter = Parameter(stack.ssm, POLICY, kept_s=0)
    world.policy()
    broken_policy(stack, monkeypatch)

    respond("r-1", acts=ACTS, policy=world.policy(), ports=world.responding(), now=world.now())

    assert stack.is_restored is (good == "protect")


def test_with_the_queue_to_people_down_what_was_done_is_told_when_the_message_comes_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as while_broken:
        without_queue(stack, while_broken)
        assert stack.deliver(stack.cold_start()) == ["m0"]
    assert stack.is_restored

    assert stack.deliver(stack.cold_start()) == []

    url = a_client("sqs").get_queue_url(QueueName="alerts")["QueueUrl"]
    [message] = a_client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(message["Body"])["incident_id"] == "inc-1"
    calls = [step.note.split()[2] for step in stack.response.steps if step.request_id]
    assert calls.count("restore-secret") == 1
