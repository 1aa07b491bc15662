"""Which calls CloudTrail writes down as management events, and under which name and as reading or writing.

The stage narrates the services listed here. A signed call to any other service is a failure to narrate, not a
silence: whoever adds a service to the stage decides here whether it is told.

Source: CloudTrail user guide (2026), logging-management-events and logging-data-events; real records of 2023
and 2024 (facts 3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# The name a client signs with, and botocore's name for the service model.
NARRATED: Mapping[str, str] = {
    "secretsmanager": "secretsmanager",
    "kms": "kms",
    "sts": "sts",
    "iam": "iam",
    "lambda": "lambda",
    "events": "events",
    "cloudtrail": "cloudtrail",
    "sns": "sns",
    "sqs": "sqs",
    "dynamodb": "dynamodb",
    "logs": "logs",
    "ssm": "ssm",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "scheduler": "scheduler",
    "cloudformation": "cloudformation",
    "securityhub": "securityhub",
    "apigateway": "apigatewayv2",
}

# Services of which nothing is told on the stage, and why.
NOT_NARRATED: Mapping[str, str] = {
    "s3": "objects are data events; the few bucket calls travel as rest-xml and no rule of ours reads them",
    "ec2": "only an audit looks at VPCs, and no rule of ours reads such a call",
    "execute-api": "calls of the deployed API are no calls of AWS's own API",
}

# The service models by which a call is understood, told or not: the guard judges calls that nobody tells.
MODELS: Mapping[str, str] = {**NARRATED, "s3": "s3", "ec2": "ec2"}

# Data events: CloudTrail writes them only where a trail selects them, and no trail of ours does.
DATA_PLANE: Mapping[str, frozenset[str]] = {
    "sqs": frozenset(
        {
            "SendMessage",
            "SendMessageBatch",
            "ReceiveMessage",
            "DeleteMessage",
            "DeleteMessageBatch",
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
        }
    ),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "events": frozenset({"PutEvents"}),
    "lambda": frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"}),
    "dynamodb": frozenset(
        {
            "GetItem",
            "PutItem",
            "UpdateItem",
            "DeleteItem",
            "Query",
            "Scan",
            "BatchGetItem",
            "BatchWriteItem",
            "TransactGetItems",
            "TransactWriteItems",
            "ExecuteStatement",
            "BatchExecuteStatement",
            "ExecuteTransaction",
        }
    ),
    "logs": frozenset({"PutLogEvents", "GetLogEvents", "FilterLogEvents"}),
    "monitoring": frozenset({"PutMetricData", "GetMetricData", "GetMetricStatistics", "GetMetricWidgetImage"}),
}

GLOBAL_REGION = "us-east-1"  # where the records of global services land
GLOBAL_SERVICES = frozenset({"iam"})

_READING = ("Get", "List", "Describe", "BatchGet", "Lookup", "Validate", "Head", "Search", "Simulate", "Test", "Filter")

# Where the verb misleads. STS and KMS as in real records; GenerateDataKey and its kin read a key, they change
# none.
_READ_ONLY_IN_SPITE_OF_THE_NAME = frozenset(
    {
        ("sts", "AssumeRole"),
        ("kms", "Decrypt"),
        ("kms", "Encrypt"),
        ("kms", "ReEncrypt"),
        ("kms", "Sign"),
        ("kms", "Verify"),
        ("kms", "GenerateMac"),
        ("kms", "VerifyMac"),
        ("kms", "GenerateRandom"),
        ("kms", "GenerateDataKey"),
        ("kms", "GenerateDataKeyWithoutPlaintext"),
        ("kms", "GenerateDataKeyPair"),
        ("kms", "GenerateDataKeyPairWithoutPlaintext"),
    }
)
_WRITING_IN_SPITE_OF_THE_NAME = frozenset({("sts", "GetFederationToken")})

# Real records carry these v2 names (2023, 2024); further ones are believed, and our rules match by prefix.
_LAMBDA_V2 = frozenset(
    {
        "AddPermission",
        "RemovePermission",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "GetFunction",
        "GetFunctionConfiguration",
        "GetPolicy",
    }
)
_LAMBDA_DATED_UNTIL = "2019"  # younger calls carry no date: PutFunctionEventInvokeConfig [B]
_API_DATE = re.compile(r"^/(\d{4}-\d{2}-\d{2})/")


def is_read_only(service: str, operation: str) -> bool:
    """Tell what CloudTrail writes into `readOnly` for a call."""
    call = (service, operation)
    if call in _WRITING_IN_SPITE_OF_THE_NAME:
        return False
    return call in _READ_ONLY_IN_SPITE_OF_THE_NAME or operation.startswith(_READING)


def event_name(service: str, operation: str, request_uri: str) -> str:
    """Write an operation as CloudTrail does: Lambda's names carry the API's date, and `v2` where revised."""
    dated = _API_DATE.match(request_uri) if service == "lambda" else None
    if dated is None or dated[1] >= _LAMBDA_DATED_UNTIL:
        return operation
    return f"{operation}{dated[1].replace('-', '')}{'v2' if operation in _LAMBDA_V2 else ''}"
