"""An account in which nightlatch is deployed, for the verbs that talk to one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from worlds import ACCOUNT, REGION, TABLE, a_table, on_moto

_POLICY = {
    "version": 1,
    "approvers": [{"slack": "U0BEN", "name": "ben", "principals": ["*:user/moto"]}],
    "inventory": {"break_glass": ["*:role/break-*"]},
}
_TABLES = ("StateTableName", "IncidentTableName", "ResponseTableName")


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Deploy nightlatch: its table, its policy, its brake, its queues; ben is an approver, and the caller is ben."""
    with on_moto(monkeypatch):
        a_table()
        ssm: Any = boto3.client("ssm", region_name=REGION)
        ssm.put_parameter(Name="/policy", Type="String", Value=json.dumps(_POLICY))
        ssm.put_parameter(Name="/brake", Type="String", Value="off")
        sqs: Any = boto3.client("sqs", region_name=REGION)
        url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
        outputs = {
            **dict.fromkeys(_TABLES, TABLE),
            "AlertsQueueUrl": url,
            "ResponsesQueueUrl": url,
            "PolicyParameter": "/policy",
            "KillSwitchParameter": "/brake",
            "ResponderRoleArn": f"arn:aws:iam::{ACCOUNT}:role/nightlatch-ResponderRole",
        }
        stack = {
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {name: {"Value": value} for name, value in outputs.items()},
        }
        boto3.client("cloudformation", region_name=REGION).create_stack(
            StackName="nightlatch", TemplateBody=json.dumps(stack)
        )
        yield
