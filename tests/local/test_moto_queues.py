"""A FIFO queue of the stage keeps each group in order, also when its messages come back, and lets other groups pass."""

from __future__ import annotations

import uuid

import pytest
from moto.sqs.models import sqs_backends

from nightlatch.local.moto_queues import NoSuchQueue, StageQueue

ACCOUNT, REGION = "111122223333", "eu-west-1"


@pytest.fixture
def queue():
    backend, name = sqs_backends[ACCOUNT][REGION], f"{uuid.uuid4().hex}.fifo"
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "60"}
    backend.create_queue(name, {}, **attributes)
    yield StageQueue(f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
    backend.delete_queue(name)


def bodies(messages):
    return [message.body for message in messages]


def let_time_pass(queue):
    """End the visibility timeout of every message, as waiting a minute would."""
    for message in queue._queue._messages:
        message.visible_at = 0.0


def test_a_message_in_flight_holds_back_its_group_and_no_other(queue):
    for body, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        queue.send(body, group_id=group)

    assert bodies(queue.receive(1)) == ["a1"]
    assert bodies(queue.receive(10)) == ["b1"]
    assert bodies(queue.receive(10)) == []


def test_messages_that_come_back_come_in_their_order(queue):
    for body in ("a1", "a2", "a3"):
        queue.send(body, group_id="a")

    assert bodies(queue.receive(10)) == ["a1", "a2", "a3"]
    let_time_pass(queue)
    assert bodies(queue.receive(10)) == ["a1", "a2", "a3"]


def test_a_deleted_message_frees_its_group(queue):
    for body in ("a1", "a2"):
        queue.send(body, group_id="a")

    [first] = queue.receive(1)
    queue.delete(first.receipt_handle)

    assert bodies(queue.receive(10)) == ["a2"]


def test_what_is_hidden_and_what_is_ready_are_counted_apart(queue):
    for body, group in (("a1", "a"), ("b1", "b")):
        queue.send(body, group_id=group)
    queue.receive(1)

    assert queue.held() == (1, 1)


def test_a_queue_that_is_gone_is_told_by_name():
    gone = StageQueue(f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone")

    with pytest.raises(NoSuchQueue, match="gone does not exist"):
        gone.receive(1)
    assert gone.held() == (0, 0)
