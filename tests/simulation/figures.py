"""Precision and recall of each detection over all the cases there are, counted from what was told and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nightlatch.domain.judging.findings import Finding
from nightlatch.domain.judging.rules import Detection, detect
from simulation.played import Caught


@dataclass(frozen=True, slots=True)
class Count:
    """How often a rule was right to tell, wrong to tell, and wrong to say nothing."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> float | None:
        """The share of what was told that was true; None where nothing was told."""
        told = self.right + self.false
        return self.right / told if told else None

    @property
    def recall(self) -> float | None:
        """The share of what was true that was told; None where there was nothing to tell."""
        true = self.right + self.missed
        return self.right / true if true else None


Counts = Mapping[str, Count]  # by rule


class Case(Protocol):
    """Something judged whole, the rules that had to tell of it, and those that did."""

    @property
    def must(self) -> frozenset[str]:
        """The rules that had to tell."""

    @property
    def told(self) -> frozenset[str]:
        """The rules that told."""


def of_examples(rules: Iterable[Detection]) -> Counts:
    """Judge the examples of each rule: one case each."""
    return {rule.id: _of_examples(rule) for rule in rules}


def _of_examples(rule: Detection) -> Count:
    count = Count()
    for example in rule.examples:
        told = bool(detect(example.event, example.baseline, (rule,))[0])
        count += _of_case(must=example.fires, told=told)
    return count


def of_attacks(caught: Sequence[Caught]) -> Counts:
    """Count each attack once for each rule: those that had to tell, and those that told what is not so."""
    total = Counter[tuple[str, str]]()
    for one in caught:
        total.update((rule, "right") for rule in one.attack.must - one.missed)
        total.update((rule, "missed") for rule in one.missed)
        total.update((rule, "false") for rule in one.wrong)
    return _by_rule(total)


def of_benign_days(false: Sequence[Finding]) -> Counts:
    """Count every loud finding of benign life as a false one."""
    return _by_rule(Counter((finding.rule, "false") for finding in false))


def of_cases(cases: Iterable[Case]) -> Counts:
    """Count each case once for each rule: a file of real records, or a telling of a story."""
    total = Counter[tuple[str, str]]()
    for case in cases:
        total.update((rule, "right") for rule in case.must & case.told)
        total.update((rule, "missed") for rule in case.must - case.told)
        total.update((rule, "false") for rule in case.told - case.must)
    return _by_rule(total)


def _of_case(*, must: bool, told: bool) -> Count:
    return Count(right=int(must and told), false=int(told and not must), missed=int(must and not told))


def _by_rule(total: Counter[tuple[str, str]]) -> Counts:
    rules = {rule for rule, _ in total}
    return {rule: Count(**{how: total[rule, how] for how in ("right", "false", "missed")}) for rule in rules}
