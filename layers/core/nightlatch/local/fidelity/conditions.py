"""Which conditions of a policy statement the stage can judge, and when one holds.

Only the operators and keys listed here are known. Anything else is an error at the moment the policy is put,
because a condition that is silently taken for true or false would prove a guard that does not stand.

Source: IAM user guide, reference_policies_elements_condition_operators; service authorization reference
(2026) (facts 5.2). An absent key makes a positive operator false and a negated one true; `...IfExists` is
true without the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nightlatch.local.fidelity.operators import OPERATORS, Operator


class CannotEvaluate(ValueError):
    """The stage does not know this part of a policy: use another form, or teach the stage."""


# Keys that any call may carry, whoever makes it (`aws/callers.py`), in lower case: IAM compares key names without
# regard to case.
KEYS_OF_EVERY_CALL = frozenset(
    {
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principaltype",
        "aws:resourceaccount",
        "aws:securetransport",
        "aws:tokenissuetime",
        "aws:userid",
        "aws:username",
    }
)
# And those of a Secrets Manager call.
KNOWN_KEYS = frozenset(
    {
        *KEYS_OF_EVERY_CALL,
        "secretsmanager:secretid",
        "secretsmanager:forcedeletewithoutrecovery",
        "secretsmanager:recoverywindowindays",
        "secretsmanager:versionid",
        "secretsmanager:versionstage",
        "secretsmanager:blockpublicpolicy",
        "secretsmanager:rotationlambdaarn",
        "secretsmanager:rotateimmediately",
        "secretsmanager:modifyrotationrules",
        "secretsmanager:name",
        "secretsmanager:description",
        "secretsmanager:kmskeyid",
        "secretsmanager:forceoverwritereplicasecret",
        "secretsmanager:secretprimaryregion",
        "secretsmanager:resource/allowrotationlambdaarn",
    }
)
KNOWN_KEY_PREFIXES = ("aws:resourcetag/", "aws:requesttag/", "secretsmanager:resourcetag/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key under one operator; several values are alternatives."""

    operator: Operator
    if_exists: bool
    key: str
    values: tuple[str, ...]

    def holds(self, keys: Mapping[str, str]) -> bool:
        """Judge the condition for the keys that a call carries."""
        carried = keys.get(self.key)
        if carried is None:
            return self.if_exists or self.operator.is_negated
        matched = any(self.operator.matches(carried, value) for value in self.values)
        return matched != self.operator.is_negated


def of_secrets_manager(key: str) -> bool:
    """Tell whether a key, in lower case, is one that calls of Secrets Manager carry here."""
    return key in KNOWN_KEYS or key.startswith(KNOWN_KEY_PREFIXES)


def parse_conditions(
    block: Mapping[str, Mapping[str, object]], is_known: Callable[[str], bool] = of_secrets_manager
) -> tuple[Condition, ...]:
    """Read the Condition block of a statement.

    Args:
        block: Operators, and keys with values under each.
        is_known: Tells which keys, in lower case, the calls in question carry.

    Raises:
        CannotEvaluate: An operator or a key is not known to the stage.
    """
    return tuple(
        _condition(operator, key, value, is_known) for operator, under in block.items() for key, value in under.items()
    )


def _condition(operator_name: str, key: str, value: object, is_known: Callable[[str], bool]) -> Condition:
    plain = operator_name.removesuffix("IfExists")
    operator = OPERATORS.get(plain)
    if operator is None:
        raise CannotEvaluate(f"the condition operator {operator_name}")
    lowered = key.casefold()
    if not is_known(lowered):
        raise CannotEvaluate(f"the condition key {key}")
    values = value if isinstance(value, list) else [value]
    return Condition(
        operator=operator, if_exists=plain != operator_name, key=lowered, values=tuple(map(_as_text, values))
    )


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
