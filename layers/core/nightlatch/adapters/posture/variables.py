"""Judges what a function's environment variables hold; the values stay here, and only what they look like leaves.

Source: botocore 1.44 service model of Lambda: EnvironmentResponse (Error where Lambda could not decrypt), LoggingConfig
(ApplicationLogLevel, beside the variables).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nightlatch.domain.posture.functions import Variable
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.posture.variables import judged
from nightlatch.domain.secret.fingerprints import shown_name

_LEVEL = "ApplicationLogLevel"
_LOUD = frozenset({"DEBUG", "TRACE"})


def judged_variables(function: Mapping[str, Any]) -> tuple[Variable, ...] | Gap:
    """Judge the variables of a function's configuration, and the log level that is set beside them."""
    environment: Mapping[str, Any] = function.get("Environment") or {}
    error = environment.get("Error")
    if error:
        return Gap(
            "kms:Decrypt",
            f"Lambda could not decrypt its variables ({error.get('ErrorCode', 'no reason given')}); let whoever audits "
            "use the function's key",
        )
    found = environment.get("Variables") or {}
    variables = tuple(_judged(number, str(name), str(found[name])) for number, name in enumerate(sorted(found), 1))
    is_loud = (function.get("LoggingConfig") or {}).get(_LEVEL) in _LOUD
    return (*variables, Variable(name=_LEVEL, is_debug=True)) if is_loud else variables


def _judged(number: int, name: str, value: str) -> Variable:
    return replace(judged(name, value), name=shown_name(name) or f"variable {number}, name withheld")
