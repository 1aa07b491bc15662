"""What is wrong with a value, in the words of whoever writes a policy: no type of Python, and never the value itself.

Source: pydantic 2.13, errors/validation_errors (the kinds of errors and what each tells in its context). A kind that
stands in no table is said in general words; our own complaints carry no `url` and say what they have to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

_A_LIST = "write a list, such as [a, b]"
_A_MAP = "write keys and values here"
_A_TEXT = "write a text, in quotes where it is all digits"
_A_NUMBER = "write a whole number, without quotes"
_A_MOMENT = "write a date, 2027-01-31, or a time with its zone, 2027-01-31T20:00:00Z"
_YES_NO = "write true or false"
_WORDS: Mapping[str, str] = {
    "missing": "is missing, and needed here",
    **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type", "iterable_type"), _A_LIST),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "mapping_type"), _A_MAP),
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode"), _A_TEXT),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"), _A_NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _YES_NO),
    **dict.fromkeys(
        (
            *("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
            *("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
            *("timezone_naive", "timezone_aware", "timezone_offset", "time_type", "time_parsing"),
        ),
        _A_MOMENT,
    ),
    "set_item_not_hashable": "write a text here, not a list or keys and values",
    "invalid_key": "write every key as a text",
}
_NUMBERS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("ge", "write {} or more"),
    "less_than_equal": ("le", "write {} or less"),
    "greater_than": ("gt", "write more than {}"),
    "less_than": ("lt", "write less than {}"),
    "string_too_long": ("max_length", "write at most {} characters"),
    "too_long": ("max_length", "write at most {} entries"),
}
_PATTERNS: Mapping[str, str] = {  # a pattern says nothing to who does not read them
    "^[UW]": "write a Slack user id, such as U01ANA2BC: in Slack, profile, copy member ID",
    "^[CG]": "write a Slack channel id, such as C01ABC2DE: in Slack, at the end of the channel's details",
    r"^\d{12}": "write an account id of twelve digits, in quotes",
    "^arn:[\\w-]+:secretsmanager:": "write a secret's full ARN, with the six characters that AWS puts at its end",
    "^arn:[\\w-]+:(iam|sts)": "write the ARN of a user, a role or a session",
    "^arn:": "write an ARN, such as arn:aws:lambda:eu-west-1:111122223333:function:rotate-db",
}
_GENERAL = "is not what belongs here; see docs/configuration.md"
_QUOTED = re.compile(r"'([^']*)'")


def in_words(detail: Mapping[str, Any]) -> str:
    """Say what is wrong with a value, and what to write instead."""
    kind, context = detail["type"], detail.get("ctx", {})
    if "url" not in detail:  # ours
        return str(detail["msg"])
    if kind in _WORDS:
        return _WORDS[kind]
    if kind in _NUMBERS:
        name, words = _NUMBERS[kind]
        return words.format(context.get(name))
    special = _SPECIAL.get(kind)
    return special(detail, context) if special is not None else _GENERAL


def kind_of(value: object) -> str:
    """Say what somebody wrote, without the value."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case list() | tuple() | set():
            return "a list"
        case _:
            return "something else"


def _choice(detail: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """Name what may be written, and the nearest to what was."""
    expected = str(context.get("expected", ""))
    if not _QUOTED.search(expected):
        return f"write {expected}"
    written = detail.get("input")
    near = get_close_matches(written.lower(), _QUOTED.findall(expected), n=1) if isinstance(written, str) else []
    return f"write {expected}{f'; did you mean {near[0]!r}?' if near else ''}"


def _too_short(_detail: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    least = context.get("min_length", 1)
    return "must not be empty" if least == 1 else f"write at least {least}"


def _pattern(_detail: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    pattern = str(context.get("pattern", ""))
    return next((words for begin, words in _PATTERNS.items() if pattern.startswith(begin)), _GENERAL)


_SPECIAL: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "literal_error": _choice,
    "enum": _choice,
    "too_short": _too_short,
    "string_too_short": _too_short,
    "string_pattern_mismatch": _pattern,
}
