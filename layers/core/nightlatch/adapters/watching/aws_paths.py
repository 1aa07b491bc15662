"""Looks at the paths as AWS has them: trails of this Region, our rules, targets and alarms, who the topic tells.

What may not be looked at is named as a gap with the permission that is missing, and so is what AWS does not answer now;
the rest is looked at all the same.

Source: botocore 1.44 service models: events DescribeRule and ListTargetsByRule; cloudwatch DescribeAlarms (a hundred
names at most); sns ListSubscriptionsByTopic and GetSubscriptionAttributes; cloudtrail DescribeTrails
(includeShadowTrails), GetTrailStatus, GetEventSelectors. That a member account may ask for the selectors of its
organisation's trail only a real account can tell; where it may not, it is a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightlatch.adapters.watching.stack_parts import ALARM, RULE, Part, homes, metric_names, stack_parts
from nightlatch.adapters.watching.tries import Gone, Tried, Unseen
from nightlatch.domain.account.trail_coverage import Loss, losses
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.watching.paths import AlarmSeen, Paths, SubscriptionSeen, TrailSeen
from nightlatch.domain.watching.patterns import read_pattern
from nightlatch.domain.watching.rule_faults import RuleSeen, TargetSeen
from nightlatch.domain.watching.stack_alarms import Ring

_PENDING = "PendingConfirmation"
_MOST_PAGES = 10
_NEEDED = {Loss.CHANGES, Loss.READS}
_ALARMS_AT_ONCE = 100
_SELECTORS = ("EventSelectors", "AdvancedEventSelectors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What of our stack is looked at."""

    stack: str  # ARN or name; empty for none
    topic: str  # ARN; empty for none
    region: str


class AwsPaths:
    """The port `Look`.

    Args:
        clients: Gives the client of a service.
        ours: What of our stack to look at.
    """

    def __init__(self, clients: Callable[[str], Any], ours: Ours) -> None:
        self._clients = clients
        self._ours = ours

    def paths(self) -> Paths:
        """Look at all of them; what cannot be looked at, or not now, is a gap."""
        look = Tried()
        parts = self._parts(look) if self._ours.stack else None
        rules, unseen = self._rules(parts, look) if parts is not None else (None, set[str]())
        alarms = look.at("cloudwatch:DescribeAlarms", lambda: self._alarms(parts)) if parts is not None else None
        trails = look.at("cloudtrail:DescribeTrails", lambda: self._trails(look))
        told = self._told(look) if self._ours.topic else None
        unseen |= {"rule"} if rules is None else set()
        unseen |= {"alarms"} if alarms is None else set()
        unseen |= {"trail"} if trails is None else set()
        unseen |= {"subscription"} if told is None and self._ours.topic else set()
        unseen |= {f"subscription:{one.name}" for one in told or () if one.has_filter is None}
        return Paths(
            rules=rules,
            homes=homes(parts or (), self._ours.region),
            names=metric_names(parts or ()),
            alarms=alarms,
            trails=trails,
            subscriptions=told,
            gaps=tuple(look.gaps),
            unseen=frozenset(unseen),
        )

    def _parts(self, look: Tried) -> tuple[Part, ...] | None:
        ask = self._clients("cloudformation")
        return look.at("cloudformation:ListStackResources", lambda: stack_parts(ask, self._ours.stack))

    def _told(self, look: Tried) -> tuple[SubscriptionSeen, ...] | None:
        try:
            return look.at("sns:ListSubscriptionsByTopic", lambda: self._subscriptions(look))
        except Gone:  # with the topic all of its subscriptions
            return ()

    def _rules(self, parts: Sequence[Part], look: Tried) -> tuple[tuple[RuleSeen, ...], set[str]]:
        """Give the rules as they stand, and which of them nobody may look at, under both of their names."""
        rules = [(part, self._rule(part, look)) for part in parts if part.kind == RULE]
        seen = tuple(rule for _, rule in rules if rule is not None)
        return seen, {f"rule:{name}" for part, rule in rules if rule is None for name in (part.name, part.logical_id)}

    def _rule(self, part: Part, look: Tried) -> RuleSeen | None:
        events = self._clients("events")
        try:
            rule = look.at("events:DescribeRule", lambda: events.describe_rule(Name=part.name))
            found = look.at("events:ListTargetsByRule", lambda: events.list_targets_by_rule(Rule=part.name))
        except Gone:
            return RuleSeen(logical_id=part.logical_id, name=part.name)
        if rule is None or found is None:
            return None
        pattern = rule.get("EventPattern")
        return RuleSeen(
            logical_id=part.logical_id,
            name=part.name,
            state=rule.get("State"),
            pattern=read_pattern(pattern) if pattern else None,
            schedule=rule.get("ScheduleExpression") or "",
            targets=tuple(_target(one) for one in found.get("Targets", ())),
        )

    def _alarms(self, parts: Sequence[Part]) -> tuple[AlarmSeen, ...]:
        alarms = [part for part in parts if part.kind == ALARM]
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(alarms), _ALARMS_AT_ONCE):
            names = [part.name for part in alarms[start : start + _ALARMS_AT_ONCE]]
            answer = self._clients("cloudwatch").describe_alarms(
                AlarmNames=names, AlarmTypes=["MetricAlarm"], MaxRecords=_ALARMS_AT_ONCE
            )
            found.update({one["AlarmName"]: one for one in answer.get("MetricAlarms", ())})
        return tuple(self._alarm(part, found.get(part.name)) for part in alarms)

    def _alarm(self, part: Part, found: Mapping[str, Any] | None) -> AlarmSeen:
        if found is None:
            return AlarmSeen(logical_id=part.logical_id, name=part.name)
        return AlarmSeen(
            logical_id=part.logical_id,
            name=part.name,
            ring=_ring(found),
            is_acting=bool(found.get("ActionsEnabled", True)),
            tells=self._ours.topic in found.get("AlarmActions", ()),
        )

    def _trails(self, look: Tried) -> tuple[TrailSeen, ...]:
        cloudtrail = self._clients("cloudtrail")
        listed = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
        here = [one for one in listed if one.get("IsMultiRegionTrail") or one.get("HomeRegion") == self._ours.region]
        seen = [found for one in here if (found := self._trail(one, look)) is not None]
        if len(seen) < len(here) and not any(one.is_logging and not _NEEDED & {*one.losses} for one in seen):
            raise Unseen
        return tuple(seen)

    def _trail(self, listed: Mapping[str, Any], look: Tried) -> TrailSeen | None:
        cloudtrail, arn = self._clients("cloudtrail"), listed.get("TrailARN") or listed["Name"]
        status = look.at("cloudtrail:GetTrailStatus", lambda: cloudtrail.get_trail_status(Name=arn))
        chosen = look.at("cloudtrail:GetEventSelectors", lambda: cloudtrail.get_event_selectors(TrailName=arn))
        if status is None or chosen is None:
            return None
        found = {name[0].lower() + name[1:]: chosen[name] for name in _SELECTORS if chosen.get(name)}
        lost = losses(Parameters(found))
        return TrailSeen(name=listed["Name"], is_logging=bool(status.get("IsLogging")), losses=lost)

    def _subscriptions(self, look: Tried) -> tuple[SubscriptionSeen, ...]:
        sns = self._clients("sns")
        listed: list[dict[str, str]] = []
        asked: dict[str, str] = {"TopicArn": self._ours.topic}
        for _ in range(_MOST_PAGES):
            page = sns.list_subscriptions_by_topic(**asked)
            listed += page.get("Subscriptions", ())
            if not page.get("NextToken"):
                break
            asked["NextToken"] = page["NextToken"]
        return tuple(self._subscription(one, look) for one in listed)

    def _subscription(self, listed: dict[str, str], look: Tried) -> SubscriptionSeen:
        arn = listed["SubscriptionArn"]
        name = f"{listed.get('Protocol', 'unknown')}:{arn.rsplit(':', 1)[-1]}"
        if arn == _PENDING:
            return SubscriptionSeen(name=name, is_confirmed=False)
        try:
            found = look.at(
                "sns:GetSubscriptionAttributes",
                lambda: self._clients("sns").get_subscription_attributes(SubscriptionArn=arn),
            )
        except Gone:
            return SubscriptionSeen(name=name, is_confirmed=False)
        if found is None:
            return SubscriptionSeen(name=name, has_filter=None)
        has_filter = found["Attributes"].get("FilterPolicy", "{}").strip() not in {"", "{}", "null"}
        return SubscriptionSeen(name=name, has_filter=has_filter)


def _target(found: Mapping[str, Any]) -> TargetSeen:
    is_made = "InputPath" in found or "InputTransformer" in found
    return TargetSeen(arn=found["Arn"], given=None if is_made else found.get("Input") or "")


def _ring(found: Mapping[str, Any]) -> Ring:
    """Read what makes an alarm ring; one that watches several things at once is none of ours, and names nothing."""
    dimensions: Sequence[Mapping[str, str]] = found.get("Dimensions") or ({},)
    single = dimensions[0] if len(dimensions) == 1 else {}
    periods = int(found.get("EvaluationPeriods") or 0)
    return Ring(
        namespace=found.get("Namespace") or "",
        metric=found.get("MetricName") or "",
        dimension=single.get("Name") or "",
        of=single.get("Value") or "",
        statistic=found.get("Statistic") or found.get("ExtendedStatistic") or "",
        period_s=int(found.get("Period") or 0),
        periods=periods,
        datapoints=None if found.get("DatapointsToAlarm") in {None, periods} else int(found["DatapointsToAlarm"]),
        threshold=float(found.get("Threshold") or 0),
        comparison=found.get("ComparisonOperator") or "",
        missing=found.get("TreatMissingData") or "missing",
        unit=found.get("Unit") or "",
    )
