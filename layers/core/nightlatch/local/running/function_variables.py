"""After this module a reader knows which Python runs a function and which variables it sees.

Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nightlatch.local.deployment import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """The Python that runs the handlers.

    From source it is this one, whose site-packages stand for the layer's dependencies. Functions that
    `sam build` made bring their dependencies; their interpreter needs only awslambdaric, in `paths`.
    """

    python: Path = Path(sys.executable)
    paths: tuple[Path, ...] = ()


def write_variables(
    function: Function, interpreter: Interpreter, address: str, given: Mapping[str, str]
) -> dict[str, str]:
    """Write the environment of a function: Lambda's variables, its own, and nothing of this machine's."""
    return {
        **of_every_function((function.code, *function.layers, *interpreter.paths)),
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(function.code),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "stage",
        **function.environment,
        **given,
    }


def of_every_function(paths: Iterable[Path]) -> dict[str, str]:
    """Write the variables that an interpreter begins with; layers among the paths may be built or sources."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(str(_importable(path)) for path in paths),
    }


def _importable(layer: Path) -> Path:
    """Find what Python can import in a layer: built ones have it in `python/`, sources at the top."""
    return layer / "python" if (layer / "python").is_dir() else layer
