"""The JSON Schema of a policy file, made from the model that reads it: editors complete keys and say what they mean."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from nightlatch.cli.policy.schema_words import WORDS
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.detections import CATALOGUE
from nightlatch.policy_file import PolicyFile

SCHEMA_FILE = "policy.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_RULES = {
    ("ExemptionPart", "rule"): ("*",),
    ("RulePart", "id"): (),
    ("TrialPart", "example"): (),
    ("ExpectedPart", "rule"): (),
}
_A_DATE = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}


def policy_schema() -> dict[str, Any]:
    """Give the schema."""
    made = PolicyFile.model_json_schema()
    parts = {"PolicyFile": made, **made["$defs"]}
    for part, name, field in fields_of(made):
        field.pop("title", None)
        field["description"] = WORDS[part, name]
        if (part, name) in _RULES:
            _name_rules(field, _RULES[part, name])
        if field.get("format") == "date-time":
            field.update(_A_DATE)
            del field["type"], field["format"]
    for part in parts.values():
        part.pop("title", None)
        part.pop("description", None)
    return {"$schema": _DIALECT, "title": "Policy of nightlatch", **made}


def fields_of(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give every key that a policy may have: its part, its name, its schema."""
    for part, made in {"PolicyFile": schema, **schema["$defs"]}.items():
        for name, field in made.get("properties", {}).items():
            yield part, name, field


def schema_text() -> str:
    """Write it as a file."""
    return f"{json.dumps(policy_schema(), indent=2)}\n"


def write_schema() -> ExitCode:
    """Write it to stdout."""
    sys.stdout.write(schema_text())
    return ExitCode.CLEAN


def _name_rules(field: dict[str, Any], others: tuple[str, ...]) -> None:
    """Let an editor offer the rules: each by either of its names."""
    names = [*others, *(name for rule in CATALOGUE for name in (rule.id, rule.catalogue))]
    optional = "anyOf" in field
    field.pop("anyOf", None)
    field.pop("type", None)
    field["enum"] = [*names, None] if optional else names
