"""After this module a reader knows every resource type that the stage can make.

The table is written out, so that a missing type is seen by reading and found by its error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nightlatch.local.deployment.creators import (
    buckets,
    functions,
    http_apis,
    identities,
    keys,
    queues,
    rules,
    secrets,
    settings,
    tables,
    topics,
    watching,
)
from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.properties import Properties

Creator = Callable[[Properties, Context], Made]

CREATORS: Mapping[str, Creator] = {
    "AWS::ApiGatewayV2::Api": http_apis.api,
    "AWS::ApiGatewayV2::Stage": http_apis.stage,
    "AWS::CloudWatch::Alarm": watching.alarm,
    "AWS::CloudWatch::CompositeAlarm": watching.composite_alarm,
    "AWS::CloudWatch::Dashboard": watching.dashboard,
    "AWS::DynamoDB::Table": tables.table,
    "AWS::Events::Rule": rules.rule,
    "AWS::IAM::ManagedPolicy": identities.managed_policy,
    "AWS::IAM::Policy": identities.policy,
    "AWS::IAM::Role": identities.role,
    "AWS::KMS::Alias": keys.alias,
    "AWS::KMS::Key": keys.key,
    "AWS::Lambda::EventInvokeConfig": functions.event_invoke_config,
    "AWS::Lambda::EventSourceMapping": functions.event_source_mapping,
    "AWS::Lambda::Function": functions.function,
    "AWS::Lambda::LayerVersion": functions.layer_version,
    "AWS::Lambda::Permission": functions.permission,
    "AWS::Logs::LogGroup": watching.log_group,
    "AWS::Logs::MetricFilter": watching.metric_filter,
    "AWS::S3::Bucket": buckets.bucket,
    "AWS::S3::BucketPolicy": buckets.bucket_policy,
    "AWS::SNS::Subscription": topics.subscription,
    "AWS::SNS::Topic": topics.topic,
    "AWS::SNS::TopicPolicy": topics.topic_policy,
    "AWS::SQS::Queue": queues.queue,
    "AWS::SQS::QueuePolicy": queues.queue_policy,
    "AWS::SSM::Parameter": settings.parameter,
    "AWS::Scheduler::Schedule": rules.schedule,
    "AWS::SecretsManager::ResourcePolicy": secrets.resource_policy,
    "AWS::SecretsManager::Secret": secrets.secret,
}
