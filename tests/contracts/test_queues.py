"""What one function hands to another arrives as ids, in order per secret, and a duplicate is dropped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from builders import a_response, approved_by_policy
from fakes import FakeDispatch
from nightlatch.adapters.queues import SqsDispatch, group_of
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.history.examples import a_secret
from nightlatch.service.ports import Dispatch, Notice
from worlds import a_client, on_moto


@dataclass(frozen=True, slots=True)
class Queues:
    dispatch: Dispatch
    notices: Callable[[], list[Notice]]
    responses: Callable[[], list[tuple[str, str]]]
    break_down: Callable[[], object]


@pytest.fixture(params=["fake", "moto"])
def queues(request, monkeypatch) -> Iterator[Queues]:
    if request.param == "fake":
        fake = FakeDispatch()
        yield Queues(fake, lambda: fake.notices, lambda: fake.responses, lambda: setattr(fake, "is_down", True))
        return
    with on_moto(monkeypatch):
        yield on_sqs()


def on_sqs() -> Queues:
    client = a_client("sqs")
    alerts = client.create_queue(QueueName="alerts")["QueueUrl"]
    fifo = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    responses = client.create_queue(QueueName="responses.fifo", Attributes=fifo)["QueueUrl"]

    def received(url: str) -> Iterator[dict]:
        while messages := client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                yield message

    return Queues(
        SqsDispatch(client, alerts_url=alerts, responses_url=responses),
        lambda: [Notice(**json.loads(message["Body"])) for message in received(alerts)],
        lambda: [
            (message["Attributes"]["MessageGroupId"], json.loads(message["Body"])["response_id"])
            for message in received(responses)
        ],
        lambda: [client.delete_queue(QueueUrl=url) for url in (alerts, responses)],
    )


def a_response_for(name: str, response_id: str = "r-1") -> Response:
    action = Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret(name, suffix=None))
    return replace(approved_by_policy(a_response()), id=response_id, action=action)


def test_a_notice_arrives_as_it_was_sent(queues):
    queues.dispatch.alert(Notice("inc-1", "revision-3"))

    assert queues.notices() == [Notice("inc-1", "revision-3")]


def test_a_response_arrives_by_its_id_in_the_group_of_its_secret(queues):
    queues.dispatch.respond(a_response_for("prod/db"))

    assert queues.responses() == [("111122223333/eu-west-1/prod/db", "r-1")]


def test_a_response_sent_twice_in_one_state_arrives_once(queues):
    for _ in range(3):
        queues.dispatch.respond(a_response_for("prod/db"))

    assert [response_id for _, response_id in queues.responses()] == ["r-1"]


def test_responses_about_one_secret_keep_their_order(queues):
    for number in range(5):
        queues.dispatch.respond(a_response_for("prod/db", f"r-{number}"))

    assert [response_id for _, response_id in queues.responses()] == [f"r-{number}" for number in range(5)]


@pytest.mark.parametrize("name", ["x" * 500, "prod/datenbank \u00e4", "tab\there"])
def test_a_name_that_sqs_does_not_allow_still_has_a_group_of_its_own(queues, name):
    response = a_response_for(name)

    queues.dispatch.respond(response)

    ((group, _),) = queues.responses()
    assert group == group_of(response)
    assert len(group) <= 128
    assert group != group_of(a_response_for(name + "x"))


def test_name_and_arn_of_a_secret_share_a_group():
    by_arn = replace(a_response_for("x"), action=Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret("prod/db")))

    assert group_of(by_arn) == group_of(a_response_for("prod/db"))


def test_a_queue_that_is_down_is_unavailable(queues):
    queues.break_down()

    with pytest.raises(Unavailable):
        queues.dispatch.alert(Notice("inc-1", "revision-3"))
    with pytest.raises(Unavailable):
        queues.dispatch.respond(a_response_for("prod/db"))
