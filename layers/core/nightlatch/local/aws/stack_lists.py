"""After this module a reader knows how the stage answers ListStackResources about the stack that it deployed itself.

moto's CloudFormation knows nothing of that stack, for the stage makes its resources one by one.

Source: botocore service model, ListStackResources (StackResourceSummary).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from moto.cloudformation.models import CloudFormationBackend

from nightlatch.local.deployment import Stack


@contextmanager
def listing_stack(stack: Stack) -> Iterator[None]:
    """Answer for the stack by its name or ARN until the block ends; of any other stack moto says what it knows."""
    motos: Any = CloudFormationBackend.list_stack_resources
    made = SimpleNamespace(creation_time=datetime.now(UTC))
    resources = [
        SimpleNamespace(
            logical_resource_id=one.logical_id, physical_resource_id=one.physical_id, cf_resource_type=one.type
        )
        for one in stack.resources.values()
    ]

    def listed(self: Any, stack_name_or_id: str) -> Any:
        if stack_name_or_id in {stack.place.stack_name, stack.place.stack_arn}:
            return made, resources
        return motos(self, stack_name_or_id)

    CloudFormationBackend.list_stack_resources = listed
    try:
        yield
    finally:
        CloudFormationBackend.list_stack_resources = motos
