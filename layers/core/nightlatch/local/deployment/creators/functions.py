"""After this module a reader knows how functions, layers and their connections come to the stage.

moto stores the code but does not run it: the stage runs the folders themselves (`local/running/runtime.py`).
The archive is uploaded all the same, so that GetFunction and the code's hash tell the truth.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from nightlatch.local.deployment.creators.context import Context, Made, tags_of
from nightlatch.local.deployment.errors import CreationFailed
from nightlatch.local.deployment.properties import Properties
from nightlatch.local.permissions.lambda_itself import lacking, taking_from

_FUNCTION_OPTIONS = (
    "Architectures",
    "Description",
    "Environment",
    "EphemeralStorage",
    "Handler",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "Runtime",
    "SnapStart",
    "Timeout",
    "TracingConfig",
    "VpcConfig",
)


def function(properties: Properties, context: Context) -> Made:
    """Make a function; its code stays in its folder and an archive of it goes to the server."""
    folder = context.code_folder(properties.need("Code"))
    name = properties.get("FunctionName") or context.name()
    made = context.call(
        "lambda",
        "create_function",
        FunctionName=name,
        Role=properties.need("Role"),
        Code={"ZipFile": archive(folder)},
        Tags=tags_of(properties.get("Tags")),
        **properties.take(*_FUNCTION_OPTIONS),
    )
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is not None:
        context.call(
            "lambda",
            "put_function_concurrency",
            FunctionName=name,
            ReservedConcurrentExecutions=reserved,
        )
    return Made(physical_id=name, attributes={"Arn": made["FunctionArn"]})


def layer_version(properties: Properties, context: Context) -> Made:
    """Publish a layer version from its folder."""
    folder = context.code_folder(properties.need("Content"))
    made = context.call(
        "lambda",
        "publish_layer_version",
        LayerName=properties.get("LayerName") or context.logical_id,
        Content={"ZipFile": archive(folder)},
        **properties.take("CompatibleArchitectures", "CompatibleRuntimes", "Description", "LicenseInfo"),
    )
    arn = made["LayerVersionArn"]
    return Made(physical_id=arn, attributes={"LayerVersionArn": arn})


def permission(properties: Properties, context: Context) -> Made:
    """Let a service or an account invoke a function."""
    statement = context.name(100)
    context.call(
        "lambda",
        "add_permission",
        StatementId=statement,
        FunctionName=properties.need("FunctionName"),
        Action=properties.need("Action"),
        Principal=properties.need("Principal"),
        **properties.take("EventSourceToken", "FunctionUrlAuthType", "PrincipalOrgID", "SourceAccount"),
        **properties.take("SourceArn"),
    )
    return Made(physical_id=statement)


def event_source_mapping(properties: Properties, context: Context) -> Made:
    """Connect a queue to a function that may read it; `local/queues/lanes.py` does the bringing."""
    name, queue = properties.need("FunctionName"), properties.need("EventSourceArn")
    _require_may_take(name, queue, context)
    made = context.call(
        "lambda",
        "create_event_source_mapping",
        FunctionName=name,
        EventSourceArn=queue,
        **properties.take(
            "BatchSize",
            "Enabled",
            "FunctionResponseTypes",
            "MaximumBatchingWindowInSeconds",
            "ScalingConfig",
        ),
    )
    return Made(physical_id=made["UUID"], attributes={"Id": made["UUID"]})


def _require_may_take(function_name: str, queue_arn: str, context: Context) -> None:
    role = context.call("lambda", "get_function_configuration", FunctionName=function_name)["Role"]
    try:
        missing = lacking(role, *taking_from(queue_arn))
    except (LookupError, ValueError) as error:
        raise CreationFailed(f"{context.logical_id} ({context.type}): the stage cannot judge {error}") from error
    if missing:
        named = ", ".join(request.action.removeprefix("sqs:") for request in missing)
        raise CreationFailed(
            f"{context.logical_id} ({context.type}): the function's execution role does not have permissions to call "
            f"{named} on SQS"
        )


def event_invoke_config(properties: Properties, context: Context) -> Made:
    """Say how often an asynchronous invocation is tried again, and where a failure goes."""
    name = properties.need("FunctionName")
    context.call(
        "lambda",
        "put_function_event_invoke_config",
        FunctionName=name,
        **properties.take("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "Qualifier"),
    )
    return Made(physical_id=f"{name}|{properties.get('Qualifier')}")


def archive(folder: Path) -> bytes:
    """Put a code folder into a zip, byte for byte the same for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                member = zipfile.ZipInfo(str(path.relative_to(folder)))
                target.writestr(member, path.read_bytes())
    return buffer.getvalue()
