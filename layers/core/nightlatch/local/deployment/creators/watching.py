"""After this module a reader knows how alarms, dashboards and log groups come to the stage.

moto's alarms never change state by themselves and it has no composite alarms: those are judged by
boto3 and then listed among the things that the stage does not hold.
"""

from __future__ import annotations

from nightlatch.local.deployment.creators.context import Context, Made, tags_of
from nightlatch.local.deployment.properties import Properties
from nightlatch.local.deployment.shapes import camel

_ALARM_OPTIONS = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Tags",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
)


def alarm(properties: Properties, context: Context) -> Made:
    """Make a metric alarm."""
    name = properties.get("AlarmName") or context.name(255)
    context.call("cloudwatch", "put_metric_alarm", AlarmName=name, **properties.take(*_ALARM_OPTIONS))
    return Made(physical_id=name, attributes={"Arn": context.arn("cloudwatch", f"alarm:{name}")})


def composite_alarm(properties: Properties, context: Context) -> Made:
    """Judge a composite alarm, which moto does not have."""
    name = properties.get("AlarmName") or context.name(255)
    context.check(
        "cloudwatch",
        "put_composite_alarm",
        AlarmName=name,
        **properties.take(
            "ActionsEnabled",
            "ActionsSuppressor",
            "ActionsSuppressorExtensionPeriod",
            "ActionsSuppressorWaitPeriod",
            "AlarmActions",
            "AlarmDescription",
            "AlarmRule",
            "InsufficientDataActions",
            "OKActions",
            "Tags",
        ),
    )
    attributes = {"Arn": context.arn("cloudwatch", f"alarm:{name}")}
    return Made(physical_id=name, attributes=attributes, unrealised="moto has no composite alarms")


def dashboard(properties: Properties, context: Context) -> Made:
    """Draw a dashboard; the server validates its body."""
    name = properties.get("DashboardName") or context.name(255)
    body = properties.need("DashboardBody")
    context.call("cloudwatch", "put_dashboard", DashboardName=name, DashboardBody=body)
    return Made(physical_id=name)


def log_group(properties: Properties, context: Context) -> Made:
    """Make a log group and say how long it keeps its lines."""
    name = properties.get("LogGroupName") or context.name(512)
    options = {"kmsKeyId": properties.get("KmsKeyId")} if "KmsKeyId" in properties else {}
    if "LogGroupClass" in properties:
        options["logGroupClass"] = properties.get("LogGroupClass")
    context.call("logs", "create_log_group", logGroupName=name, tags=tags_of(properties.get("Tags")), **options)
    days = properties.get("RetentionInDays")
    if days is not None:
        context.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)
    return Made(physical_id=name, attributes={"Arn": f"{context.arn('logs', f'log-group:{name}')}:*"})


def metric_filter(properties: Properties, context: Context) -> Made:
    """Make a metric filter; moto stores it and counts nothing."""
    name = properties.get("FilterName") or context.name(512)
    context.call(
        "logs",
        "put_metric_filter",
        logGroupName=properties.need("LogGroupName"),
        filterName=name,
        filterPattern=properties.need("FilterPattern"),
        metricTransformations=camel(properties.need("MetricTransformations")),
    )
    return Made(physical_id=name, unrealised="moto's metric filters count nothing")
