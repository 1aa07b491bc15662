"""What calls that look at trails, rules and subscriptions need.

Source: service authorization reference (2026), list_awscloudtrail (DescribeTrails and LookupEvents know no resource),
list_amazoneventbridge, list_amazonsns (GetSubscriptionAttributes knows no resource).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, Write, on_everything
from nightlatch.local.permissions.policies import Request


def _on_rule(action: str, field: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        yield Request(action=f"events:{action}", resource=inside.rule(str(asked[field])))

    return write


def _on_trail(action: str, field: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        yield Request(action=f"cloudtrail:{action}", resource=inside.trail(str(asked[field])))

    return write


def _on_topic(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del inside
    yield Request(action="sns:ListSubscriptionsByTopic", resource=str(asked["TopicArn"]))


TABLE: Table = {
    ("events", "DescribeRule"): _on_rule("DescribeRule", "Name"),
    ("events", "ListTargetsByRule"): _on_rule("ListTargetsByRule", "Rule"),
    ("cloudtrail", "GetTrailStatus"): _on_trail("GetTrailStatus", "Name"),
    ("cloudtrail", "GetEventSelectors"): _on_trail("GetEventSelectors", "TrailName"),
    ("cloudtrail", "DescribeTrails"): on_everything("cloudtrail:DescribeTrails"),
    ("cloudtrail", "LookupEvents"): on_everything("cloudtrail:LookupEvents"),
    ("sns", "ListSubscriptionsByTopic"): _on_topic,
    ("sns", "GetSubscriptionAttributes"): on_everything("sns:GetSubscriptionAttributes"),
}
