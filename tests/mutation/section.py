"""Writes the section on mutation of `docs/detection-quality.md` from what `make mutation` found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from mutation.reach import reach
from mutation.reasons import REASONS
from mutation.score import Measured, Score, Survivor, load, rule_file

TITLE = "## Mutation"


def section(score: Score | None = None) -> str:
    """Tell the figure in all, by kind and by rule, and each mutant that survived with the reason why it may."""
    found = load() if score is None else score
    return f"""\
{TITLE}

Does a test fail when one condition of a detection is wrong? `make mutation` changes each in turn (a comparison, a
clause, a number, a name of a call, a filter of history, a severity, what is returned), by mutmut's operators and a few
of ours, and runs the tests of that rule. Titles, playbooks, blind spots, reasons and examples are text and data, and
are not changed; what rules share stands in `domain/` and has tests of its own.

Of {found.mutants:,} mutants {found.killed:,} were killed: **{_share(found.killed, found.mutants)}**. The goal is 90 %,
and a mutant that changes nothing anybody could see counts as a survivor here.

| what was changed | mutants | killed | |
| --- | --- | --- | --- |
{_rows(found.by_kind())}

| rule | mutants | killed | |
| --- | --- | --- | --- |
{_rows({rule: (one.killed, one.mutants) for rule, one in sorted(found.rules.items())})}

What survived, and why it may:

| where | what was | became | why no test fails |
| --- | --- | --- | --- |
{chr(10).join(_survivors(found.rules))}"""


def replace_section(page: Path) -> None:
    """Put the section into the page, in the place of the one before."""
    text = page.read_text("utf-8")
    before, _, rest = text.partition(f"\n{TITLE}\n")
    following = re.search(r"^## ", rest, re.MULTILINE)
    after = f"\n\n{rest[following.start() :]}" if following else "\n"
    page.write_text(f"{before.rstrip()}\n\n{section()}{after}", "utf-8")


def _rows(counts: Mapping[str, tuple[int, int]]) -> str:
    return "\n".join(
        f"| {name} | {made} | {killed} | {_share(killed, made)} |" for name, (killed, made) in counts.items()
    )


def _share(killed: int, made: int) -> str:
    return f"{100 * killed / made:.1f} %" if made else "-"


def _survivors(rules: Mapping[str, Measured]) -> Iterator[str]:
    for rule, one in sorted(rules.items()):
        place = reach(rule_file(rule).read_text("utf-8"))
        for survivor in one.survivors:
            where = f"{rule}.py:{place.line_of(survivor.within, survivor.below)}"
            yield f"| {where} | {_code(survivor.was)} | {_code(survivor.becomes)} | {reason(rule, survivor)} |"


def reason(rule: str, survivor: Survivor) -> str:
    """Give the reason that is written down for a survivor."""
    return REASONS.get(rule, {}).get(f"{survivor.was} -> {survivor.becomes}", "not judged yet")


def _code(text: str) -> str:
    return f"`{text.replace('|', '/')}`" if text else "nothing"
