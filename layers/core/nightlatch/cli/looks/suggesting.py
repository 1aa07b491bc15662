"""Runs a suggestion: reads the files into memory, has them judged and counted, writes what might go into a policy."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from nightlatch.adapters.records.log_files import read_records
from nightlatch.cli.looks.hunting import ports_in_memory
from nightlatch.cli.looks.reading import files_below, list_unread, numbers, shown
from nightlatch.cli.looks.suggestion_output import write
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import progress, say
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.service.intake import Item, readable_by
from nightlatch.service.suggest import suggest
from nightlatch.service.suggestions import Suggestions


def run(paths: tuple[Path, ...], history: tuple[Path, ...] | None, output: Form) -> ExitCode:
    """Write the suggestions to stdout and the account of them to stderr."""
    wanted = readable_by(CATALOGUE)
    begun = count()
    with progress(files_below(*paths, *(history or ()))) as show:

        def read(some: tuple[Path, ...], doing: str) -> list[Item]:
            return list(read_records(some, wanted=wanted, begun=shown(show, doing, begun)))

        suggestions = suggest(
            read(paths, "reading"),
            rules=CATALOGUE,
            ports=ports_in_memory(Inventory()),
            history=None if history is None else read(history, "learning from"),
        )
    write(suggestions, output)
    _give_account(suggestions)
    return ExitCode.PARTIAL if suggestions.is_partial else ExitCode.CLEAN


def _give_account(made: Suggestions) -> None:
    if made.learnt is not None:
        list_unread(made.learnt)
        say(f"history: {numbers(made.learnt)}")
    list_unread(made.judged)
    if made.stay:
        say(f"{made.stay} findings come as often and are left to you: they have no harmless routine, or no name prefix")
    kinds = f"actors={len(made.actors)} tiers={len(made.tiers)} exemptions={len(made.exemptions)}"
    say(f"{numbers(made.judged)} {kinds}")
