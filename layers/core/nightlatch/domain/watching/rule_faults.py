"""How a rule of ours differs from what the template says, each difference by itself: none of them hides another one.

Each is named by keys that stay the same as long as it lasts, so that it is news once and a further one is news again.
What is said of it is in our own words: a pattern, a schedule or an ARN that somebody else wrote is never repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from nightlatch.domain.watching.patterns import BESIDES, lost_of
from nightlatch.domain.watching.stack_rules import ALL_EVENTS, DISABLED, RuleWanted, TargetWanted

_SHOWN = 3  # a few names say which


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSeen:
    """A target as EventBridge has it; `given` is what it gets instead of the event, None where that is made of it."""

    arn: str
    given: str | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSeen:
    """A rule of ours as EventBridge has it; `state` is None where it is not there."""

    logical_id: str
    name: str
    state: str | None = None
    pattern: Mapping[str, object] | None = None  # None for a schedule
    schedule: str = ""
    targets: tuple[TargetSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which something is not as it must be: what is lost, and what is said of it."""

    lost: tuple[str, ...]
    said: str


def differences(rule: RuleSeen, wanted: RuleWanted, homes: Mapping[str, str]) -> Iterator[Difference]:
    """Name every difference that keeps something from us, or hands it to somebody else.

    Args:
        rule: What stands.
        wanted: What the template says.
        homes: The ARN of each part of the stack that a rule may hand its events to, by logical id.
    """
    if rule.state is None:
        yield Difference(("gone",), "is gone")
        return
    if rule.state == DISABLED:
        yield Difference((DISABLED,), "is disabled")
    elif wanted.state == ALL_EVENTS != rule.state:
        yield Difference((rule.state,), f"lets no reads through in its state {rule.state}")
    if rule.schedule != wanted.schedule:
        said = f"no longer keeps its schedule {wanted.schedule}" if wanted.schedule else "has got a schedule"
        yield Difference(("schedule",), said)
    yield from _narrowed(rule, wanted)
    yield from _mistargeted(rule.targets, wanted.targets, homes)


def _narrowed(rule: RuleSeen, wanted: RuleWanted) -> Iterator[Difference]:
    if wanted.pattern is None:
        return
    lost = lost_of(wanted.pattern, rule.pattern) if rule.pattern is not None else (BESIDES,)
    names = [name for name in lost if name != BESIDES]
    if names:
        said = f"no longer lets {listed(names)} through"
        yield Difference(tuple(f"lets {name}" for name in names), said)
    if BESIDES in lost:
        yield Difference(("asks",), "asks for more than it should, and so lets less through")


def _mistargeted(
    seen: Sequence[TargetSeen], wanted: Sequence[TargetWanted], homes: Mapping[str, str]
) -> Iterator[Difference]:
    if not seen:
        yield Difference(tuple(f"target {one.part}" for one in wanted), "has no target")
        return
    for one in wanted:
        reached = [target for target in seen if _is_same(target.arn, homes.get(one.part, ""))]
        if not reached:
            yield Difference((f"target {one.part}",), f"hands nothing to {one.part}")
        elif any(target.given != one.given for target in reached):
            yield Difference((f"given {one.part}",), f"hands something else to {one.part} than what it should")
    ours = [homes.get(one.part, "") for one in wanted]
    strangers = sorted({target.arn for target in seen if not any(_is_same(target.arn, home) for home in ours)})
    if strangers:
        marks = tuple(f"stranger {sha256(arn.encode()).hexdigest()[:8]}" for arn in strangers)
        yield Difference(marks, f"hands its events to {counted(len(strangers), 'target')} that the template has not")


def _is_same(arn: str, home: str) -> bool:
    """Compare two ARNs without their partition, which nothing of ours tells."""
    return bool(home) and arn.split(":")[2:] == home.split(":")[2:]


def listed(names: Collection[str]) -> str:
    """Say a few names, and how many more there are."""
    shown = list(names)[:_SHOWN]
    return f"{', '.join(shown)} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ", ".join(shown)


def counted(number: int, what: str) -> str:
    """Say how many."""
    return f"{number} {what}{'' if number == 1 else 's'}"
