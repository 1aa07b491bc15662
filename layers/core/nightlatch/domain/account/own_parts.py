"""What nightlatch is made of, and the calls of other services that change, mute or delete such a part.

A name counts only at its service: WAF has a DeleteRule, SNS and SQS and Lambda all have a RemovePermission.

Source: design facts 7.5 (A18 to A21); service models of botocore 1.44.5 (names of requests' fields); real records of
Lambda (names with a date); CloudWatch user guide, CloudWatch information in CloudTrail (its eventSource; that the guide
means DeleteAlarms by `DeleteAlarmActions`, and that PutAlarmMuteRule is recorded like its neighbours, is believed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nightlatch.domain.event.events import (
    CLOUDFORMATION,
    CLOUDWATCH,
    DYNAMODB,
    EVENTBRIDGE,
    IAM,
    KMS,
    LAMBDA,
    LOGS,
    S3,
    SNS,
    SQS,
    EventName,
    SecretEvent,
    calls_of,
)
from nightlatch.domain.event.resources import arns_in, written_out

_TOPIC_PARTS = 6  # of an ARN; behind them stands the subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A kind of part, the calls that can harm it, and where their records name it."""

    what: str
    source: str
    fields: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def calls(self) -> frozenset[EventName]:
        """The calls, at their service."""
        return calls_of(self.source, *self.names, with_date=self.source == LAMBDA)

    def is_touched_by(self, event: SecretEvent) -> bool:
        """Tell whether an event is one of the calls."""
        return event.source == self.source and any(name.covers(event) for name in self.calls)

    def named_in(self, event: SecretEvent) -> Iterator[str]:
        """Give what the record of such a call names; for a subscription its topic too."""
        for arn in arns_in(event, *self.fields):
            yield arn
            if self.source == SNS:
                yield ":".join(arn.split(":")[:_TOPIC_PARTS])


# Types of which CloudFormation gives the name that records of the service give, too.
_BY_NAME = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::DynamoDB::Table",
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::KMS::Alias",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
    }
)


def part_arn(kind: str, name: str, *, stack: str) -> str:
    """Write a resource of our stack as its ARN, so that a rule is not taken for a topic of the same name.

    Args:
        kind: Its type, such as `AWS::Events::Rule`.
        name: Its physical id, a name for most types and an ARN or a URL for some.
        stack: The ARN of the stack, in whose account and Region it is.
    """
    if name.startswith(("arn:", "http")):
        return name
    region, account = stack.split(":")[3:5]
    _, service, what = kind.lower().split("::")[:3]
    if kind in _BY_NAME:
        return written_out(name, service=service, region=region, account=account)
    return f"arn:aws:{service}:{region}:{account}:{what}/{name.removeprefix('/')}"


PARTS = (
    Part(
        what="an EventBridge rule that brings it events",
        source=EVENTBRIDGE,
        fields=("name", "rule", "ruleArn"),
        names=("DeleteRule", "DisableRule", "EnableRule", "PutRule", "PutTargets", "RemoveTargets"),
    ),
    Part(
        what="one of its functions, or what calls it",
        source=LAMBDA,
        fields=("functionName", "functionArn", "eventSourceArn"),
        names=(
            *("DeleteFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PutFunctionConcurrency"),
            *("RemovePermission", "PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"),
            *("UpdateAlias", "DeleteAlias", "UpdateEventSourceMapping", "DeleteEventSourceMapping"),
        ),
    ),
    Part(
        what="a topic or subscription that carries its messages",
        source=SNS,
        fields=("topicArn", "subscriptionArn"),
        names=("DeleteTopic", "SetTopicAttributes", "SetSubscriptionAttributes", "Unsubscribe", "RemovePermission"),
    ),
    Part(
        what="one of its queues",
        source=SQS,
        fields=("queueUrl",),
        names=("DeleteQueue", "PurgeQueue", "SetQueueAttributes", "RemovePermission"),
    ),
    Part(
        what="the table of its history",
        source=DYNAMODB,
        fields=("tableName", "resourceArn"),
        names=("DeleteTable", "UpdateTable", "UpdateTimeToLive", "UpdateContinuousBackups", "PutResourcePolicy"),
    ),
    Part(
        what="one of its buckets",
        source=S3,
        fields=("bucketName",),
        names=(
            *("DeleteBucket", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketLifecycle", "PutBucketVersioning"),
            *("PutBucketEncryption", "DeleteBucketEncryption", "PutBucketAcl", "PutBucketReplication"),
            *("PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"),
        ),
    ),
    Part(
        what="a key that it needs",
        source=KMS,
        fields=("keyId", "targetKeyId", "aliasName"),
        names=(
            *("DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial", "PutKeyPolicy", "RevokeGrant"),
            *("UpdateAlias", "DeleteAlias"),
        ),
    ),
    Part(
        what="a log of its functions",
        source=LOGS,
        fields=("logGroupName", "logGroupIdentifier"),
        names=("DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy", "DeleteMetricFilter", "DisassociateKmsKey"),
    ),
    Part(
        what="a role that it acts with",
        source=IAM,
        fields=("roleName",),
        names=(
            *("DeleteRole", "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy"),
            *("UpdateAssumeRolePolicy", "PutRolePermissionsBoundary"),
        ),
    ),
    Part(
        what="a policy of its roles",
        source=IAM,
        fields=("policyArn",),
        names=("CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy"),
    ),
    Part(
        what="an alarm that tells of it without its functions",
        source=CLOUDWATCH,
        fields=("alarmName", "alarmNames", "muteTargets.alarmNames"),
        names=("DeleteAlarms", "DisableAlarmActions", "PutMetricAlarm", "SetAlarmState", "PutAlarmMuteRule"),
    ),
    Part(
        what="the stack that it is made of",
        source=CLOUDFORMATION,
        fields=("stackName",),
        names=("DeleteStack", "SetStackPolicy", "UpdateTerminationProtection"),
    ),
)
