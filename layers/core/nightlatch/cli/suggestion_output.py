"""How suggestions look: a table with the evidence beside the piece of policy, or a policy file to fill in."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import assert_never

from rich.table import Table
from rich.text import Text

from nightlatch.cli.forms import Suggesting
from nightlatch.cli.policy_snippets import actor_lines, exemption_lines, policy_document, tier_lines
from nightlatch.cli.suggestion_words import actor_evidence, exemption_evidence, tier_evidence
from nightlatch.cli.terminal import cell, plain, results
from nightlatch.service.suggestions import Suggestions


def write(made: Suggestions, output: Suggesting) -> None:
    """Write suggestions to stdout."""
    match output:
        case Suggesting.YAML:
            sys.stdout.write(policy_document(made))
        case Suggesting.TABLE:
            _write_table(made)
        case _:
            assert_never(output)


def _write_table(made: Suggestions) -> None:
    console = results()
    if not made.count:
        console.print("nothing to suggest")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column("part of the policy", no_wrap=True)
    table.add_column("evidence", overflow="fold", ratio=1)
    table.add_column("entry", overflow="fold", ratio=1)
    for part, evidence, entry in _rows(made):
        table.add_row(cell(part), *(_lines(some) for some in (evidence, entry)))
    console.print(table)


def _rows(made: Suggestions) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    for actor in made.actors:
        yield "known_actors", actor_evidence(actor), actor_lines(actor, made.expires)
    for exemption in made.exemptions:
        yield "exemptions", exemption_evidence(exemption), exemption_lines(exemption, made.expires)
    for tier in made.tiers:
        yield "inventory.tiers", tier_evidence(tier), tier_lines(tier)


def _lines(texts: Sequence[str]) -> Text:
    """Put each text on a line of its own; only these line breaks are ours."""
    first, *others = texts
    shown = cell(first)
    for text in others:
        shown.append(f"\n{plain(text)}")
    return shown
