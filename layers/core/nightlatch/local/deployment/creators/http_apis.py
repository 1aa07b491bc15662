"""After this module a reader knows how an HTTP API comes to the stage.

SAM writes the whole API as an OpenAPI body. Its routes and integrations are made one by one, as API
Gateway's import does, and `local/gateway/http_api.py` answers the requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.errors import Unsupported
from nightlatch.local.deployment.properties import Properties

_INTEGRATION = "x-amazon-apigateway-integration"
_ANY = "x-amazon-apigateway-any-method"
_READ_BY_BODY = frozenset({"info", "openapi", "paths", "tags"})
_READ_BY_INTEGRATION = frozenset({"httpMethod", "payloadFormatVersion", "timeoutInMillis", "type", "uri"})


def api(properties: Properties, context: Context) -> Made:
    """Make an HTTP API with the routes of its OpenAPI body.

    Raises:
        Unsupported: The body has a part, such as an authoriser, that the stage would have to ignore.
    """
    body = properties.get("Body") or {}
    _refuse(set(body) - _READ_BY_BODY, context)
    options = properties.take("CorsConfiguration", "Description", "DisableExecuteApiEndpoint", "Tags")
    name = properties.get("Name") or body.get("info", {}).get("title") or context.name()
    protocol = properties.get("ProtocolType", "HTTP")
    made = context.call("apigatewayv2", "create_api", Name=name, ProtocolType=protocol, **options)
    api_id = made["ApiId"]
    properties.get("FailOnWarnings")
    for path, operations in body.get("paths", {}).items():
        for method, operation in operations.items():
            _route(context, api_id, f"{'ANY' if method == _ANY else method.upper()} {path}", operation)
    endpoint = f"https://{api_id}.execute-api.{context.place.region}.amazonaws.com"
    return Made(physical_id=api_id, attributes={"ApiId": api_id, "ApiEndpoint": endpoint})


def _route(context: Context, api_id: str, route_key: str, operation: Mapping[str, Any]) -> None:
    _refuse(set(operation) - {_INTEGRATION, "responses"}, context)
    wished = operation[_INTEGRATION]
    _refuse(set(wished) - _READ_BY_INTEGRATION, context)
    integration = context.call(
        "apigatewayv2",
        "create_integration",
        ApiId=api_id,
        IntegrationType=str(wished["type"]).upper(),
        IntegrationUri=wished["uri"],
        IntegrationMethod=wished.get("httpMethod", "POST"),
        PayloadFormatVersion=wished.get("payloadFormatVersion", "2.0"),
        **({"TimeoutInMillis": wished["timeoutInMillis"]} if "timeoutInMillis" in wished else {}),
    )["IntegrationId"]
    context.call(
        "apigatewayv2",
        "create_route",
        ApiId=api_id,
        RouteKey=route_key,
        Target=f"integrations/{integration}",
    )


def _refuse(strange: set[str], context: Context) -> None:
    if strange:
        raise Unsupported(f"{context.logical_id}: the stage's HTTP API has no {', '.join(sorted(strange))}")


def stage(properties: Properties, context: Context) -> Made:
    """Make the stage of an API, with its throttling."""
    name = properties.need("StageName")
    context.call(
        "apigatewayv2",
        "create_stage",
        ApiId=properties.need("ApiId"),
        StageName=name,
        **properties.take(
            "AccessLogSettings",
            "AutoDeploy",
            "DefaultRouteSettings",
            "Description",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ),
    )
    return Made(physical_id=name)
