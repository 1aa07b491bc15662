"""Nightlatch's own rules and alarms as they stand, beside what its stack gave them.

The stack's list says which rules and alarms there should be, also of one that was deleted since. What a rule should be
stands in our own copy of the template, for AWS does not remember it.

Source: botocore 1.44 service models: ListStackResources, DescribeRule, ListTargetsByRule (five targets at most by
default), DescribeAlarms (a hundred names at most).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightlatch.adapters.posture.paged import pages
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.errors import NotFound
from nightlatch.domain.posture.accounts import GONE, AlarmPosture, RulePosture
from nightlatch.domain.posture.unseen import NOT_DEPLOYED, Gap
from nightlatch.domain.watching.stack_rules import ALL_EVENTS, ENABLED, RULES

_LIST = "cloudformation:ListStackResources"
_RULE = "events:DescribeRule"
_TARGETS = "events:ListTargetsByRule"
_ALARMS = "cloudwatch:DescribeAlarms"
_MOST_PAGES = 20  # a stack holds 500 resources at most
_NAMES_AT_ONCE = 100
WATCHES_ALL = ALL_EVENTS
WANTED_STATES: Mapping[str, str] = {rule.logical_id: rule.state for rule in RULES}
WANTED_TARGETS: Mapping[str, int] = {rule.logical_id: len(rule.targets) for rule in RULES}


@dataclass(frozen=True, slots=True)
class OwnPart:
    """A resource of our stack."""

    kind: str
    logical_id: str
    name: str


@dataclass(frozen=True, slots=True)
class OwnStack:
    """What watches over the account.

    Args:
        questions: Asks AWS.
        stack: ARN or name of nightlatch's stack; None where none is deployed here.
    """

    questions: Questions
    stack: str | None

    def rules_and_alarms(self) -> tuple[tuple[RulePosture, ...] | Gap, tuple[AlarmPosture, ...] | Gap]:
        """Look at them.

        Raises:
            Unavailable: AWS cannot be reached at all, or does not accept the credentials.
        """
        if self.stack is None:
            return NOT_DEPLOYED, NOT_DEPLOYED
        parts = self._parts(self.stack)
        if isinstance(parts, Gap):
            return parts, parts
        return (
            self._rules([one for one in parts if one.kind == "AWS::Events::Rule"]),
            self._alarms([one for one in parts if one.kind.startswith("AWS::CloudWatch::") and "Alarm" in one.kind]),
        )

    def _parts(self, stack: str) -> tuple[OwnPart, ...] | Gap:
        found: list[OwnPart] = []
        try:
            for answer in pages(self.questions, _LIST, after="NextToken", most=_MOST_PAGES, StackName=stack):
                if isinstance(answer, Gap):
                    return answer
                found.extend(_parts_in(answer))
        except NotFound:
            return NOT_DEPLOYED
        return tuple(found)

    def _rules(self, parts: Sequence[OwnPart]) -> tuple[RulePosture, ...] | Gap:
        found: list[RulePosture] = []
        for part in parts:
            looked = self._rule(part)
            if isinstance(looked, Gap):
                return Gap(looked.action, f"rule {part.name}: {looked.why}")
            found.append(looked)
        return tuple(found)

    def _rule(self, part: OwnPart) -> RulePosture | Gap:
        state, targets = GONE, 0
        try:
            rule = self.questions.answer(_RULE, Name=part.name)
            if isinstance(rule, Gap):
                return rule
            state = str(rule.get("State", ""))
            listed = self.questions.answer(_TARGETS, Rule=part.name)
            if isinstance(listed, Gap):
                return listed
            targets = len(listed.get("Targets", ()))
        except NotFound:
            state, targets = GONE, 0
        return RulePosture(
            name=part.name,
            state=state,
            wanted=WANTED_STATES.get(part.logical_id, ENABLED),
            targets=targets,
            wanted_targets=WANTED_TARGETS.get(part.logical_id, 1),
        )

    def _alarms(self, parts: Sequence[OwnPart]) -> tuple[AlarmPosture, ...] | Gap:
        found: dict[str, Mapping[str, Any]] = {}
        names = [part.name for part in parts]
        for start in range(0, len(names), _NAMES_AT_ONCE):
            some = names[start : start + _NAMES_AT_ONCE]
            answer = self.questions.answer(
                _ALARMS, AlarmNames=some, AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=_NAMES_AT_ONCE
            )
            if isinstance(answer, Gap):
                return answer
            for one in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())):
                found[str(one["AlarmName"])] = one
        return tuple(_alarm(name, found.get(name)) for name in names)


def _parts_in(answer: Mapping[str, Any]) -> Iterator[OwnPart]:
    summaries: Iterable[Mapping[str, Any]] = answer.get("StackResourceSummaries", ())
    for one in summaries:
        if one.get("PhysicalResourceId"):
            yield OwnPart(
                str(one["ResourceType"]), str(one["LogicalResourceId"]), _name_of(str(one["PhysicalResourceId"]))
            )


def _name_of(physical_id: str) -> str:
    """Give a rule's or alarm's name, where CloudFormation gives its ARN."""
    return physical_id.rpartition("/")[2] if physical_id.startswith("arn:") else physical_id


def _alarm(name: str, found: Mapping[str, Any] | None) -> AlarmPosture:
    if found is None:
        return AlarmPosture(name=name, state=GONE, is_telling=False)
    is_telling = bool(found.get("ActionsEnabled", True)) and bool(found.get("AlarmActions"))
    return AlarmPosture(name=name, state=str(found.get("StateValue", "")), is_telling=is_telling)
