"""After this module a reader knows how the stage touches moto's queues from inside the process.

The lanes and the bus are AWS's own machinery, not callers: they go to the queues directly, so that they
can wait for a message instead of asking again and again, and so that nothing they do is narrated.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.sqs.models import Queue as MotoQueue
from moto.sqs.models import sqs_backends

from nightlatch.local.fidelity.correction import Correction, Evidence

CORRECTIONS = (
    Correction(
        id="fifo-redelivery-order",
        aws="messages of a group whose visibility timeout has ended come again together and in their order",
        moto="frees a group message by message while it walks the list, and hands out its last message alone",
        source="SQS developer guide, FIFO queue delivery logic",
        evidence=Evidence.VERIFIED,
    ),
)

# Waiters are woken by every message; this only bounds how long a lost wake-up could last.
_LONGEST_WAIT_S = 1.0


class NoSuchQueue(LookupError):
    """The queue was deleted, or never existed."""


class StageQueue:
    """One queue of the stage."""

    def __init__(self, arn: str) -> None:
        *_, region, account, self.name = arn.split(":")
        self.arn = arn
        self.region = region
        self._backend = sqs_backends[account][region]

    @property
    def _queue(self) -> Any:
        queue = self._backend.queues.get(self.name)
        if queue is None:
            raise NoSuchQueue(f"the queue {self.name} does not exist")
        return queue

    @property
    def policy(self) -> str | None:
        """Give the queue's policy as text, or None."""
        text = self._queue.policy
        return None if text is None else str(text)

    @property
    def is_fifo(self) -> bool:
        """Say whether the queue keeps order."""
        return bool(self._queue.fifo_queue)

    @property
    def visibility_timeout_s(self) -> int:
        """Say how long a received message stays hidden."""
        return int(self._queue.visibility_timeout)

    def send(
        self,
        body: str,
        *,
        attributes: Mapping[str, str] | None = None,
        group_id: str | None = None,
    ) -> None:
        """Put a message into the queue, its attributes as strings."""
        named = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
        self._queue  # noqa: B018 - a deleted queue is told by our own error
        self._backend.send_message(self.name, body, message_attributes=named, group_id=group_id)

    def receive(self, count: int) -> list[Any]:
        """Take up to `count` messages and hide them, in order; none is an empty list."""
        queue = self._queue
        # The first of CORRECTIONS: all that have come back are freed before moto walks the list.
        for message in list(queue.pending_messages):
            if message.visible:
                queue.pending_messages.discard(message)
        received: list[Any] = self._backend.receive_message(self.name, count, 0, self.visibility_timeout_s, ["All"])
        return received

    def delete(self, receipt_handle: str) -> None:
        """Remove a message; a queue that is gone has no message to remove."""
        if self.name in self._backend.queues:
            self._backend.delete_message(self.name, receipt_handle)

    def hide(self, receipt_handle: str, seconds: int) -> None:
        """Let a received message come back in so many seconds."""
        if self.name in self._backend.queues:
            self._backend.change_message_visibility(self.name, receipt_handle, seconds)

    def held(self) -> tuple[int, int]:
        """Count the messages that can be received now, and those that are hidden or delayed."""
        if self.name not in self._backend.queues:
            return 0, 0
        messages = list(self._queue._messages)
        ready = sum(1 for one in messages if one.visible and not one.delayed)
        return ready, len(messages) - ready

    def wait(self, stopping: Any) -> None:
        """Wait until a message can be received, or `stopping` is set and somebody wakes the queue."""
        queue = self._queue
        with queue._messages_lock:
            if not stopping.is_set() and not _receivable(queue):
                queue._messages_lock.wait(_until_next(queue))

    def wake(self) -> None:
        """Wake whoever waits for a message."""
        queue = self._backend.queues.get(self.name)
        if queue is not None:
            with queue._messages_lock:
                queue._messages_lock.notify_all()


def _receivable(queue: Any) -> bool:
    in_flight = {one.group_id for one in list(queue.pending_messages) if one.group_id and not one.visible}
    return any(
        one.visible and not one.delayed and not (queue.fifo_queue and one.group_id in in_flight)
        for one in list(queue._messages)
    )


def _until_next(queue: Any) -> float:
    """Give the seconds until the next hidden message shows itself, at most a bound."""
    now_ms = time.time() * 1000
    moments = [max(one.visible_at, one.delayed_until) for one in list(queue._messages)]
    ahead = [moment - now_ms for moment in moments if moment > now_ms]
    return min(_LONGEST_WAIT_S, *(left / 1000 + 0.002 for left in ahead)) if ahead else _LONGEST_WAIT_S


@contextmanager
def without_motos_mapping() -> Iterator[None]:
    """Keep moto from bringing messages to functions itself, until the block ends.

    It would do so inside SendMessage, one message at a time, and delete what its imitation of a function
    calls a success.
    """
    MotoQueue.lambda_event_source_mappings = property(lambda _queue: {}, lambda _queue, _mappings: None)
    try:
        yield
    finally:
        del MotoQueue.lambda_event_source_mappings
