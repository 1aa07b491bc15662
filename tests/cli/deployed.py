"""An account in which nightlatch is deployed as far as the command line sees it: outputs, parameters, queue, tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3

from worlds import ACCOUNT, REGION, TABLE, a_table

RESPONDER = f"arn:aws:iam::{ACCOUNT}:role/nightlatch-ResponderRole"
_APPROVERS = [
    {"slack": "U0BEN", "name": "ben", "principals": ["*:user/moto"]},
    {"slack": "U0ANA", "name": "ana", "principals": ["*:user/ana"]},
]
_TABLES = ("StateTableName", "IncidentTableName", "ResponseTableName", "SnapshotTableName")


def deploy(policy: Mapping[str, Any], *, stack: str = "nightlatch") -> None:
    """Make on moto what a stack's verbs ask for; whoever asks there is the approver ben."""
    a_table()
    ssm: Any = boto3.client("ssm", region_name=REGION)
    document = {"version": 1, "approvers": _APPROVERS, **policy}
    ssm.put_parameter(Name="/policy", Type="String", Value=json.dumps(document))
    ssm.put_parameter(Name="/brake", Type="String", Value="off")
    url = boto3.client("sqs", region_name=REGION).create_queue(QueueName="alerts")["QueueUrl"]
    outputs = {
        **dict.fromkeys(_TABLES, TABLE),
        "AlertsQueueUrl": url,
        "ResponsesQueueUrl": url,
        "PolicyParameter": "/policy",
        "KillSwitchParameter": "/brake",
        "ResponderRoleArn": RESPONDER,
    }
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    boto3.client("cloudformation", region_name=REGION).create_stack(StackName=stack, TemplateBody=json.dumps(template))
