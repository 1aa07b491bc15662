"""After this module a reader knows how EventBridge Scheduler's schedules fire on the stage.

moto keeps them and never fires them. Whether a schedule's role may reach its target is not judged here:
moto evaluates no role, and only a real account can tell.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.scheduler.models import scheduler_backends

from nightlatch.local.activity import Activity
from nightlatch.local.deployment.errors import UnknownReference
from nightlatch.local.deployment.template import Place
from nightlatch.local.events.schedules import was_due
from nightlatch.local.journal import Entry, Journal, Outcome, Step
from nightlatch.local.queues.moto_queues import NoSuchQueue, StageQueue
from nightlatch.local.running.asynchronous import AsyncInvoker


class Scheduler:
    """The schedules of the stage's account and Region."""

    def __init__(self, place: Place, invoker: AsyncInvoker, *, activity: Activity, journal: Journal) -> None:
        self._schedules = scheduler_backends[place.account][place.region]
        self._invoker = invoker
        self._activity = activity
        self._journal = journal
        self._fired: dict[str, datetime] = {}

    def tick(self, now: datetime) -> tuple[str, ...]:
        """Fire every enabled schedule that came due since it was last seen; give their names."""
        fired = []
        for schedule in self._enabled():
            since = self._fired.setdefault(schedule.arn, now)
            if was_due(schedule.schedule_expression, since, now):
                self._fired[schedule.arn] = now
                with self._activity.busy():
                    self._fire(schedule, now)
                fired.append(str(schedule.name))
        return tuple(fired)

    def _enabled(self) -> list[Any]:
        groups = list(self._schedules.schedule_groups.values())
        return [one for group in groups for one in list(group.schedules.values()) if one.state == "ENABLED"]

    def _fire(self, schedule: Any, now: datetime) -> None:
        begun = time.monotonic()
        arn, text = str(schedule.target["Arn"]), _filled(schedule, now)
        outcome, reason = Outcome.DELIVERED, ""
        try:
            if arn.split(":")[2] == "lambda":
                self._invoker.submit(arn, text.encode(), via=schedule.name)
            else:
                group_id = schedule.target.get("SqsParameters", {}).get("MessageGroupId")
                StageQueue(arn).send(text, group_id=group_id)
        except (NoSuchQueue, UnknownReference) as error:
            outcome, reason = Outcome.LOST, str(error)
        self._journal.write(
            Entry(
                at=now,
                step=Step.SCHEDULE,
                what="a schedule",
                via=schedule.name,
                target=arn,
                outcome=outcome,
                ms=(time.monotonic() - begun) * 1000,
                reason=reason,
            )
        )


def _filled(schedule: Any, now: datetime) -> str:
    """Fill in the keywords that Scheduler replaces in an input."""
    text = str(schedule.target.get("Input", "{}"))
    for keyword, value in (
        ("schedule-arn", schedule.arn),
        ("scheduled-time", now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("execution-id", str(uuid.uuid4())),
        ("attempt-number", "1"),
    ):
        text = text.replace(f"<aws.scheduler.{keyword}>", value)
    return text
