"""Plants one function as it is described; left as it is, every check is content with it.

Source: botocore 1.44 service models of Lambda and CloudWatch Logs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from nightlatch.local.scenes.planted.ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedFunction:
    """What a function is to be."""

    variables: dict[str, str] = field(default_factory=dict, repr=False)
    is_in_vpc: bool = True
    retention_days: int | None = 30
    has_key: bool = True  # of the customer's, on its log group
    is_forwarded: bool = False  # what it writes goes to a function, too
    line: str | None = field(default=None, repr=False)  # that it wrote
    is_gone: bool = False  # once secrets name it
    rotates: bool = True


def plant_function(ground: Ground, name: str, what: PlantedFunction) -> str:
    """Plant a function with its log group; give its ARN."""
    placed: dict[str, Any] = {"VpcConfig": ground.network} if what.is_in_vpc else {}
    made = ground.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ground.role,
        Handler="app.handler",
        Code={"ZipFile": ground.code},
        Environment={"Variables": dict(what.variables)},
        **placed,
    )
    _write(ground, f"/aws/lambda/{name}", what)
    return str(made["FunctionArn"])


def take_away(ground: Ground, name: str) -> None:
    """Delete a function that secrets name."""
    ground.client("lambda").delete_function(FunctionName=name)


def _write(ground: Ground, group: str, what: PlantedFunction) -> None:
    logs = ground.client("logs")
    logs.create_log_group(logGroupName=group, **({"kmsKeyId": ground.key} if what.has_key else {}))
    if what.retention_days is not None:
        logs.put_retention_policy(logGroupName=group, retentionInDays=what.retention_days)
    if what.is_forwarded:
        logs.put_subscription_filter(
            logGroupName=group, filterName="out", filterPattern="", destinationArn=ground.shipper
        )
    if what.line is not None:
        logs.create_log_stream(logGroupName=group, logStreamName="1")
        now_ms = int(time.time() * 1_000)  # the stage's Logs live by the machine's clock
        logs.put_log_events(
            logGroupName=group, logStreamName="1", logEvents=[{"timestamp": now_ms, "message": what.line}]
        )
