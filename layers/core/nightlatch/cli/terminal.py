r"""Writes for people: names out of logs are somebody else's text, and a terminal obeys what it is sent.

A secret may be called `\x1b[2J` or `[red]`: whatever is no printable character is shown as an escape that a person can
read, and no text is ever taken for markup. Results go to stdout; progress, notes and errors go to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.text import Text

from nightlatch.cli.presentation import presentation
from nightlatch.domain.errors import Refused

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


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a function that shows what is being done: on a terminal, and only as long as it lasts."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False, no_color=not presentation().color)
    if not console.is_terminal or presentation().quiet:
        yield lambda _: None
        return
    with console.status(Text("starting")) as status:
        yield lambda text: status.update(Text(plain(text), overflow="ellipsis", no_wrap=True))
