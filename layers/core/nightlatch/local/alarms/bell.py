"""After this module a reader knows how an alarm of the stage comes to ring, with no function of nightlatch between.

moto keeps alarms and never judges them. At each tick of the stage every metric alarm is judged by what functions wrote,
by the journal and by what lies in the queues; a change of state is kept in moto and published to the topics that the
alarm names, in the shape of CloudWatch's own message.

Source: CloudWatch user guide, alarms and Amazon SNS notifications; an example of the message in the SNS section.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from nightlatch.local.alarms.judging import Condition, State, judge
from nightlatch.local.dashboard.readings import Point, Readings, read_journal, read_lines
from nightlatch.local.deployment.template import Place
from nightlatch.local.journal import Entry

_KEPT = timedelta(hours=2)  # longer than any alarm looks back
_A_METRIC = '"_aws"'  # what a line in the embedded metric format holds


class Bell:
    """Hears what is measured, and rings."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.readings = Readings()  # of the last two hours, by the stage's clock
        self._hearing = Lock()

    def hear_line(self, line: str, at: datetime) -> None:
        """Take the metrics out of a line that a function wrote."""
        if _A_METRIC in line:
            with self._hearing:
                read_lines([line], self.readings, at=at)

    def hear_step(self, entry: Entry) -> None:
        """Take what AWS would have counted of a step."""
        with self._hearing:
            read_journal([entry], self.readings)

    def ring(self, now: datetime) -> tuple[str, ...]:
        """Judge every alarm that is one of a single metric, and tell what changed; give the names that changed."""
        alarms = [one for one in self._alarms() if one.metric_name and one.rule is None]
        with self._hearing:
            self._forget(now - _KEPT)
            states = [
                (one, *judge(_condition(one), self._points(one, now), now, State(one.state_value))) for one in alarms
            ]
        changed = [(alarm, state, why) for alarm, state, why in states if state != alarm.state_value]
        for alarm, state, why in changed:
            self._change(alarm, state, why, now)
        return tuple(str(alarm.name) for alarm, _, _ in changed)

    def _alarms(self) -> list[Any]:
        return list(cloudwatch_backends[self._place.account][self._place.region].alarms.values())

    def _points(self, alarm: Any, now: datetime) -> Sequence[Point]:
        part = alarm.dimensions[0].value if len(alarm.dimensions) == 1 else ""
        if alarm.namespace == "AWS/SQS":
            return [(now, value) for value in self._of_queue(alarm.metric_name, part)]
        return self.readings.of(alarm.namespace, alarm.metric_name).get(part, [])

    def _of_queue(self, metric: str, name: str) -> Iterable[float]:
        """Look into a queue; how long a message lies is real time, for the stage's clock is set and jumps."""
        queue = sqs_backends[self._place.account][self._place.region].queues.get(name)
        if queue is None:
            return
        visible = [one for one in list(queue._messages) if one.visible and not one.delayed]
        if metric == "ApproximateNumberOfMessagesVisible":
            yield float(len(visible))
        if metric == "ApproximateAgeOfOldestMessage" and visible:
            yield time.time() - min(int(one.sent_timestamp) for one in visible) / 1000

    def _forget(self, until: datetime) -> None:
        for parts in self.readings.values.values():
            for part, points in parts.items():
                parts[part] = [point for point in points if point[0] > until]

    def _change(self, alarm: Any, state: State, why: str, now: datetime) -> None:
        before = alarm.state_value
        alarm.update_state(why, "{}", str(state))
        if not alarm.actions_enabled:
            return
        actions = {State.ALARM: alarm.alarm_actions, State.OK: alarm.ok_actions}.get(
            state, alarm.insufficient_data_actions
        )
        message = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": self._place.account,
            "NewStateValue": str(state),
            "NewStateReason": why,
            "StateChangeTime": now.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "Region": self._place.region,
            "AlarmArn": alarm.alarm_arn,
            "OldStateValue": before,
            "Trigger": {"MetricName": alarm.metric_name, "Namespace": alarm.namespace},
        }
        for topic in actions or []:
            sns_backends[self._place.account][self._place.region].publish(
                message=json.dumps(message), arn=topic, subject=f'{state}: "{alarm.name}" in {self._place.region}'
            )


def _condition(alarm: Any) -> Condition:
    periods = int(alarm.evaluation_periods)
    return Condition(
        statistic=str(alarm.statistic or alarm.extended_statistic),
        period=timedelta(seconds=int(alarm.period)),
        periods=periods,
        to_alarm=int(alarm.datapoints_to_alarm or periods),
        threshold=float(alarm.threshold),
        comparison=str(alarm.comparison_operator),
        missing=str(alarm.treat_missing_data or "missing"),
    )
