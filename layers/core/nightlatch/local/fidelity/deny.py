"""Whether a secret's own resource policy denies a call: explicit Deny statements alone, which nothing can overrule.

moto stores resource policies and never reads them, so the guard of nightlatch, a Deny in the resource policy,
could not be shown to work. Allow statements are not judged: on the stage everything is allowed to people that
nobody denies. What a function's role may do is judged in `local/permissions`.

Source: IAM user guide, reference_policies_evaluation-logic; Secrets Manager user guide (2026),
auth-and-access_resource-policies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nightlatch.local.fidelity.conditions import CannotEvaluate, Condition, parse_conditions
from nightlatch.local.fidelity.operators import like

_VERSIONS = ("2008-10-17", "2012-10-17")


class NotAPolicy(ValueError):
    """The text is no policy document: the message says which part is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a policy is asked about."""

    action: str  # "secretsmanager:DeleteSecret"
    resource: str  # the secret's full ARN
    principals: frozenset[str]  # every name a Principal element may use for the caller
    keys: Mapping[str, str]  # condition keys in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One Deny statement, ready to be asked."""

    principals: frozenset[str]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def covers(self, call: Call) -> bool:
        """Tell whether the statement denies the call."""
        return (
            ("*" in self.principals or not self.principals.isdisjoint(call.principals))
            and any(like(call.action.casefold(), pattern.casefold()) for pattern in self.actions)
            and any(like(call.resource, pattern) for pattern in self.resources)
            and all(condition.holds(call.keys) for condition in self.conditions)
        )


def is_denied(policy: str | None, call: Call) -> bool:
    """Tell whether a stored resource policy denies a call."""
    return policy is not None and any(denial.covers(call) for denial in parse_denials(policy))


@lru_cache(maxsize=512)
def parse_denials(policy: str) -> tuple[Denial, ...]:
    """Read the Deny statements of a policy text.

    Raises:
        NotAPolicy: The text is no policy document.
        CannotEvaluate: A Deny statement says something that the stage cannot judge.
    """
    return tuple(_denial(statement) for statement in statements_of(policy) if statement["Effect"] == "Deny")


def statements_of(policy: str) -> tuple[dict[str, Any], ...]:
    """Read the statements of a policy text.

    Raises:
        NotAPolicy: The text is no policy document.
    """
    listed = listed_in(policy)
    for statement in listed:
        _check_statement(statement)
    return tuple(listed)


def listed_in(policy: str) -> list[Any]:
    """Give what a policy text of any kind lists as its statements.

    Raises:
        NotAPolicy: The text is no policy document.
    """
    try:
        document = json.loads(policy)
    except ValueError as error:
        raise NotAPolicy("it is not JSON") from error
    if not isinstance(document, dict) or "Statement" not in document:
        raise NotAPolicy("it has no Statement")
    if document.get("Version", _VERSIONS[0]) not in _VERSIONS:
        raise NotAPolicy("its Version is no version of the policy language")
    return as_list(document["Statement"])


def as_list(value: Any) -> list[Any]:
    """Read an element that may stand alone or in a list."""
    return value if isinstance(value, list) else [value]


def principals_of(statement: Mapping[str, Any]) -> frozenset[str]:
    """Name the AWS principals of a statement: ARNs, account ids, or `*`; AWS services are no callers here."""
    element = statement.get("Principal", {})
    if element == "*":
        return frozenset({"*"})
    return frozenset(as_list(element.get("AWS", [])))


def _check_statement(statement: object) -> None:
    if not isinstance(statement, dict):
        raise NotAPolicy("a statement is not an object")
    if statement.get("Effect") not in {"Allow", "Deny"}:
        raise NotAPolicy("a statement has no Effect of Allow or Deny")
    for element in ("Principal", "Action", "Resource"):
        if element not in statement and f"Not{element}" not in statement:
            raise NotAPolicy(f"a statement has no {element}")
    if not isinstance(statement.get("Principal", "*"), (dict, str)):
        raise NotAPolicy("a Principal is neither an object nor *")


def _denial(statement: Mapping[str, Any]) -> Denial:
    for element in ("NotPrincipal", "NotAction", "NotResource"):
        if element in statement:
            raise CannotEvaluate(f"the element {element}")
    return Denial(
        principals=principals_of(statement),
        actions=tuple(as_list(statement["Action"])),
        resources=tuple(as_list(statement["Resource"])),
        conditions=parse_conditions(statement.get("Condition", {})),
    )
