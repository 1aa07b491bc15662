"""What the calls of an audit need that look at log groups, alarms, VPCs, trails and rules.

Source: service authorization reference (2026), list_amazoncloudwatchlogs, list_amazoncloudwatch, list_amazonec2
(DescribeVpcEndpoints knows no resource), list_awscloudtrail (DescribeTrails knows none), list_amazoneventbridge.
DescribeLogGroups and DescribeAlarms know their kind of resource, and are asked about all of it. Only a real account can
tell whether AWS compares a narrower ARN where names are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, Write, on_everything
from nightlatch.local.permissions.policies import Request


def _on_all(action: str, kind: str) -> Write:
    service = action.partition(":")[0]

    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        del asked
        yield Request(action=action, resource=f"arn:aws:{service}:{inside.region}:{inside.account}:{kind}:*")

    return write


def _on_one(action: str, kind: str, field: str) -> Write:
    service = action.partition(":")[0]

    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        name = str(asked[field])
        arn = f"arn:aws:{service}:{inside.region}:{inside.account}:{kind}{name}"
        yield Request(action=action, resource=name if name.startswith("arn:") else arn)

    return write


TABLE: Table = {
    ("logs", "DescribeLogGroups"): _on_all("logs:DescribeLogGroups", "log-group"),
    ("logs", "DescribeSubscriptionFilters"): _on_one("logs:DescribeSubscriptionFilters", "log-group:", "logGroupName"),
    ("monitoring", "DescribeAlarms"): _on_all("cloudwatch:DescribeAlarms", "alarm"),
    ("ec2", "DescribeVpcEndpoints"): on_everything("ec2:DescribeVpcEndpoints"),
    ("cloudtrail", "DescribeTrails"): on_everything("cloudtrail:DescribeTrails"),
    ("cloudtrail", "GetTrailStatus"): _on_one("cloudtrail:GetTrailStatus", "trail/", "Name"),
    ("cloudtrail", "GetEventSelectors"): _on_one("cloudtrail:GetEventSelectors", "trail/", "TrailName"),
    ("events", "DescribeRule"): _on_one("events:DescribeRule", "rule/", "Name"),
    ("events", "ListTargetsByRule"): _on_one("events:ListTargetsByRule", "rule/", "Rule"),
}
