"""What the calls need by which nightlatch watches itself, beside those that an audit makes, too.

Source: service authorization reference (2026), list_awscloudtrail (LookupEvents knows no resource), list_amazonsns
(GetSubscriptionAttributes knows no resource).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, on_everything
from nightlatch.local.permissions.policies import Request


def _on_topic(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del inside
    yield Request(action="sns:ListSubscriptionsByTopic", resource=str(asked["TopicArn"]))


TABLE: Table = {
    ("cloudtrail", "LookupEvents"): on_everything("cloudtrail:LookupEvents"),
    ("sns", "ListSubscriptionsByTopic"): _on_topic,
    ("sns", "GetSubscriptionAttributes"): on_everything("sns:GetSubscriptionAttributes"),
}
