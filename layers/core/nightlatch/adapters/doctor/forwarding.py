"""Looks in us-east-1 for the rules that forward IAM's events to the Region of the stack.

Source: EventBridge API reference, ListRuleNamesByTarget (100 names a page), DescribeRule, ListTargetsByRule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.adapters.doctor.asking import Asker
from nightlatch.domain.watching.doctor.forwarding import IAM_REGION, Forwarder
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.patterns import Pattern, read_pattern


def forwarders(ask: Asker, *, account: str, region: str, partition: str = "aws") -> tuple[Forwarder, ...] | Gap:
    """Give the rules of us-east-1 whose target is the default bus of a Region."""
    bus = f"arn:{partition}:events:{region}:{account}:event-bus/default"
    listed = ask.ask("events:ListRuleNamesByTarget", IAM_REGION, TargetArn=bus)
    if isinstance(listed, Gap):
        return listed
    found: list[Forwarder] = []
    for name in (listed or {}).get("RuleNames", ()):
        rule = ask.ask("events:DescribeRule", IAM_REGION, Name=name)
        targets = ask.ask("events:ListTargetsByRule", IAM_REGION, Rule=name)
        if isinstance(rule, Gap):
            return rule
        if isinstance(targets, Gap):
            return targets
        if rule is None:  # deleted meanwhile
            continue
        pattern = rule.get("EventPattern")
        here = [one for one in (targets or {}).get("Targets", ()) if one.get("Arn") == bus]
        found.append(
            Forwarder(
                name=name,
                state=str(rule.get("State", "")),
                pattern=read_pattern(pattern) if pattern else Pattern(),
                dead=_dead_letters(ask, here[0]) if here else 0,
            )
        )
    return tuple(found)


def _dead_letters(ask: Asker, target: Mapping[str, Any]) -> int | Gap:
    arn = str(target.get("DeadLetterConfig", {}).get("Arn", ""))
    if not arn:
        return 0
    _, _, _, region, account, name = arn.split(":", 5)
    url = f"https://sqs.{region}.amazonaws.com/{account}/{name}"
    asked = ["ApproximateNumberOfMessages"]
    answer = ask.ask("sqs:GetQueueAttributes", IAM_REGION, QueueUrl=url, AttributeNames=asked)
    if isinstance(answer, Gap):
        return answer
    if answer is None:
        return Gap(f"its queue of dead letters {name} in {IAM_REGION} is gone")
    return int(answer.get("Attributes", {}).get(asked[0], 0))
