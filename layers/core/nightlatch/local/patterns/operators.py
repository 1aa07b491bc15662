"""What each operator asks of a leaf: `{"prefix": "x"}`, `{"anything-but": ["x"]}`, `{"numeric": [">", 0]}` ...

Each refuses what AWS refuses, because a pattern that the stage takes and AWS does not would be found out at
deployment.

Source: aws/event-ruler, README and JsonRuleCompiler.java.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from nightlatch.local.patterns.addresses import read_address, read_range
from nightlatch.local.patterns.invalid import InvalidPattern
from nightlatch.local.patterns.texts import ignoring_case, matches_wildcard, read_wildcard
from nightlatch.local.patterns.values import Test, as_number, equals, on_number, on_text

Comparison = Callable[[float, float], bool]

_BELOW: Mapping[str, Comparison] = {"<": operator.lt, "<=": operator.le}
_ABOVE: Mapping[str, Comparison] = {">": operator.gt, ">=": operator.ge}
_PAIR = 2
_RANGE = 4


def read_operator(written: Mapping[object, object]) -> Test:
    """Read a filter with its one operator.

    Raises:
        InvalidPattern: AWS would refuse it.
    """
    if len(written) != 1:
        raise InvalidPattern("a filter has exactly one operator; write one object for each")
    ((name, operand),) = written.items()
    read = OPERATORS.get(name) if isinstance(name, str) else None
    if read is None:
        raise InvalidPattern(f"there is no operator {name!r}; write one of {', '.join(OPERATORS)}")
    return read(operand)


def _text(operand: object, name: str) -> str:
    if not isinstance(operand, str):
        raise InvalidPattern(f"{name} takes one text; write a filter for each")
    return operand


def _exactly(operand: object) -> Test:
    wanted = _text(operand, "exactly")
    return on_text(lambda text: text == wanted)


def _prefix(operand: object) -> Test:
    if isinstance(operand, Mapping):
        return on_text(re.compile(_caseless(operand, "prefix")).match)
    wanted = _text(operand, "prefix")
    return on_text(lambda text: text.startswith(wanted))


def _suffix(operand: object) -> Test:
    if isinstance(operand, Mapping):
        return on_text(re.compile(_caseless(operand, "suffix") + r"\Z").search)
    wanted = _text(operand, "suffix")
    return on_text(lambda text: text.endswith(wanted))


def _caseless(operand: Mapping[object, object], name: str) -> str:
    if set(operand) != {"equals-ignore-case"}:
        raise InvalidPattern(f"the one operator inside {name} is equals-ignore-case; write that or a text")
    return ignoring_case(_text(operand["equals-ignore-case"], "equals-ignore-case"))


def _equals_ignore_case(operand: object) -> Test:
    return on_text(re.compile(ignoring_case(_text(operand, "equals-ignore-case"))).fullmatch)


def _wildcard(operand: object) -> Test:
    pieces = read_wildcard(_text(operand, "wildcard"))
    return on_text(lambda text: matches_wildcard(pieces, text))


def _cidr(operand: object) -> Test:
    network = read_range(_text(operand, "cidr"))

    def holds(leaf: object) -> bool:
        address = read_address(leaf) if isinstance(leaf, str) else None
        return address is not None and address in network

    return holds


def _exists(operand: object) -> Test:
    if operand is not True:
        raise InvalidPattern("exists takes true or false; write it without quotation marks")
    return lambda _leaf: True


def _numeric(operand: object) -> Test:
    """Read `[">", 0, "<=", 5]`: one comparison, or a lower bound followed by an upper one."""
    if not isinstance(operand, list | tuple) or len(operand) not in (_PAIR, _RANGE):
        raise InvalidPattern('numeric takes one or two comparisons; write it like [">", 0, "<=", 5]')
    bound = _bound(operand[1])
    if len(operand) == _PAIR:
        compare = _sign(operand[0], {**_ABOVE, **_BELOW, "=": operator.eq})
        return on_number(lambda number: compare(number, bound))
    above, below, upper = _sign(operand[0], _ABOVE), _sign(operand[2], _BELOW), _bound(operand[3])
    if bound >= upper:
        raise InvalidPattern("a numeric range matches nothing unless its second number is the greater one")
    return on_number(lambda number: above(number, bound) and below(number, upper))


def _sign(operand: object, allowed: Mapping[str, Comparison]) -> Comparison:
    compare = allowed.get(operand) if isinstance(operand, str) else None
    if compare is None:
        raise InvalidPattern(f"a comparison here is one of {' '.join(allowed)}; a range has its lower bound first")
    return compare


def _bound(operand: object) -> float:
    number = as_number(operand)
    if number is None:
        raise InvalidPattern("numeric compares with numbers; write the number without quotation marks")
    return number


def _anything_but(operand: object) -> Test:
    """Read the negation of one value or of each value of a list; it holds for leaves of any other type too."""
    if isinstance(operand, Mapping):
        refused = _negated_operator(operand)
    else:
        values = operand if isinstance(operand, list | tuple) else (operand,)
        texts = all(isinstance(value, str) for value in values)
        numbers = all(as_number(value) is not None for value in values)
        if not values or not (texts or numbers):
            raise InvalidPattern("anything-but takes texts or numbers, all of one type and at least one")
        refused = tuple((_exactly if texts else equals)(value) for value in values)
    return lambda leaf: not any(test(leaf) for test in refused)


def _negated_operator(operand: Mapping[object, object]) -> tuple[Test, ...]:
    name, values = next(iter(operand.items()), (None, None))
    read = _NEGATED.get(name) if isinstance(name, str) else None
    if read is None or len(operand) != 1:
        raise InvalidPattern(f"anything-but takes exactly one operator inside; write one of {', '.join(_NEGATED)}")
    each = values if isinstance(values, list | tuple) else (values,)
    if not each or (name in ("prefix", "suffix") and "" in each):
        raise InvalidPattern(f"anything-but with {name} takes at least one text, none of them empty")
    return tuple(read(_text(value, f"anything-but with {name}")) for value in each)


OPERATORS: Mapping[str, Callable[[object], Test]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
    "exists": _exists,
    "exactly": _exactly,
}
_NEGATED = {name: OPERATORS[name] for name in ("prefix", "suffix", "equals-ignore-case", "wildcard")}
