"""After this module a reader knows whether a resource's policy lets an AWS service in.

moto enforces no such policy, so a template that forgets its queue policy works there and loses every
event on AWS. The stage asks before each delivery; a condition it cannot judge counts as not granted.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nightlatch.local.fidelity.operators import OPERATORS, arn_like, like


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a service wants to do, and on whose behalf."""

    service: str  # "events.amazonaws.com"
    action: str  # "sqs:SendMessage"
    resource: str
    source_arn: str
    source_account: str

    def keys(self) -> dict[str, str]:
        """Give the condition keys that such a call carries."""
        return {
            "aws:sourcearn": self.source_arn,
            "aws:sourceaccount": self.source_account,
            "aws:securetransport": "true",
            "aws:principalisawsservice": "true",
            "aws:principalservicename": self.service,
        }


def grants(policy: str | Mapping[str, Any] | None, ask: Ask) -> bool:
    """Say whether a policy allows the call: some statement allows it and none denies it."""
    document = json.loads(policy) if isinstance(policy, str) and policy else policy
    if not isinstance(document, Mapping):
        return False
    statements = [one for one in _list(document.get("Statement")) if _concerns(one, ask)]
    effects = {one.get("Effect") for one in statements}
    return effects == {"Allow"}


def _concerns(statement: Mapping[str, Any], ask: Ask) -> bool:
    return (
        _names_service(statement.get("Principal"), ask.service)
        and any(like(ask.action.lower(), str(one).lower()) for one in _list(statement.get("Action")))
        and any(arn_like(ask.resource, str(one)) for one in _list(statement.get("Resource", "*")))
        and _conditions_hold(statement.get("Condition", {}), ask)
    )


def _names_service(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    named = principal if isinstance(principal, Mapping) else {}
    return service in _list(named.get("Service")) or "*" in _list(named.get("AWS"))


def _conditions_hold(block: Mapping[str, Mapping[str, Any]], ask: Ask) -> bool:
    keys = ask.keys()
    return all(
        _holds(operator, keys.get(key.lower()), wanted)
        for operator, under in block.items()
        for key, wanted in under.items()
    )


def _holds(name: str, carried: str | None, wanted: Any) -> bool:
    operator = OPERATORS.get(name.removesuffix("IfExists"))
    if operator is None:
        return False
    if carried is None:
        return name.endswith("IfExists") or operator.is_negated
    matched = any(operator.matches(carried, _text(value)) for value in _list(wanted))
    return matched != operator.is_negated


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
