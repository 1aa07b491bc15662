"""After this module a reader knows what Lambda does with an invocation that nobody waits for.

It tries again as often as the function's settings say, and at last sends the event with the reason to the
function's failure destination. AWS waits one minute and then two between attempts; the stage does not
wait, so that a person sees the end of it.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from nightlatch.local.activity import Activity
from nightlatch.local.deployment import Function, Stack
from nightlatch.local.journal import Entry, Journal, Outcome, Step
from nightlatch.local.queues.moto_queues import NoSuchQueue, StageQueue
from nightlatch.local.running.invocation import Invocation
from nightlatch.local.running.runtime import Runtime, Throttled


class AsyncInvoker:
    """Runs functions for callers that do not wait."""

    def __init__(
        self,
        stack: Stack,
        runtime: Runtime,
        *,
        activity: Activity,
        journal: Journal,
        now: Callable[[], datetime],
    ) -> None:
        self._stack = stack
        self._runtime = runtime
        self._activity = activity
        self._journal = journal
        self._now = now
        self._workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="async")

    def submit(self, name: str, payload: bytes, *, via: str) -> None:
        """Take an event for a function; it counts as under way from now on."""
        function = self._stack.function_named(name)
        self._activity.begin()
        self._workers.submit(self._run, function, payload, via)

    def close(self) -> None:
        """Wait for what is under way and take nothing more."""
        self._workers.shutdown(wait=True, cancel_futures=False)

    def _run(self, function: Function, payload: bytes, via: str) -> None:
        begun = time.monotonic()
        try:
            outcome, reason = self._attempt(function, payload)
            self._journal.write(
                Entry(
                    at=self._journal.now(),
                    step=Step.FUNCTION,
                    outcome=outcome,
                    what="an event",
                    via=via,
                    target=function.name,
                    ms=(time.monotonic() - begun) * 1000,
                    reason=reason,
                )
            )
        finally:
            self._activity.end()

    def _attempt(self, function: Function, payload: bytes) -> tuple[Outcome, str]:
        attempts = function.async_retries + 1
        try:
            for _ in range(attempts):
                last = self._runtime.invoke(function.name, payload)
                if last.error is None:
                    return Outcome.DELIVERED, ""
        except Throttled as error:
            return Outcome.FAILED, str(error)
        reason = last.error_type or "Unhandled"
        if function.on_failure_arn is None:
            return Outcome.LOST, reason
        try:
            StageQueue(function.on_failure_arn).send(self._letter(function, payload, last, attempts))
        except NoSuchQueue as error:
            return Outcome.LOST, str(error)
        return Outcome.DEAD_LETTER, reason

    def _letter(self, function: Function, payload: bytes, last: Invocation, attempts: int) -> str:
        return json.dumps(
            {
                "version": "1.0",
                "timestamp": self._now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
                "requestContext": {
                    "requestId": last.request_id,
                    "functionArn": f"{function.arn}:$LATEST",
                    "condition": "RetriesExhausted",
                    "approximateInvokeCount": attempts,
                },
                "requestPayload": json.loads(payload),
                "responseContext": {
                    "statusCode": 200,
                    "executedVersion": "$LATEST",
                    "functionError": last.error,
                },
                "responsePayload": last.answer(),
            }
        )
