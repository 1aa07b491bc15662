"""Commands in what is said, with the place that the person named: so that they can be pasted as they stand.

What a plan says, or why something is refused, is written where nobody knows how the command line was called. Where the
person named a stage, stack, profile or Region, each command that takes them is shown with the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

PLACED = frozenset(
    {
        "allow",
        "approve",
        "audit",
        "canary fire",
        "canary list",
        "canary plant",
        "canary remove",
        "console",
        "contain",
        "costs",
        "diff",
        "doctor",
        "guard apply",
        "guard plan",
        "guard remove",
        "incidents list",
        "incidents show",
        "inventory refresh",
        "inventory show",
        "mute",
        "ours",
        "pause",
        "policy diff",
        "policy push",
        "policy show",
        "references",
        "replay",
        "replicate-again",
        "rescue-key",
        "restore",
        "resume",
        "rollback",
        "snapshots list",
        "snapshots prune",
        "snapshots purge",
        "snapshots show",
        "snapshots take",
        "snapshots verify",
        "snooze",
        "who",
    }
)
_COMMAND = re.compile(rf"\bnightlatch (?:{'|'.join(sorted(PLACED, reverse=True))})(?![\w-])")


def placed(text: str, options: str) -> str:
    """Give a text whose commands name the place, too; one that names it already stays as it is.

    Args:
        text: What is to be said.
        options: As `Where.options` writes them.
    """
    if not options or options in text:
        return text
    return _COMMAND.sub(lambda found: f"{found[0]}{options}", text)


def place_in(arguments: Sequence[str]) -> str:
    """Give the options of a command line that name the place, as they were written."""
    from nightlatch.reach.where import Where  # noqa: PLC0415 - it loads boto3, and not every error needs it

    named: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        name, is_joined, value = argument.partition("=")
        if name in {"--stack", "--profile", "--region"}:
            named[name.removeprefix("--")] = value if is_joined else next(rest, "")
    return Where(local="--local" in arguments, **named).options if named or "--local" in arguments else ""
