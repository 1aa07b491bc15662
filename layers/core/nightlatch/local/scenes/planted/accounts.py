"""Plants what is one for all secrets as it is described; left as it is, every check is content with it.

The rules and alarms stand for those of nightlatch's stack. On the stage the stack itself has them, and breaking them
is done to it; elsewhere they are made here, and `StackList` says that they are the stack's.

Source: botocore 1.44 service models of CloudTrail, EventBridge, CloudWatch, EC2 and IAM.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nightlatch.adapters.posture.own_stack import WANTED_STATES
from nightlatch.local.scenes.planted.ground import TRUST, Ground, policy

RULE, ALARM = "nightlatch-ReadsRule", "nightlatch-ReadsDeadLettersAlarm"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:reads"
_WATCHES_ALL = WANTED_STATES["ReadsRule"]
_OF_ORDERS = "arn:aws:secretsmanager:*:*:secret:orders/*"
_READING = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": _OF_ORDERS}
_READING_ALL = {"Effect": "Allow", "Action": "secretsmanager:Get*", "Resource": "arn:aws:secretsmanager:*:*:secret:*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedAccount:
    """What an account is to be."""

    has_trail: bool = True
    is_logging: bool = True
    is_multi_region: bool = True
    is_validated: bool = True
    is_encrypted: bool = True
    keeps: str = "All"  # of management events: All, WriteOnly or ReadOnly
    leaves_out_kms: bool = False
    rule_state: str = _WATCHES_ALL
    has_target: bool = True
    alarm_tells: bool = True
    endpoint: str | None = "narrow"  # its policy: narrow or open; None: no endpoint
    has_private_dns: bool = True
    grants: str | None = None  # who may read every secret: `wide` by a policy of its own, `by-aws` by one of AWS
    proven_days: float | None = 3  # since a restore was proven


def plant_account(ground: Ground, what: PlantedAccount) -> None:
    """Plant it all."""
    if what.has_trail:
        _trail(ground, what)
    events, alarms = ground.client("events"), ground.client("cloudwatch")
    events.put_rule(Name=RULE, ScheduleExpression="rate(1 day)", State=what.rule_state)
    if what.has_target:
        events.put_targets(Rule=RULE, Targets=[{"Id": "reads-lane", "Arn": _QUEUE}])
    alarms.put_metric_alarm(
        AlarmName=ALARM,
        MetricName="ApproximateNumberOfMessagesVisible",
        Namespace="AWS/SQS",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[TOPIC] if what.alarm_tells else [],
    )
    if what.endpoint is not None:
        _endpoint(ground, what)
    _grants(ground, what.grants)


def stack_list() -> Mapping[str, Any]:
    """Say that the rule and the alarm are of nightlatch's stack, as ListStackResources does."""
    parts = (("AWS::Events::Rule", "ReadsRule", RULE), ("AWS::CloudWatch::Alarm", "ReadsDeadLettersAlarm", ALARM))
    return {
        "StackResourceSummaries": [
            {"ResourceType": kind, "LogicalResourceId": logical, "PhysicalResourceId": name}
            for kind, logical, name in parts
        ]
    }


def _trail(ground: Ground, what: PlantedAccount) -> None:
    place = {"LocationConstraint": ground.region}
    ground.client("s3").create_bucket(Bucket="planted-trail", CreateBucketConfiguration=place)
    trails = ground.client("cloudtrail")
    trails.create_trail(
        Name="all",
        S3BucketName="planted-trail",
        IsMultiRegionTrail=what.is_multi_region,
        EnableLogFileValidation=what.is_validated,
        **({"KmsKeyId": ground.key} if what.is_encrypted else {}),
    )
    selector: dict[str, Any] = {"ReadWriteType": what.keeps, "IncludeManagementEvents": True}
    if what.leaves_out_kms:
        selector["ExcludeManagementEventSources"] = ["kms.amazonaws.com"]
    trails.put_event_selectors(TrailName="all", EventSelectors=[selector])
    if what.is_logging:
        trails.start_logging(Name="all")


def _endpoint(ground: Ground, what: PlantedAccount) -> None:
    whom: object = "*" if what.endpoint == "open" else {"AWS": f"arn:aws:iam::{ground.account_id}:root"}
    ground.client("ec2").create_vpc_endpoint(
        VpcId=ground.vpc,
        ServiceName=f"com.amazonaws.{ground.region}.secretsmanager",
        VpcEndpointType="Interface",
        PrivateDnsEnabled=what.has_private_dns,
        PolicyDocument=policy({"Effect": "Allow", "Principal": whom, "Action": "*", "Resource": "*"}),
    )


def _grants(ground: Ground, kind: str | None) -> None:
    iam = ground.client("iam")
    iam.create_role(RoleName="planted-holder", AssumeRolePolicyDocument=json.dumps(TRUST))
    document = policy(_READING_ALL if kind == "wide" else _READING)
    iam.put_role_policy(RoleName="planted-holder", PolicyName="planted", PolicyDocument=document)
