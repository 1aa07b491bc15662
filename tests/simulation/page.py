"""Writes `docs/detection-quality.md` from the figures: how good the detections are, measured and not hoped for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mutation.section import section
from nightlatch.domain.judging.findings import Finding
from nightlatch.domain.judging.rules import Detection
from simulation.figures import Count, Counts, of_attacks, of_benign_days, of_cases, of_examples
from simulation.life import Form
from simulation.played import Caught, Played, day_of
from simulation.real_records import RealCase
from simulation.told_stories import StoryCase

_MADE = (
    "<!-- Made by `make quality` from a simulated month: change the detections or the simulation, not this page. -->"
)
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All that the page tells of."""

    benign: Played  # without attacks
    attacked: Played
    stories: Sequence[StoryCase]
    real: Sequence[RealCase]


def page(measured: Measured, rules: Sequence[Detection]) -> str:
    """Write the page."""
    return f"""\
{_MADE}

# Detection quality

What follows is measured by the real parser, the real rules and the real pipeline, in memory. The simulation lives in
`tests/simulation`; it draws nothing by chance, so that the same code gives the same page.

{_setting(measured)}

## What benign life wakes people with

Open findings of MEDIUM or above, without any attack. The goal is at most one a week once the learning is over.

{_weeks(measured.benign)}

{_rate(measured.benign)}

{_false(measured.benign.false)}

Besides, the daily digest of the days after the learning had {_noted(measured.benign)}.

## Whether attacks are told

Each attack is played once into the same life. The goal is that every rule named here tells of it.

{_attacks(measured.attacked.caught)}

## Each detection

A case is one example of the rule, one attack, one loud finding of benign life after the learning, one telling of a
story of the design (as it stands, shuffled, every record twice, in other words, cut into batches, by two handlers), or
one file of real records. *Right* were told and true, *false* told and not true, *missed* true and not told. Precision
is right by all told, recall right by all true; over so few cases they show what is broken, not what is rare.

{_detections(measured, rules)}

{section()}
"""


def _setting(measured: Measured) -> str:
    form, org = measured.benign.form, measured.benign.form.organisation
    rows = {
        "simulated": f"{form.days} days, the first {form.learning} of them learning",
        "the organisation": f"{len(org.everything)} secrets, {org.principals} principals, and those of deployments",
        "judged without attacks": f"{measured.benign.events:,} events; {_refresh(form)}",
        "judged with attacks": f"{measured.attacked.events:,} events; {_refresh(measured.attacked.form)}",
        "stories": f"{len({case.story for case in measured.stories})}, in {len(measured.stories)} tellings",
        "real records": _real(measured.real),
    }
    return _table(("", ""), list(rows.items()))


def _refresh(form: Form) -> str:
    """Say how often the operator refreshes, and where that is coarser than life."""
    learning = f" (every {form.refresh_min_learning} while learning)"
    coarser = learning if form.refresh_min_learning != form.refresh_min else ", on all days"
    return f"External Secrets reads {form.organisation.refreshed} of them every {form.refresh_min} min{coarser}"


def _real(cases: Sequence[RealCase]) -> str:
    if not cases:
        return "none: NIGHTLATCH_RECORDS did not name their folder"
    return f"{sum(case.records for case in cases)} in {len(cases)} files; the attacked functions stand in an inventory"


def _weeks(benign: Played) -> str:
    form = benign.form
    marks = [*range(0, form.learning, _WEEK), *range(form.learning, form.days, _WEEK), form.days]
    rows = []
    for begin, end in pairwise(marks):
        some = benign.false_in(begin, end)
        when = "learning" if begin < form.learning else "judging"
        rows.append((f"{begin + 1} to {end}", when, str(len(some)), _by_rule(some)))
    return _table(("days", "", "findings", "by rule"), rows)


def _rate(benign: Played) -> str:
    days = benign.form.days - benign.form.learning
    count = len(benign.false_in(benign.form.learning, benign.form.days))
    return f"Once the learning was over, that is {count * _WEEK / days:.1f} a week, {count / days:.2f} a day."


def _by_rule(findings: Iterable[Finding]) -> str:
    return ", ".join(f"{rule} {count}" for rule, count in sorted(Counter(f.rule for f in findings).items())) or "none"


def _false(findings: Sequence[Finding]) -> str:
    if not findings:
        return "There were none."
    rows = [(str(day_of(f) + 1), f.rule, f.severity.value, f.title, f.reason) for f in findings]
    return _table(("day", "rule", "severity", "what it said", "why"), rows)


def _noted(benign: Played) -> str:
    listed = [f"{count} lines of {rule}" for rule, count in sorted(benign.noted.items())]
    return ", ".join(listed) or "nothing"


def _attacks(caught: Sequence[Caught]) -> str:
    rows = []
    for one in caught:
        must = [f"{rule} {_told(one, rule)}" for rule in sorted(one.attack.must)]
        others = [f"{rule} {one.told[rule].value}" for rule in sorted(set(one.told) - one.attack.must)]
        verdict = "missed" if one.missed else "caught"
        rows.append((str(one.day + 1), one.attack.name, verdict, "; ".join(must), "; ".join(others) or "-"))
    return _table(("day", "attack", "", "had to tell", "told too"), rows)


def _told(one: Caught, rule: str) -> str:
    return one.told[rule].value if rule in one.told else "**nothing**"


def _detections(measured: Measured, rules: Sequence[Detection]) -> str:
    loud = [finding for finding in measured.benign.false if day_of(finding) >= measured.benign.form.learning]
    sources = (
        of_examples(rules),
        of_attacks(measured.attacked.caught),
        of_benign_days(loud),
        of_cases(measured.stories),
        of_cases(measured.real),
    )
    heads = ("rule", "examples", "attacks", "benign days", "stories", "real records", "precision", "recall")
    return _table(heads, [_row(rule, sources) for rule in rules])


def _row(rule: Detection, sources: Sequence[Counts]) -> tuple[str, ...]:
    counts = [source.get(rule.id, Count()) for source in sources]
    total = sum(counts, Count())
    name = f"[{rule.id}](runbooks/{rule.id}.md)"
    return (name, *map(_shown, counts), _share(total.precision), _share(total.recall))


def _shown(count: Count) -> str:
    named = (("right", count.right), ("false", count.false), ("missed", count.missed))
    return ", ".join(f"{number} {name}" for name, number in named if number) or "-"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
