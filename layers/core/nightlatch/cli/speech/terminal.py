r"""Writes for people: names out of logs are somebody else's text, and a terminal obeys what it is sent.

A secret may be called `\x1b[2J` or `[red]`: whatever is no printable character is shown as an escape that a person can
read, and no text is ever taken for markup. Results go to stdout; progress, notes and errors go to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import typer
from rich.console import Console
from rich.text import Text

from nightlatch.cli.speech.presentation import presentation
from nightlatch.domain.errors import Refused

if TYPE_CHECKING:
    from rich.progress import Progress

_WIDTH_OF_A_FILE = 160  # columns where the output is no terminal


def plain(text: str) -> str:
    """Show control, format and half characters as escapes: they could move the cursor or turn the reading direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def cell(text: str, style: str = "") -> Text:
    """Make a table's cell of somebody else's text."""
    return Text(plain(text), style=style, overflow="fold")


def results() -> Console:
    """Give the console for results; colours follow the terminal, NO_COLOR and --no-color."""
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False, no_color=not presentation().color)
    if not console.is_terminal:
        console.width = _WIDTH_OF_A_FILE
    return console


def say(text: str) -> None:
    """Write one line beside the result to stderr; nothing with --quiet."""
    if not presentation().quiet:
        complain(text)


def complain(text: str) -> None:
    """Write one line to stderr that must be seen: how it ended."""
    sys.stderr.write(f"{plain(text)}\n")


def confirmed(question: str) -> bool:
    """Ask a person.

    Raises:
        KeyboardInterrupt: They pressed Ctrl-C.
        Refused: Nobody is there; a script must not take that for done.
    """
    try:
        return typer.confirm(question, err=True)
    except typer.Abort as gone:
        sys.stderr.write("\n")
        if isinstance(gone.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise Refused("nobody is there to ask, and nothing was changed; add --yes to do it without asking") from None


class Show(Protocol):
    """Shows what is being done."""

    def __call__(self, text: str, *, done: int | None = None) -> None:
        """Say what, and how much of all is done by now, where that is known."""


@contextmanager
def progress(total: int | None = None) -> Iterator[Show]:
    """Give a function that shows what is being done: on a terminal, and only as long as it lasts.

    Args:
        total: How much there is to do, for a bar; where nobody knows, something turns.
    """
    console = Console(stderr=True, highlight=False, markup=False, emoji=False, no_color=not presentation().color)
    if not console.is_terminal or presentation().quiet:
        yield lambda _text, done=None: None  # noqa: ARG005 - nobody looks
        return
    with _bar(console, total) as bar:
        task = bar.add_task("starting", total=total)

        def show(text: str, *, done: int | None = None) -> None:
            bar.update(task, description=plain(text), completed=done)

        yield show


def _bar(console: Console, total: int | None) -> Progress:
    from rich.progress import (  # noqa: PLC0415 - most verbs have nothing to wait for
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column  # noqa: PLC0415

    measured = () if total is None else (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    column = TextColumn("{task.description}", markup=False, table_column=Column(overflow="ellipsis", no_wrap=True))
    return Progress(SpinnerColumn(), column, *measured, console=console, transient=True)
