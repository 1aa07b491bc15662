"""How suggestions look: a table with the evidence beside the piece of policy, or a policy file to fill in."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from nightlatch.cli.looks.policy_snippets import actor_lines, exemption_lines, policy_document, tier_lines
from nightlatch.cli.looks.suggestion_words import actor_evidence, exemption_evidence, tier_evidence
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.presentation import presentation
from nightlatch.cli.speech.terminal import cell, plain
from nightlatch.cli.speech.writing import write as written
from nightlatch.service.suggestions import Suggestions


def write(made: Suggestions, output: Form) -> None:
    """Write suggestions to stdout; as YAML they are a policy file to fill in."""
    if output is Form.YAML and presentation().query is None:
        sys.stdout.write(policy_document(made))
        return
    document = [{"part": part, "evidence": list(evidence), "entry": entry} for part, evidence, entry in _entries(made)]
    written(document, output, lambda: _table(made) if made.count else "nothing to suggest")


def _entries(made: Suggestions) -> Iterator[tuple[str, Sequence[str], Mapping[str, object]]]:
    expires = made.expires.isoformat()
    for actor in made.actors:
        entry: dict[str, object] = {"principal": actor.principal, "may": list(actor.may), "secrets": actor.prefix}
        yield "known_actors", actor_evidence(actor), {**entry, "expires": expires}
    for exemption in made.exemptions:
        entry = {"rule": exemption.rule, "principal": exemption.principal, "secrets": exemption.prefix}
        yield "exemptions", exemption_evidence(exemption), {**entry, "expires": expires}
    for tier in made.tiers:
        yield "inventory.tiers", tier_evidence(tier), {"names": tier.name, "tier": "crown"}


def _table(made: Suggestions) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column("part of the policy", no_wrap=True)
    table.add_column("evidence", overflow="fold", ratio=1)
    table.add_column("entry", overflow="fold", ratio=1)
    for part, evidence, entry in _rows(made):
        table.add_row(cell(part), *(_lines(some) for some in (evidence, entry)))
    return table


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
