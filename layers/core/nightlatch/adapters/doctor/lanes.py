"""Looks at the lanes: what takes from them, how long messages wait, who may send, and where rules send.

Source: Lambda API reference, ListEventSourceMappings; CloudWatch API reference, GetMetricStatistics; SQS API reference,
GetQueueAttributes (Policy); EventBridge API reference, ListTargetsByRule (DeadLetterConfig). SQS measures the age of
the oldest message each minute, and a queue that was idle for six hours not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property

from nightlatch.adapters.doctor.asking import Asker
from nightlatch.adapters.watching.patient import Part, Patient, arn_of
from nightlatch.domain.watching.diagnosis import Line
from nightlatch.domain.watching.doctor.gaps import Answer, Gap
from nightlatch.domain.watching.doctor.lanes import (
    LONGEST_S,
    TARGETS,
    LaneSeen,
    Sending,
    of_ages,
    of_policies,
    of_targets,
)
from nightlatch.domain.watching.doctor.mappings import REPORTS, WANTED, MappingSeen, of_mappings

_RULE, _QUEUE, _FUNCTION = "AWS::Events::Rule", "AWS::SQS::Queue", "AWS::Lambda::Function"
_LATELY = timedelta(minutes=10)


class Lanes:
    """The lanes of one stack.

    Args:
        ask: Asks AWS.
        patient: The stack.
        region: Where it is.
    """

    def __init__(self, ask: Asker, patient: Patient, region: str) -> None:
        self._ask = ask
        self._patient = patient
        self._region = region
        self._targets: dict[str, Answer | Gap | None] = {}

    def mappings(self) -> Iterator[Line]:
        """Judge what takes from each lane; raises Refused and Unavailable where the stack cannot be listed."""
        functions = self._by_logical_id(_FUNCTION)
        for function, wanted in WANTED.items():
            if function in functions and wanted.queue in self._queues:
                name, queue = functions[function].name, self._queues[wanted.queue]
                yield from of_mappings(name, queue, wanted.batch, self._mappings_of(name))

    def _mappings_of(self, function: str) -> tuple[MappingSeen, ...] | Gap:
        answer = self._ask.ask("lambda:ListEventSourceMappings", FunctionName=function)
        if isinstance(answer, Gap):
            return answer
        return tuple(
            MappingSeen(
                uuid=one["UUID"],
                queue=one.get("EventSourceArn", ""),
                state=one.get("State", ""),
                batch=int(one.get("BatchSize", 0)),
                reports=REPORTS in one.get("FunctionResponseTypes", ()),
                result=one.get("LastProcessingResult") or "",
            )
            for one in (answer or {}).get("EventSourceMappings", ())
        )

    def ages(self, now: datetime) -> Iterator[Line]:
        """Judge how long messages wait; raises the same."""
        functions = self._by_logical_id(_FUNCTION)
        takers = {wanted.queue: functions[name].name for name, wanted in WANTED.items() if name in functions}
        yield from of_ages(
            [
                LaneSeen(
                    name=arn.rsplit(":", 1)[-1],
                    longest_s=LONGEST_S[logical_id],
                    oldest_s=self._oldest(arn.rsplit(":", 1)[-1], now),
                    function=takers.get(logical_id, "FUNCTION"),
                )
                for logical_id, arn in self._queues.items()
                if logical_id in LONGEST_S
            ]
        )

    def _oldest(self, queue: str, now: datetime) -> float | Gap | None:
        answer = self._ask.ask(
            "cloudwatch:GetMetricStatistics",
            Namespace="AWS/SQS",
            MetricName="ApproximateAgeOfOldestMessage",
            Dimensions=[{"Name": "QueueName", "Value": queue}],
            StartTime=now - _LATELY,
            EndTime=now,
            Period=60,
            Statistics=["Maximum"],
        )
        if isinstance(answer, Gap):
            return answer
        points = sorted((answer or {}).get("Datapoints", ()), key=lambda point: point["Timestamp"])
        return float(points[-1]["Maximum"]) if points else None

    def policies(self, redeploy: str) -> Iterator[Line]:
        """Judge whether our rules may send where they send; raises the same."""
        ours = set(self._queues.values())
        if not ours:
            return
        sendings = list(self._sendings(ours))
        aimed_at = sorted({queue for one in sendings for queue in one.queues})
        urls = {arn: part.name for part in self._patient.parts(_QUEUE) if (arn := arn_of(part.name, self._region))}
        yield from of_policies(sendings, {queue: self._policy(urls[queue]) for queue in aimed_at}, redeploy)

    def _sendings(self, ours: Iterable[str]) -> Iterator[Sending]:
        for part in self._patient.parts(_RULE):
            answer = self._targets_of(part.name)
            if isinstance(answer, Gap) or answer is None:
                continue  # said with the rule itself
            targets = answer.get("Targets", ())
            dead = [one.get("DeadLetterConfig", {}).get("Arn", "") for one in targets]
            queues = {one.get("Arn", "") for one in targets} | {*dead}
            arn = f"arn:{self._place}:rule/{part.name.rsplit('/', 1)[-1]}"
            yield Sending(rule=arn, queues=tuple(sorted(queues & set(ours))))

    @property
    def _place(self) -> str:
        """Partition, service, Region and account of our rules, as their ARNs begin."""
        partition, _, region, account = next(iter(self._queues.values())).split(":")[1:5]
        return f"{partition}:events:{region}:{account}"

    def _policy(self, url: str) -> str | Gap:
        answer = self._ask.ask("sqs:GetQueueAttributes", QueueUrl=url, AttributeNames=["Policy"])
        if isinstance(answer, Gap):
            return answer
        return str((answer or {}).get("Attributes", {}).get("Policy", ""))

    def second_targets(self) -> Iterator[Line]:
        """Judge whether rules with two lanes still send to the second; raises the same."""
        rules = self._by_logical_id(_RULE)
        for rule, queue in TARGETS.items():
            if rule not in rules or queue not in self._queues:
                continue
            answer = self._targets_of(rules[rule].name)
            targets = answer if isinstance(answer, Gap) else [one["Arn"] for one in (answer or {}).get("Targets", ())]
            yield from of_targets(rules[rule].name, self._queues[queue], targets)

    def _targets_of(self, rule: str) -> Answer | Gap | None:
        if rule not in self._targets:
            self._targets[rule] = self._ask.ask("events:ListTargetsByRule", Rule=rule)
        return self._targets[rule]

    @cached_property
    def _queues(self) -> Mapping[str, str]:
        """Queues' ARNs by logical id."""
        return {part.logical_id: arn_of(part.name, self._region) for part in self._patient.parts(_QUEUE)}

    def _by_logical_id(self, kind: str) -> Mapping[str, Part]:
        return {part.logical_id: part for part in self._patient.parts(kind)}
