"""Which conditions of a policy statement the stage can judge, and how each is judged.

Only the operators and keys listed here are known. Anything else is an error at the moment the policy is put,
because a condition that is silently taken for true or false would prove a guard that does not stand.

Source: IAM user guide, reference_policies_elements_condition_operators; service authorization reference
(2026) (facts 5.2). An absent key makes a positive operator false and a negated one true; `...IfExists` is
true without the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import ge, gt, le, lt


class CannotEvaluate(ValueError):
    """The stage does not know this part of a policy: use another form, or teach the stage."""


# Keys that a Secrets Manager call carries on the stage, in lower case: IAM compares key names without regard
# to case.
KNOWN_KEYS = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
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

Judge = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """How one value of a call is held against one value of a policy."""

    matches: Judge
    is_negated: bool = False


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


def like(value: str, pattern: str) -> bool:
    """Compare with the wildcards of IAM: `*` any characters, `?` one."""
    return _compiled(pattern).fullmatch(value) is not None


def arn_like(value: str, pattern: str) -> bool:
    """Compare ARNs part by part, so that a wildcard never crosses a colon of the first five."""
    value_parts, pattern_parts = value.split(":", 5), pattern.split(":", 5)
    if pattern == "*":
        return True
    return len(value_parts) == len(pattern_parts) and all(map(like, value_parts, pattern_parts))


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


def _is(value: str, wanted: str) -> bool:
    return value == wanted


def _same_truth(value: str, wanted: str) -> bool:
    return value.casefold() == wanted.casefold()


def _number(compare: Callable[[Decimal, Decimal], bool]) -> Judge:
    def judge(value: str, limit: str) -> bool:
        try:
            return compare(Decimal(value), Decimal(limit))
        except InvalidOperation:
            return False  # IAM: a value that is no number matches nothing

    return judge


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern), re.DOTALL)


OPERATORS: Mapping[str, Operator] = {
    "StringEquals": Operator(_is),
    "StringNotEquals": Operator(_is, is_negated=True),
    "StringEqualsIgnoreCase": Operator(_same_truth),
    "StringLike": Operator(like),
    "StringNotLike": Operator(like, is_negated=True),
    "ArnEquals": Operator(arn_like),  # IAM treats the two alike
    "ArnLike": Operator(arn_like),
    "ArnNotEquals": Operator(arn_like, is_negated=True),
    "ArnNotLike": Operator(arn_like, is_negated=True),
    "Bool": Operator(_same_truth),
    "NumericEquals": Operator(_number(Decimal.__eq__)),
    "NumericLessThan": Operator(_number(lt)),
    "NumericLessThanEquals": Operator(_number(le)),
    "NumericGreaterThan": Operator(_number(gt)),
    "NumericGreaterThanEquals": Operator(_number(ge)),
}
