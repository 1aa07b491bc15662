"""How rules look: the list, the explanation, and the outcome of their examples."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches

from rich.table import Table

from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, plain, say
from nightlatch.cli.speech.writing import write
from nightlatch.detections import CATALOGUE
from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.events import EventName
from nightlatch.domain.judging.rules import Detection
from nightlatch.service.rule_examples import failed_examples


def write_list(output: Form) -> ExitCode:
    """Write every rule."""
    write([as_fields(rule) for rule in CATALOGUE], output, _table)
    return ExitCode.CLEAN


def _table() -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("rule", "catalogue", "severity", "technique"):
        table.add_column(heading, no_wrap=True)
    table.add_column("title", overflow="fold")
    for rule in CATALOGUE:
        techniques = ", ".join(rule.techniques)
        table.add_row(*map(cell, (rule.id, rule.catalogue, rule.severity.value, techniques, rule.title)))
    return table


def as_fields(rule: Detection) -> dict[str, object]:
    """Give a rule as JSON fields; `practice` is the section of the best-practices page, for checks only."""
    return {
        "id": rule.id,
        "catalogue": rule.catalogue,
        "kind": "detection",
        "practice": None,
        "title": rule.title,
        "severity": rule.severity.value,
        "technique": list(rule.techniques),
        "event_names": sorted({_named(name) for name in rule.event_names}),
    }


def write_explanation(name: str) -> ExitCode:
    """Write all that a rule says of itself.

    Raises:
        NotFound: There is no such rule.
    """
    rule = find_rule(name)
    lines = [
        f"{rule.id} ({rule.catalogue}): {rule.title}",
        f"severity   {rule.severity.value}",
        f"technique  {', '.join(rule.techniques) or 'none'}",
        f"events     {', '.join(sorted(_named(name) for name in rule.event_names))}",
        "",
        f"What it cannot see: {rule.blind_spots}",
        "",
        f"What to do: {rule.playbook}",
        "",
        "Examples:",
        *(f"  {'fires ' if example.fires else 'silent'}  {example.name}" for example in rule.examples),
    ]
    # Only a rule's own line breaks are line breaks.
    sys.stdout.writelines(f"{plain(part)}\n" for line in lines for part in line.split("\n"))
    return ExitCode.CLEAN


def write_test(names: Sequence[str]) -> ExitCode:
    """Run examples and write how each rule did.

    Raises:
        NotFound: There is no such rule.
    """
    rules = [find_rule(name) for name in names] or list(CATALOGUE)
    wrong = 0
    for rule in rules:
        failed = failed_examples(rule)
        wrong += len(failed)
        sys.stdout.write(f"{'ok    ' if not failed else 'failed'}  {rule.id}  {len(rule.examples)} examples\n")
        for example, what in failed:
            sys.stdout.write(f"        {plain(example.name)}: {plain(what)}\n")
    examples = sum(len(rule.examples) for rule in rules)
    say(f"rules={len(rules)} examples={examples} failed={wrong}")
    return ExitCode.ERROR if wrong else ExitCode.CLEAN


def find_rule(name: str) -> Detection:
    """Find a rule by id or catalogue number, in any case.

    Raises:
        NotFound: There is none; the message names the nearest.
    """
    wanted = name.lower()
    for rule in CATALOGUE:
        if wanted in {rule.id.lower(), rule.catalogue.lower()}:
            return rule
    near = get_close_matches(wanted, [rule.id for rule in CATALOGUE], n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "see nightlatch rules list"
    raise NotFound(f"no rule is called {name}; {hint}")


def _named(name: EventName) -> str:
    return f"{name.name}*" if name.is_prefix else name.name
