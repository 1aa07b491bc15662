"""How one leaf of an event is asked: is it this value, does it hold for a text, does it hold for a number.

A leaf is a text, a number, true, false or null. Types are never mixed: "1" is not 1, and 1 is not true. Numbers
are compared as doubles, so 1, 1.0 and 1e0 are one number, and two integers beyond 2**53 may be one too, as they
are for the engine.

Source: aws/event-ruler, pull request 188 of 2024 (the full range of doubles), and its recorded answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from nightlatch.local.patterns.addresses import read_address
from nightlatch.local.patterns.invalid import InvalidPattern

Test = Callable[[object], bool]


def as_number(leaf: object) -> float | None:
    """Read a JSON number; None for every other leaf, true and false included."""
    if isinstance(leaf, bool) or not isinstance(leaf, int | float):
        return None
    try:
        return float(leaf)
    except OverflowError:
        return math.inf if leaf > 0 else -math.inf


def on_text(holds: Callable[[str], object]) -> Test:
    """Ask a question of texts; it does not hold for any other leaf."""
    return lambda leaf: isinstance(leaf, str) and bool(holds(leaf))


def on_number(holds: Callable[[float], bool]) -> Test:
    """Ask a question of numbers; it does not hold for any other leaf."""

    def test(leaf: object) -> bool:
        number = as_number(leaf)
        return number is not None and holds(number)

    return test


def equals(wanted: object) -> Test:
    """Ask for one value; an IP address is also found in its other spellings.

    Raises:
        InvalidPattern: The value is an array or of no type that JSON has.
    """
    if isinstance(wanted, str):
        address = read_address(wanted)
        if address is not None:
            return on_text(lambda text: read_address(text) == address)
        return lambda leaf: isinstance(leaf, str) and leaf == wanted
    if wanted is None or isinstance(wanted, bool):
        return lambda leaf: leaf is wanted
    number = as_number(wanted)
    if number is None:
        raise InvalidPattern("an array holds texts, numbers, true, false, null and filters; write one of these")
    return on_number(lambda leaf: leaf == number)
