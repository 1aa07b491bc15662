"""After this module a reader knows how the resources that act together are read as one thing.

A function is spread over several resources of a template (itself, its layers, its retry settings), and
so is a route; the parts of the stage that run them want one value each.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from pathlib import Path
from typing import Any

from nightlatch.local.deployment.errors import Unsupported
from nightlatch.local.deployment.stack import Function, HttpRoute, Mapping, Resource, function_name

_INTEGRATION = "x-amazon-apigateway-integration"
_ANY = "x-amazon-apigateway-any-method"
_ANY_DEFAULT_PATH = "/$default"

Resources = Dictionary[str, Resource]


def functions_of(resources: Resources, folder: Path) -> dict[str, Function]:
    """Read the functions with their code folders, layers and asynchronous settings."""
    layers = {
        one.physical_id: (folder / one.properties["Content"]["S3Key"]).resolve()
        for one in _of_type(resources, "AWS::Lambda::LayerVersion")
    }
    settings = {
        one.properties["FunctionName"]: one.properties for one in _of_type(resources, "AWS::Lambda::EventInvokeConfig")
    }
    return {
        one.logical_id: _function(one, folder, layers, settings.get(one.physical_id, {}))
        for one in _of_type(resources, "AWS::Lambda::Function")
    }


def _function(
    resource: Resource, folder: Path, layers: Dictionary[str, Path], settings: Dictionary[str, Any]
) -> Function:
    wished = resource.properties
    reserved = wished.get("ReservedConcurrentExecutions")
    failure = settings.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    variables = wished.get("Environment", {}).get("Variables", {})
    return Function(
        logical_id=resource.logical_id,
        name=resource.physical_id,
        arn=resource.attributes["Arn"],
        role_arn=wished["Role"],
        handler=wished["Handler"],
        code=(folder / wished["Code"]["S3Key"]).resolve(),
        layers=tuple(_layer(resource.logical_id, arn, layers) for arn in wished.get("Layers", [])),
        environment={name: _as_text(value) for name, value in variables.items()},
        timeout_s=int(wished.get("Timeout", 3)),
        memory_mb=int(wished.get("MemorySize", 128)),
        reserved_concurrency=None if reserved is None else int(reserved),
        async_retries=int(settings.get("MaximumRetryAttempts", 2)),
        on_failure_arn=failure,
    )


def _layer(logical_id: str, arn: str, layers: Dictionary[str, Path]) -> Path:
    if arn not in layers:
        raise Unsupported(f"{logical_id}: the stage has only the layers of its own template, not {arn}")
    return layers[arn]


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def mappings_of(resources: Resources) -> tuple[Mapping, ...]:
    """Read the queues that are connected to functions."""
    return tuple(
        Mapping(
            logical_id=one.logical_id,
            queue_arn=one.properties["EventSourceArn"],
            function_name=function_name(str(one.properties["FunctionName"])),
            batch_size=int(one.properties.get("BatchSize", 10)),
            batch_window_s=float(one.properties.get("MaximumBatchingWindowInSeconds", 0)),
            reports_failures="ReportBatchItemFailures" in one.properties.get("FunctionResponseTypes", []),
            maximum_concurrency=_maximum_concurrency(one.properties),
            enabled=str(one.properties.get("Enabled", True)).lower() == "true",
        )
        for one in _of_type(resources, "AWS::Lambda::EventSourceMapping")
    )


def _maximum_concurrency(wished: Dictionary[str, Any]) -> int | None:
    limit = wished.get("ScalingConfig", {}).get("MaximumConcurrency")
    return None if limit is None else int(limit)


def routes_of(resources: Resources) -> tuple[HttpRoute, ...]:
    """Read the routes of HTTP APIs with the throttling of their stage."""
    limits = {
        one.properties["ApiId"]: one.properties.get("DefaultRouteSettings", {})
        for one in _of_type(resources, "AWS::ApiGatewayV2::Stage")
    }
    return tuple(
        _route(api.physical_id, path, method, operation, limits.get(api.physical_id, {}))
        for api in _of_type(resources, "AWS::ApiGatewayV2::Api")
        for path, operations in api.properties.get("Body", {}).get("paths", {}).items()
        for method, operation in operations.items()
    )


def _route(
    api_id: str, path: str, method: str, operation: Dictionary[str, Any], limits: Dictionary[str, Any]
) -> HttpRoute:
    address = str(operation[_INTEGRATION]["uri"])
    rate, burst = limits.get("ThrottlingRateLimit"), limits.get("ThrottlingBurstLimit")
    key = "$default" if path == _ANY_DEFAULT_PATH else f"{'ANY' if method == _ANY else method.upper()} {path}"
    return HttpRoute(
        api_id=api_id,
        route_key=key,
        function_name=function_name(address.removesuffix("/invocations")),
        rate_limit=None if rate is None else float(rate),
        burst_limit=None if burst is None else int(burst),
    )


def _of_type(resources: Resources, kind: str) -> tuple[Resource, ...]:
    return tuple(one for one in resources.values() if one.type == kind)
