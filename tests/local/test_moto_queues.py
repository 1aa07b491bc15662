"""A FIFO queue of the stage keeps each group in order, also when its messages come back, and lets other groups pass."""

from __future__ import annotations

import uuid

import pytest
from moto.sqs.models import sqs_backends

from local.probes import queues
from nightlatch.local.queues.moto_queues import CORRECTIONS, NoSuchQueue, StageQueue

ACCOUNT, REGION = queues.ACCOUNT, queues.REGION


@pytest.fixture
def queue():
    backend, name = sqs_backends[ACCOUNT][REGION], f"{uuid.uuid4().hex}.fifo"
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "60"}
    backend.create_queue(name, {}, **attributes)
    yield StageQueue(f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
    backend.delete_queue(name)


def bodies(messages):
    return [message.body for message in messages]


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda correction: correction.id)
def test_the_stage_delivers_as_aws_does(correction, queue):
    probe = queues.PROBES[correction.id]

    assert probe.ask(queue, queue.receive) == probe.aws


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda correction: correction.id)
def test_moto_alone_is_still_wrong(correction, queue):
    """Fails as soon as moto is fixed: then the correction has to go."""
    probe = queues.PROBES[correction.id]

    assert probe.ask(queue, queues.receive_of_moto(queue)) == probe.moto


def test_every_correction_of_queues_has_exactly_one_probe():
    assert sorted(correction.id for correction in CORRECTIONS) == sorted(queues.PROBES)


def test_a_message_in_flight_holds_back_its_group_and_no_other(queue):
    for body, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        queue.send(body, group_id=group)

    assert bodies(queue.receive(1)) == ["a1"]
    assert bodies(queue.receive(10)) == ["b1"]
    assert bodies(queue.receive(10)) == []


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
