"""Questions about queues, asked of the stage and of moto alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.sqs.models import sqs_backends

from nightlatch.local.queues.moto_queues import StageQueue

ACCOUNT, REGION = "111122223333", "eu-west-1"
A_MINUTE = 60

Receive = Callable[[int], list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueProbe:
    """One question to a FIFO queue and its way of receiving, AWS's answer, and the wrong one of moto."""

    ask: Callable[[StageQueue, Receive], object]
    aws: object
    moto: object


def receive_of_moto(queue: StageQueue) -> Receive:
    """Receive as moto does it by itself."""
    ask = sqs_backends[ACCOUNT][REGION].receive_message
    return partial(_asked, ask, queue.name)


def _asked(ask: Callable[..., Any], name: str, count: int) -> list[Any]:
    return list(ask(name, count, 0, A_MINUTE, ["All"]))


def a_group_that_comes_back(queue: StageQueue, receive: Receive) -> object:
    """Say in what order a group's messages come, and come again when their time is over."""
    for body in ("first", "second", "third"):
        queue.send(body, group_id="one")
    before = [message.body for message in receive(10)]
    for message in queue._queue._messages:
        message.visible_at = 0.0  # as a minute's waiting would
    return before, [message.body for message in receive(10)]


PROBES = {
    "fifo-redelivery-order": QueueProbe(
        ask=a_group_that_comes_back,
        aws=(["first", "second", "third"], ["first", "second", "third"]),
        moto=(["first", "second", "third"], ["third"]),
    ),
}
