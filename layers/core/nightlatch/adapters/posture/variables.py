"""Judges what a function's environment variables hold; the values stay here, and only what they look like leaves.

Source: botocore 1.44 service model of Lambda: EnvironmentResponse (Error where Lambda could not decrypt), LoggingConfig
(ApplicationLogLevel); Powertools for AWS Lambda, environment variables (POWERTOOLS_DEV, POWERTOOLS_LOGGER_LOG_EVENT).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nightlatch.domain.posture.functions import Variable
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.secret.credential_texts import credential_named
from nightlatch.domain.secret.fingerprints import shown_name

_LEVEL = re.compile(r"(?:^|_)LOG_?LEVEL$", re.IGNORECASE)
_LOUD = frozenset({"debug", "trace", "all", "notset", "verbose", "silly"})
_SWITCH = re.compile(r"^(?:(?:\w+_)?DEBUG|POWERTOOLS_DEV|POWERTOOLS_LOGGER_LOG_EVENT)$", re.IGNORECASE)
_OFF = frozenset({"", "0", "false", "no", "n", "off", "none", "null"})


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
    level = str((function.get("LoggingConfig") or {}).get("ApplicationLogLevel") or "")
    return (*variables, Variable(name="ApplicationLogLevel", is_debug=True)) if level.lower() in _LOUD else variables


def _judged(number: int, name: str, value: str) -> Variable:
    return Variable(
        name=shown_name(name) or f"variable {number}, name withheld",
        holds=credential_named(name, value),
        is_debug=_is_debug(name, value.strip().lower()),
    )


def _is_debug(name: str, value: str) -> bool:
    return (_LEVEL.search(name) is not None and value in _LOUD) or (
        _SWITCH.fullmatch(name) is not None and value not in _OFF
    )
