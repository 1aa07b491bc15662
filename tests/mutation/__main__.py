"""Measures the rules that have changed: `python -m mutation docs/detection-quality.md [rule ...]`, by `make mutation`.

A rule named on the command line is measured in any case. A rule is written down as soon as it is measured, so that a
run which is broken off has lost nothing.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from mutation.operators import Mutant, mutants
from mutation.reach import Reach, reach
from mutation.score import Measured, Score, Survivor, digests, load, makers, rule_file, rules, save
from mutation.section import replace_section
from mutation.trial import survivors


def main() -> None:
    """Bring the score and the page up to date."""
    page, *named = sys.argv[1:]
    for rule in named or rules():
        score = load()
        if named or score.stale(rule):
            started = time.monotonic()
            measured = _measured(rule)
            kept = {name: one for name, one in score.rules.items() if name in rules() and score.makers == makers()}
            save(Score(makers=makers(), rules={**kept, rule: measured}))
            told = f"{measured.killed} of {measured.mutants} killed, {time.monotonic() - started:.0f} s"
            sys.stdout.write(f"{rule}: {told}\n")
            sys.stdout.flush()
    replace_section(Path(page))
    score = load()
    sys.stdout.write(f"{score.killed} of {score.mutants} killed; {page} written\n")


def _measured(rule: str) -> Measured:
    source = rule_file(rule).read_text("utf-8")
    reached = reach(source)
    made = list(mutants(source, reached.lines))
    code, tests = digests(rule)
    left = sorted(survivors(rule, made), key=lambda mutant: (mutant.line, mutant.column))
    return Measured(
        code=code,
        tests=tests,
        made=dict(Counter(mutant.kind for mutant in made)),
        survivors=tuple(_survivor(mutant, reached) for mutant in left),
    )


def _survivor(mutant: Mutant, reached: Reach) -> Survivor:
    within, below = reached.place_of(mutant.line)
    return Survivor(
        within=within,
        below=below,
        column=mutant.column,
        kind=mutant.kind,
        was=mutant.was,
        becomes=mutant.becomes,
    )


if __name__ == "__main__":
    main()
