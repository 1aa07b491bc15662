"""The handlers of the functions, imported as Lambda does, and the events that they are given."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

FUNCTIONS = Path(__file__).parents[2] / "functions"


@dataclass(frozen=True)
class Context:
    """What Powertools reads from Lambda's context."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:111122223333:function:function"
    aws_request_id: str = "00000000-0000-4000-8000-000000000001"
    left_ms: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        """Say how much time is left."""
        return self.left_ms


def cold_start(name: str) -> ModuleType:
    """Import an app.py as Lambda does."""
    spec = spec_from_file_location(f"app_of_{name}", FUNCTIONS / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def batch(*bodies: str) -> dict[str, Any]:
    """Write an SQS event; the messages are called m0, m1 ..."""
    return {"Records": [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]}


def failed(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]
