"""After this module a reader knows how messages come from a queue to a function, and what a failure does.

Lambda reads a batch, runs the function once, and deletes what succeeded. What failed is not sent back: it
stays hidden until the queue's visibility timeout is over and is then read again, until the queue's redrive
policy moves it to the dead-letter queue. In a FIFO queue a hidden message holds its whole group back.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from nightlatch.local.activity import Activity
from nightlatch.local.deployment import Mapping, Stack
from nightlatch.local.journal import Entry, Journal, Outcome, Step
from nightlatch.local.queues.moto_queues import NoSuchQueue, StageQueue
from nightlatch.local.queues.sqs_records import event_ids, sqs_event
from nightlatch.local.running.invocation import Invocation
from nightlatch.local.running.runtime import Runtime, Throttled

_GATHERING_S = 0.05  # how often it is looked for more while a batch is gathered


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The longest that a lane lets things lie, in seconds, whatever the template says; without one as it says."""

    redelivery_s: int | None = None  # how long a failed message stays hidden
    window_s: float | None = None  # how long messages are gathered for a batch


class Lanes:
    """Every connection of a queue with a function in a stack."""

    def __init__(
        self,
        stack: Stack,
        runtime: Runtime,
        *,
        activity: Activity,
        journal: Journal,
        caps: Caps,
    ) -> None:
        self._lanes = [
            _Lane(mapping, runtime, activity=activity, journal=journal, caps=caps)
            for mapping in stack.mappings
            if mapping.enabled
        ]

    def start(self) -> None:
        """Begin to bring messages."""
        for lane in self._lanes:
            lane.start()

    def stop(self) -> None:
        """Ask every lane to end after the batch it is at."""
        for lane in self._lanes:
            lane.stop()

    def join(self) -> None:
        """Wait until every lane has ended."""
        for lane in self._lanes:
            lane.join()

    def held(self) -> dict[str, tuple[int, int]]:
        """Count, by queue name, the messages that can be received now and those that are hidden."""
        return {lane.queue.name: lane.queue.held() for lane in self._lanes}


class _Lane:
    """One queue and one function, with as many workers as the function may run at once."""

    def __init__(
        self,
        mapping: Mapping,
        runtime: Runtime,
        *,
        activity: Activity,
        journal: Journal,
        caps: Caps,
    ) -> None:
        self.queue = StageQueue(mapping.queue_arn)
        self._mapping = mapping
        self._runtime = runtime
        self._activity = activity
        self._journal = journal
        self._caps = caps
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        most = max(1, runtime.concurrency(mapping.function_name))
        workers = min(most, mapping.maximum_concurrency or most)
        self._threads = [
            threading.Thread(target=self._work, name=f"lane-{mapping.logical_id}-{number}", daemon=True)
            for number in range(workers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.queue.wake()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._serve_one_batch()
            except NoSuchQueue:
                return

    def _serve_one_batch(self) -> None:
        with ExitStack() as under_way:
            # One worker collects at a time: moto's receive is not made for two.
            with self._turn:
                self.queue.wait(self._stopping)
                if self._stopping.is_set():
                    return
                self._activity.begin()
                under_way.callback(self._activity.end)
                batch = self._collect()
            if batch:
                self._process(batch)

    def _collect(self) -> list[Any]:
        """Read a batch: as much as there is, or what comes within the batching window."""
        batch = self.queue.receive(self._mapping.batch_size)
        window_s, cap_s = self._mapping.batch_window_s, self._caps.window_s
        until = time.monotonic() + (window_s if cap_s is None else min(cap_s, window_s))
        while batch and len(batch) < self._mapping.batch_size and not self._stopping.is_set():
            left = until - time.monotonic()
            if left <= 0:
                break
            self._stopping.wait(min(left, _GATHERING_S))
            batch += self.queue.receive(self._mapping.batch_size - len(batch))
        return batch

    def _process(self, batch: list[Any]) -> None:
        event = sqs_event(batch, self.queue)
        begun = time.monotonic()
        try:
            invocation = self._runtime.invoke(self._mapping.function_name, json.dumps(event).encode())
            failed, reason = failures(invocation, batch, reports_failures=self._mapping.reports_failures)
        except Throttled as error:
            failed, reason = {message.id for message in batch}, str(error)
        for message in batch:
            if message.id not in failed:
                self.queue.delete(message.receipt_handle)
            elif self._caps.redelivery_s is not None:
                seconds = min(self._caps.redelivery_s, self.queue.visibility_timeout_s)
                self.queue.hide(message.receipt_handle, seconds)
        self.queue.wake()
        self._journal.write(
            Entry(
                at=self._journal.now(),
                step=Step.LANE,
                outcome=_outcome(len(failed), len(batch)),
                what=f"{len(batch)} messages",
                via=self.queue.name,
                target=self._mapping.function_name,
                ms=(time.monotonic() - begun) * 1000,
                reason=reason,
                ids=event_ids(batch),
            )
        )


def failures(invocation: Invocation, batch: Sequence[Any], *, reports_failures: bool) -> tuple[set[str], str]:
    """Say which messages of a batch failed, and why the whole batch did if it did.

    A report that names nothing, names an unknown message or cannot be read fails the whole batch.
    """
    everything = {message.id for message in batch}
    if invocation.error:
        return everything, invocation.error_type or invocation.error
    if not reports_failures:
        return set(), ""
    answer = invocation.answer()
    if answer is None:
        return set(), ""
    report = answer.get("batchItemFailures") if isinstance(answer, dict) else []
    if report is None:
        return set(), ""
    named = {item.get("itemIdentifier") if isinstance(item, dict) else None for item in report}
    if not isinstance(answer, dict) or not named <= everything:
        return everything, "the report of failures names messages that are not in the batch"
    return {str(name) for name in named}, ""


def _outcome(failed: int, of: int) -> Outcome:
    if not failed:
        return Outcome.DELIVERED
    return Outcome.FAILED if failed == of else Outcome.PARTLY_FAILED
