"""After this module a reader knows what stands on the stage once a template is deployed."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nightlatch.local.deployment.errors import UnknownReference
from nightlatch.local.deployment.template import Place


def function_name(name_or_arn: str) -> str:
    """Take the name out of a function's ARN, with or without a qualifier; a bare name stays."""
    return name_or_arn.rpartition(":function:")[2].partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource that exists: what the template calls it and what AWS calls it."""

    logical_id: str
    type: str
    physical_id: str
    attributes: Dictionary[str, Any]
    properties: Dictionary[str, Any]
    unrealised: str = ""  # what moto cannot hold of it, in words; empty when it can hold it all


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A Lambda function as its runtime needs it."""

    logical_id: str
    name: str
    arn: str
    role_arn: str
    handler: str
    code: Path
    layers: tuple[Path, ...]
    environment: Dictionary[str, str]
    timeout_s: int
    memory_mb: int
    reserved_concurrency: int | None
    async_retries: int = 2
    on_failure_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """An SQS queue whose messages Lambda brings to a function."""

    logical_id: str
    queue_arn: str
    function_name: str
    batch_size: int
    batch_window_s: float
    reports_failures: bool
    maximum_concurrency: int | None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRoute:
    """A route of an HTTP API and the function behind it."""

    api_id: str
    route_key: str
    function_name: str
    rate_limit: float | None
    burst_limit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Everything that a template made, by logical id."""

    place: Place
    resources: Dictionary[str, Resource]
    functions: Dictionary[str, Function]
    mappings: tuple[Mapping, ...]
    routes: tuple[HttpRoute, ...]
    outputs: Dictionary[str, Any] = field(default_factory=dict)

    def resource(self, logical_id: str) -> Resource:
        """Find a resource by the name that the template gives it.

        Raises:
            UnknownReference: The template has no such resource.
        """
        if logical_id not in self.resources:
            raise UnknownReference(f"the stack has no resource {logical_id}")
        return self.resources[logical_id]

    def physical_id(self, logical_id: str) -> str:
        """Give what Ref gives: a queue's address, a table's name, a topic's ARN."""
        return self.resource(logical_id).physical_id

    def of_type(self, kind: str) -> tuple[Resource, ...]:
        """List the resources of one type, in the order in which they were made."""
        return tuple(one for one in self.resources.values() if one.type == kind)

    def function_named(self, name_or_arn: str) -> Function:
        """Find a function by its name or its ARN, with or without a qualifier.

        Raises:
            UnknownReference: No function of the stack has this name.
        """
        name = function_name(name_or_arn)
        for function in self.functions.values():
            if function.name == name:
                return function
        raise UnknownReference(f"the stack has no function {name}")

    @property
    def unrealised(self) -> tuple[Resource, ...]:
        """List what moto cannot hold, so that the stage can say so."""
        return tuple(one for one in self.resources.values() if one.unrealised)
