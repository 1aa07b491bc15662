"""What `make mutation` found, kept in `score.json`: how many mutants of each rule were made, and which were not killed.

Each rule stands there with digests of what decides in its file and of its tests, so that whoever changes either sees
that the figure is old, and `make mutation` measures that rule again and no other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mutation.reach import digest_of, reach

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RULES = ROOT / "layers" / "core" / "nightlatch" / "detections"
TESTS = ROOT / "tests" / "detections"
SCORE = HERE / "score.json"
_MAKERS = ("operators.py", "reach.py", "trial.py")  # what makes mutants and tries them


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A mutant that no test found: where it stands (a name of the module, lines below it), and what it changes."""

    within: str
    below: int
    column: int
    kind: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found of one rule."""

    code: str
    tests: str
    made: Mapping[str, int]  # by kind
    survivors: tuple[Survivor, ...] = ()

    @property
    def mutants(self) -> int:
        """Count all mutants."""
        return sum(self.made.values())

    @property
    def killed(self) -> int:
        """Count those that some test found."""
        return self.mutants - len(self.survivors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What was found of all rules, by their modules' names."""

    makers: str
    rules: Mapping[str, Measured] = field(default_factory=dict)

    @property
    def mutants(self) -> int:
        """Count all mutants."""
        return sum(one.mutants for one in self.rules.values())

    @property
    def killed(self) -> int:
        """Count those that some test found."""
        return sum(one.killed for one in self.rules.values())

    def by_kind(self) -> Mapping[str, tuple[int, int]]:
        """Count killed and all mutants of each kind."""
        made: Counter[str] = Counter()
        lost = Counter(survivor.kind for one in self.rules.values() for survivor in one.survivors)
        for one in self.rules.values():
            made.update(one.made)
        return {kind: (count - lost[kind], count) for kind, count in made.items()}

    def stale(self, rule: str) -> bool:
        """Tell whether a rule, its tests or the makers of mutants have changed since it was measured."""
        found = self.rules.get(rule)
        return found is None or self.makers != makers() or (found.code, found.tests) != digests(rule)


def rules() -> list[str]:
    """Name every rule's module."""
    return sorted(file.stem for file in RULES.glob("[!_]*.py"))


def rule_file(rule: str) -> Path:
    """Give the file of a rule."""
    return RULES / f"{rule}.py"


def tests_of(rule: str) -> Path:
    """Give the tests of a rule."""
    return TESTS / f"test_{rule}.py"


def digests(rule: str) -> tuple[str, str]:
    """Digest what decides in a rule, and its tests."""
    return reach(rule_file(rule).read_text("utf-8")).digest, digest_of(tests_of(rule))


def makers() -> str:
    """Digest what makes mutants and tries them."""
    return "-".join(digest_of(HERE / name) for name in _MAKERS)


def load(file: Path = SCORE) -> Score:
    """Read what was found; nothing where it was never measured."""
    if not file.exists():
        return Score(makers="")
    content = json.loads(file.read_text("utf-8"))
    measured = {
        rule: Measured(**{**found, "survivors": tuple(Survivor(**one) for one in found["survivors"])})
        for rule, found in content["rules"].items()
    }
    return Score(makers=content["makers"], rules=measured)


def save(score: Score, file: Path = SCORE) -> None:
    """Write what was found, the rules in order of their names."""
    content = {"makers": score.makers, "rules": {rule: asdict(score.rules[rule]) for rule in sorted(score.rules)}}
    file.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
