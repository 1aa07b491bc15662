"""Whom a secret's resource policy lets read, and whom it forbids to, as its statements name them.

It is what the policy says and no more: IAM policies of the secret's account let others in, and a condition is not
weighed, only told.

Source: IAM user guide, policy evaluation logic; Secrets Manager user guide, resource-based policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nightlatch.domain.aws_policies.policy_statements import effect_of, principals_named, principals_of, reaches
from nightlatch.domain.event.parameters import Parameters

_READING = "secretsmanager:getsecretvalue"
ANYBODY, ALL_OTHERS = "anybody", "all but those it names"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedReader:
    """One principal of one statement."""

    who: str  # as the policy names it, or ANYBODY; text that somebody else chose
    statement: int  # its place, from 1
    forbidden: bool  # a Deny names it
    conditional: bool  # only where the statement's condition holds


def named_readers(policy: Mapping[str, object]) -> tuple[NamedReader, ...]:
    """Give every principal that a statement about reading names."""
    return tuple(
        NamedReader(
            who=who,
            statement=number,
            forbidden=effect_of(statement) == "deny",
            conditional=bool(statement.get("Condition")),
        )
        for number, statement in enumerate(Parameters(policy).children("Statement"), start=1)
        if effect_of(statement) in {"allow", "deny"} and reaches(statement, _READING)
        for who in _named(statement)
    )


def _named(statement: Parameters) -> tuple[str, ...]:
    if statement.has("NotPrincipal"):
        return (ALL_OTHERS,)
    if principals_of(statement).anyone:
        return (ANYBODY,)
    return tuple(sorted(set(principals_named(statement.get("Principal")))))
