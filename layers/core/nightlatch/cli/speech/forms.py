"""The forms in which a verb writes what it found, and the part that `--query` takes; `writing.py` draws them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Annotated

import typer

from nightlatch.cli.speech.presentation import ask_for


class Output(StrEnum):
    """Forms of findings, which may be many: jsonl is one of them in each line."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    ASFF = "asff"  # for Security Hub, a finding in each line
    OCSF = "ocsf"  # for data lakes, the same
    YAML = "yaml"
    CSV = "csv"


class Form(StrEnum):
    """Forms of everything else."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"


_Query = Annotated[
    str | None,
    typer.Option(
        "--query",
        metavar="JMESPATH",
        callback=ask_for,
        help="Only this part of the result, as awscli's --query; a table becomes JSON.",
    ),
]


def shows(verb: Callable[..., int]) -> Callable[..., int]:
    """Give a verb that shows a document the option `--query`: whoever writes the document asks for its part."""
    taken = inspect.signature(verb, eval_str=True)
    query = inspect.Parameter("query", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_Query)

    @wraps(verb)
    def asked(*arguments: object, query: str | None = None, **options: object) -> int:
        del query  # kept by `ask_for`
        return verb(*arguments, **options)

    asked.__signature__ = taken.replace(parameters=[*taken.parameters.values(), query])  # type: ignore[attr-defined]
    asked.__annotations__ = {name: one.annotation for name, one in taken.parameters.items()} | {
        "query": _Query,
        "return": int,
    }
    return asked
