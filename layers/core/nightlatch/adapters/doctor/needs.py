"""What the doctor asks AWS, and so what whoever calls it must be allowed.

After this module a reader knows every call of the doctor, that all of them only read, and that none reads a value; and
every call of live fire, whose writes are to the one secret that it makes. Tests compare both with what is asked and
with docs/doctor.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One call of AWS."""

    action: str  # of IAM, such as `sqs:GetQueueAttributes`
    why: str
    client: str = ""  # as boto3 calls the service; as IAM does where left out
    operation: str = ""  # the call, in AWS's spelling; as the action where left out

    @property
    def service(self) -> str:
        """The service, as boto3 calls it."""
        return self.client or self.action.partition(":")[0]

    @property
    def call(self) -> str:
        """The call, in AWS's spelling."""
        return self.operation or self.action.partition(":")[2]


_ALL = (
    Need(action="cloudformation:DescribeStacks", why="to find the stack, and whether other Regions have one"),
    Need(action="cloudformation:ListStackResources", why="to find its parts"),
    Need(action="ssm:GetParameter", why="to read the policy in force and the kill switch"),
    Need(
        action="dynamodb:GetItem",
        why="heartbeats, the last look for what was missed, how channels do",
    ),
    Need(action="cloudtrail:DescribeTrails", why="what records this Region, where its files go, under which key"),
    Need(action="cloudtrail:GetTrailStatus", why="whether it records, and whether its files arrive"),
    Need(action="cloudtrail:GetEventSelectors", why="what it leaves out"),
    Need(action="s3:ListBucket", why="whether the trail's bucket is there", operation="HeadBucket"),
    Need(action="kms:DescribeKey", why="whether the keys of the trail and of the topic work"),
    Need(action="events:DescribeRule", why="whether our rules are on, and those in us-east-1 that forward"),
    Need(action="events:ListTargetsByRule", why="whether our rules lead somewhere, and to which dead letters"),
    Need(action="events:ListRuleNamesByTarget", why="in us-east-1: which rules forward to the stack's Region"),
    Need(action="events:DescribeEventBus", why="whether the bus that incidents are put on is there"),
    Need(action="sqs:GetQueueAttributes", why="what waits in queues and dead letters, and who may send"),
    Need(action="lambda:GetFunctionConfiguration", why="whether functions may run, and which channels they were given"),
    Need(action="lambda:GetFunctionConcurrency", why="whether a function was muted"),
    Need(action="lambda:ListEventSourceMappings", why="whether the lanes are taken from"),
    Need(action="lambda:GetAccountSettings", why="how many functions may run at once"),
    Need(action="cloudwatch:GetMetricStatistics", why="errors of functions, and how long messages wait"),
    Need(action="cloudwatch:DescribeAlarms", why="whether our alarms ring, and can tell anybody"),
    Need(action="sns:ListSubscriptionsByTopic", why="who hears the topic"),
    Need(action="sns:GetSubscriptionAttributes", why="whether a filter drops messages"),
    Need(action="sns:GetTopicAttributes", why="which key the topic needs"),
    Need(action="secretsmanager:DescribeSecret", why="whether the credentials of channels are there; no value is read"),
    Need(action="secretsmanager:ListSecrets", why="in other Regions: whether there is anything that nobody watches"),
    Need(action="securityhub:DescribeHub", why="whether Security Hub is on, where findings are kept there"),
    Need(action="ec2:DescribeRegions", why="which other Regions are on in this account"),
    Need(
        action="servicequotas:GetServiceQuota",
        why="how many functions may run at once",
        client="service-quotas",
    ),
    Need(
        action="servicequotas:ListServiceQuotas",
        why="how many secrets a Region takes, and how often the event history may be asked",
        client="service-quotas",
    ),
    Need(
        action="servicequotas:ListAWSDefaultServiceQuotas",
        why="the same, where no value of your own is kept",
        client="service-quotas",
    ),
)
NEEDS: Mapping[str, Need] = {need.action: need for need in _ALL}

_FIRING = (
    Need(action="secretsmanager:CreateSecret", why="to make the throw-away secret"),
    Need(action="secretsmanager:GetSecretValue", why="to read it, and look at it not"),
    Need(action="secretsmanager:PutSecretValue", why="to change it"),
    Need(action="secretsmanager:DeleteSecret", why="to schedule its deletion, and at the end to destroy it"),
    Need(action="secretsmanager:DescribeSecret", why="to see it come back, and at the end that it is gone"),
    Need(action="ssm:GetParameter", why="to read what the policy would do to it"),
    Need(action="dynamodb:Query", why="what nightlatch has judged and found, and who was shown it"),
    Need(action="dynamodb:BatchGetItem", why="the incidents themselves"),
    Need(action="dynamodb:GetItem", why="which channels take no messages"),
    Need(action="cloudformation:DescribeStacks", why="to find the stack"),
)
FIRING_NEEDS: Mapping[str, Need] = {need.action: need for need in _FIRING}  # of `--live-fire`, which asks nothing else
