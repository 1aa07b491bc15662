"""What to do next, behind an error that is said where nobody knows the command line; and usage in plain words."""

from __future__ import annotations

import re

_STEPS = (  # a message that ends so has no next step of its own
    (
        re.compile(r"^secret (?P<name>\S+) does not exist in this account and Region$"),
        "inventory show lists what there is",
    ),
    (re.compile(r"there is only one version, and nothing to compare it with$"), "snapshots list shows what is kept"),
    (
        re.compile(r"^secret (?P<name>\S+) has no earlier version to go back to$"),
        "snapshots list {name} shows what is kept",
    ),
    (re.compile(r"no snapshot shows a replica of it, and no call took one away$"), "name one by --to REGION"),
    (
        re.compile(r"^(?P<kind>role|user) \S+ does not exist in this account$"),
        "aws iam list-{kind}s lists what there is",
    ),
)
_OF_OURS = ("inventory ", "snapshots ")
_USAGE = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"write \1 or less"),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"write \1 or more"),
    (re.compile(r"Input should be a valid integer[^.]*"), "write a whole number"),
    (re.compile(r"Input should be a valid number[^.]*"), "write a number"),
)


def with_next_step(message: str) -> str:
    """Add what to do next to an error that does not say so."""
    for ending, step in _STEPS:
        found = ending.search(message)
        if found is not None:
            told = step.format(**found.groupdict())
            return f"{message}; {'nightlatch ' if told.startswith(_OF_OURS) else ''}{told}"
    return message


def usage_in_words(message: str) -> str:
    """Say what is wrong with a command line without words of a library."""
    for words, ours in _USAGE:
        message = words.sub(ours, message)
    return message
