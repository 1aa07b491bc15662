"""How one value of a call is held against one value of a policy, under each operator of IAM that the stage knows.

Source: IAM user guide, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import ge, gt, le, lt

Judge = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """How one value of a call is held against one value of a policy."""

    matches: Judge
    is_negated: bool = False


def like(value: str, pattern: str) -> bool:
    """Compare with the wildcards of IAM: `*` any characters, `?` one."""
    return _compiled(pattern).fullmatch(value) is not None


def arn_like(value: str, pattern: str) -> bool:
    """Compare ARNs part by part, so that a wildcard never crosses a colon of the first five."""
    value_parts, pattern_parts = value.split(":", 5), pattern.split(":", 5)
    if pattern == "*":
        return True
    return len(value_parts) == len(pattern_parts) and all(map(like, value_parts, pattern_parts))


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


def _date(compare: Callable[[datetime, datetime], bool]) -> Judge:
    def judge(value: str, limit: str) -> bool:
        try:
            return compare(_as_date(value), _as_date(limit))
        except ValueError:
            return False  # as with numbers: what is no date matches nothing

    return judge


def _as_date(text: str) -> datetime:
    """Read a date as IAM does: ISO 8601, or seconds since the epoch."""
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


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
    "DateEquals": Operator(_date(datetime.__eq__)),
    "DateGreaterThan": Operator(_date(gt)),
    "DateGreaterThanEquals": Operator(_date(ge)),
    "DateLessThan": Operator(_date(lt)),
    "DateLessThanEquals": Operator(_date(le)),
    "NumericEquals": Operator(_number(Decimal.__eq__)),
    "NumericLessThan": Operator(_number(lt)),
    "NumericLessThanEquals": Operator(_number(le)),
    "NumericGreaterThan": Operator(_number(gt)),
    "NumericGreaterThanEquals": Operator(_number(ge)),
}
