"""What the command line offers, as a page: the very help of every verb, so that page and program cannot differ."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from nightlatch.cli.speech.exit_codes import MEANINGS

_MADE = "<!-- Made by `make docs` from `nightlatch --help`: change the verb, not this page. -->"
_FORMS = """## Forms

Results go to stdout; progress, notes and errors go to stderr. A table is drawn on a terminal; elsewhere each row is a
line with tabs between its cells. `--output json|yaml|csv` writes the same as a document, whose fields stay as they are,
and `--query` takes a part of it (JMESPath, as awscli's). A CSV cell that a spreadsheet would run begins with an
apostrophe.

`--no-color` (or `NO_COLOR`), `--quiet` and `--verbose` may stand anywhere. `nightlatch --install-completion` teaches
your shell the verbs, the rules, and behind `--local` the secrets of the stage. Ctrl-C ends with 130."""
_WIDTH = 100  # columns, whatever the terminal is


def command_page(root: Any) -> str:
    """Write the page of a command and of every verb below it; hidden verbs stay hidden.

    Args:
        root: The command that Typer made; its class belongs to the library that Typer carries inside.
    """
    sections = (f"## {context.command_path}\n\n{_help(context)}" for context in _walk(root))
    opening = (
        "What each verb does and takes. A verb that needs a nightlatch talks to the deployed stack with your own AWS "
        "credentials, or with `--local` to the stage that `nightlatch up` keeps open."
    )
    return "\n\n".join((_MADE, "# The command line", opening, _FORMS, _exit_codes(), *sections)) + "\n"


def _exit_codes() -> str:
    rows = [f"| {code} | {meaning.word} | {meaning.sentence} |" for code, meaning in MEANINGS.items()]
    return "\n".join(["## Exit codes", "", "| code | in a word | what it says |", "| --- | --- | --- |", *rows])


def verbs(root: Any) -> dict[str, frozenset[str]]:
    """Give every verb that is shown, by its whole path, with its options."""
    return {context.command_path: _options(context.command) for context in _walk(root)}


def _options(command: Any) -> frozenset[str]:
    return frozenset(name for shown in command.params for name in shown.opts if name.startswith("-"))


def _walk(command: Any, parent: Any = None, name: str = "nightlatch") -> Iterator[Any]:
    # Resilient, so that nothing is run and no argument is missed: only the help is wanted.
    context = command.make_context(name, [], parent=parent, resilient_parsing=True, terminal_width=_WIDTH)
    yield context
    for verb_name, verb in getattr(command, "commands", {}).items():
        if not verb.hidden:
            yield from _walk(verb, context, verb_name)


def _help(context: Any) -> str:
    lines = inspect.cleandoc(context.get_help()).splitlines()
    return "```text\n" + "\n".join(line.rstrip() for line in lines) + "\n```"
