"""How one run of the command line speaks: with or without colour, how much of it, and which part of a document.

There is one command line per process; `run` begins it anew each time. The flags may stand anywhere in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Protocol

import typer


class Expression(Protocol):
    """A JMESPath expression that was understood."""

    def search(self, document: object) -> Any:
        """Give the part of the document that it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How this run speaks."""

    color: bool = True
    quiet: bool = False
    verbose: bool = False
    query: Expression | None = None


_CURRENT: ContextVar[Presentation] = ContextVar("presentation", default=Presentation())  # noqa: B039 - it is frozen
_FLAGS = ("--no-color", "--quiet", "--verbose")


def presentation() -> Presentation:
    """Give how this run speaks."""
    return _CURRENT.get()


@contextmanager
def speaking(flags: Sequence[str], environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Speak as the flags say, until the end of the block."""
    color = "--no-color" not in flags and not environ.get("NO_COLOR")
    token = _CURRENT.set(Presentation(color=color, quiet="--quiet" in flags, verbose="--verbose" in flags))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def flags_in(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take the flags that every verb takes out of a command line; what follows `--` is left alone."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    flags = [one for one in arguments[:end] if one in _FLAGS]
    return flags, [one for one in arguments[:end] if one not in _FLAGS] + list(arguments[end:])


def ask_for(expression: str | None) -> str | None:
    """Keep a JMESPath expression for whatever is written in this run.

    Raises:
        BadParameter: It is none.
    """
    if expression is not None:
        import jmespath  # noqa: PLC0415 - it comes with botocore, and --help must not wait for it

        try:
            compiled = jmespath.compile(expression)
        except jmespath.exceptions.JMESPathError as error:
            said = str(error).split("\n", 1)[0]
            raise typer.BadParameter(
                f"no JMESPath expression ({said}); one reads [].id, or [?severity=='HIGH']"
            ) from None
        _CURRENT.set(replace(_CURRENT.get(), query=compiled))
    return expression
