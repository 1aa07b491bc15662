"""After this module a reader knows which parameter values a template accepts, alone and together.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
and rules-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nightlatch.local.deployment.errors import BadParameter, Unsupported
from nightlatch.local.deployment.intrinsics import Evaluator

_TYPES = ("String", "Number", "CommaDelimitedList", "List<Number>")


def choose_parameters(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Take each parameter's given value, or its default, and check it as CloudFormation does.

    Raises:
        BadParameter: A value is missing, not declared, or not allowed; the value itself is not shown.
        Unsupported: A parameter type that the stage does not read.
    """
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise BadParameter(f"the template declares no parameter {', '.join(unknown)}")
    return {name: _choose(name, spec, given) for name, spec in declared.items()}


def check_rules(rules: Mapping[str, Any], evaluator: Evaluator) -> None:
    """Hold the chosen parameters against the template's own rules about them.

    Raises:
        BadParameter: An assertion does not hold; the message is the template's description of it.
    """
    for name, rule in rules.items():
        if evaluator.resolve(rule.get("RuleCondition", True)) is not True:
            continue
        for assertion in rule["Assertions"]:
            if evaluator.resolve(assertion["Assert"]) is not True:
                raise BadParameter(
                    f"the rule {name} is not kept: {assertion.get('AssertDescription', 'see the template')}"
                )


def _choose(name: str, spec: Mapping[str, Any], given: Mapping[str, str]) -> Any:
    kind = spec.get("Type", "String")
    if kind not in _TYPES:
        raise Unsupported(f"parameter {name}: the stage does not read the type {kind}")
    if name not in given and "Default" not in spec:
        raise BadParameter(f"parameter {name} has no default; give it a value")
    text = str(given.get(name, spec.get("Default")))
    _check(name, spec, text)
    if kind in ("CommaDelimitedList", "List<Number>"):
        return [part.strip() for part in text.split(",")]
    return text


def _check(name: str, spec: Mapping[str, Any], text: str) -> None:
    """Refuse a value outside its bounds, without showing it: a parameter may be a secret."""
    allowed = [str(value) for value in spec.get("AllowedValues", [])]
    if allowed and text not in allowed:
        raise BadParameter(f"parameter {name} must be one of: {', '.join(allowed)}")
    pattern = spec.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, text):
        reason = spec.get("ConstraintDescription", f"the pattern is {pattern}")
        raise BadParameter(f"parameter {name} is not of the allowed form: {reason}")
    if len(text) < int(spec.get("MinLength", 0)) or len(text) > int(spec.get("MaxLength", len(text))):
        raise BadParameter(f"parameter {name} is shorter or longer than the template allows")
    if spec.get("Type") == "Number":
        _check_number(name, spec, text)


def _check_number(name: str, spec: Mapping[str, Any], text: str) -> None:
    try:
        number = float(text)
    except ValueError as error:
        raise BadParameter(f"parameter {name} must be a number") from error
    low, high = float(spec.get("MinValue", number)), float(spec.get("MaxValue", number))
    if not low <= number <= high:
        raise BadParameter(f"parameter {name} must lie between {low:g} and {high:g}")
