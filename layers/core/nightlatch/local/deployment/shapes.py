"""After this module a reader knows how template values take the types that an AWS call wants.

CloudFormation turns `"2"` into 2, `true` into "true" and a policy written as YAML into JSON text where
the service wants it so. botocore's service models say what is wanted; anything else is left as it
stands, so that botocore's validation still refuses an unknown member or an impossible type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def coerce(shape: Shape | None, value: Any) -> Any:
    """Give the value the scalar types of a botocore shape, at every depth."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {name: coerce(shape.members.get(name), part) for name, part in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [coerce(shape.member, part) for part in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {name: coerce(shape.value, part) for name, part in value.items()}
    return value if shape is None else _scalar(shape.type_name, value)


def _scalar(kind: str, value: Any) -> Any:
    if kind == "string" and not isinstance(value, str):
        # str(True) would be "True", which no service reads; JSON has the spelling that all of them use.
        return json.dumps(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind in ("integer", "long", "float", "double") and isinstance(value, str):
        return _number(kind, value)
    return value


def _number(kind: str, text: str) -> int | float | str:
    try:
        return int(text) if kind in ("integer", "long") else float(text)
    except ValueError:
        return text  # botocore's own refusal names the parameter


def camel(value: Any) -> Any:
    """Write member names with a small first letter, as CloudWatch Logs wants them."""
    if isinstance(value, Mapping):
        return {name[:1].lower() + name[1:]: camel(part) for name, part in value.items()}
    if isinstance(value, list):
        return [camel(part) for part in value]
    return value
