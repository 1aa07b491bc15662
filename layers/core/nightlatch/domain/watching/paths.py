"""The paths that events take to nightlatch and messages take from it, and what must hold on each of them.

    trail (logging, this Region, reads and changes) -> rule (state, pattern) -> target (a lane of ours)
    topic -> subscription (confirmed, no filter that drops our messages)

Whoever breaks a path makes a call that is told by its own event (MON-01, MON-02). Here the state itself is looked at,
for that very event may have been kept from us.

Source: EventBridge user guide, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, event patterns; SNS API reference,
GetSubscriptionAttributes (FilterPolicy, PendingConfirmation); CloudTrail API reference, GetTrailStatus (IsLogging),
GetEventSelectors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.event.calls import READ_PREFIXES
from nightlatch.domain.event.events import KMS, EventName
from nightlatch.domain.watching.patterns import Pattern

ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
DISABLED = "DISABLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSeen:
    """A rule of ours as EventBridge has it; `state` is None where it is not there."""

    name: str
    state: str | None = None
    pattern: Pattern | None = None  # None for a schedule
    targets: tuple[str, ...] = ()  # ARNs


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailSeen:
    """A trail that covers this Region."""

    name: str
    is_logging: bool
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionSeen:
    """Somebody whom the topic tells; `name` is its protocol and the end of its ARN, never an address."""

    name: str
    is_confirmed: bool = True
    has_filter: bool | None = False  # None where that could not be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """All that was looked at. What could not be is named in `gaps`, and None where nothing of its kind was seen.

    `unseen` names by what a fault is about, or the word before its colon, where no fault tells anything.
    """

    rules: tuple[RuleSeen, ...] = ()
    trails: tuple[TrailSeen, ...] | None = None
    subscriptions: tuple[SubscriptionSeen, ...] | None = None
    gaps: tuple[str, ...] = ()
    unseen: frozenset[str] = frozenset()

    def is_unseen(self, about: str) -> bool:
        """Tell whether nobody could look whether there is such a fault."""
        return about in self.unseen or about.split(":", maxsplit=1)[0] in self.unseen


@dataclass(frozen=True, slots=True)
class Fault:
    """A path that is broken: which, and what was seen."""

    about: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must hold: events that must reach one of these targets, and which subscriptions there were before."""

    events: frozenset[EventName]
    lanes: frozenset[str]  # ARNs of queues
    subscriptions: tuple[str, ...] = ()  # names that were seen to hear everything before


def faults(paths: Paths, expected: Expected) -> tuple[Fault, ...]:
    """Name what is broken, one fault for each thing, in a steady order."""
    found = [*_rules(paths.rules, expected.lanes), *_uncovered(paths.rules, expected), *_trails(paths.trails)]
    found += _subscriptions(paths.subscriptions, expected.subscriptions)
    return tuple(fault for fault in found if not paths.is_unseen(fault.about))


def _rules(rules: Collection[RuleSeen], lanes: Collection[str]) -> Iterator[Fault]:
    for rule in rules:
        if rule.state is None:
            yield Fault(f"rule:{rule.name}", f"the rule {rule.name} is gone")
        elif rule.state == DISABLED:
            yield Fault(f"rule:{rule.name}", f"the rule {rule.name} is disabled")
        elif not rule.targets:
            yield Fault(f"rule:{rule.name}", f"the rule {rule.name} has no target")
        elif rule.pattern is not None and not {*rule.targets} & {*lanes}:
            yield Fault(f"rule:{rule.name}", f"the rule {rule.name} hands its events to no lane of nightlatch")


def _uncovered(rules: Collection[RuleSeen], expected: Expected) -> Iterator[Fault]:
    """Name events that no rule lets through though its rules stand; those of one service are one fault.

    What a rule that is broken as a whole would have brought is told with that rule.
    """
    live = [rule for rule in rules if _stands(rule, expected.lanes)]
    broken = [rule for rule in rules if not _stands(rule, expected.lanes)]
    if any(rule.state is None for rule in broken):
        return  # what it would have brought nobody knows
    lost: dict[str, list[str]] = {}
    for event in sorted(expected.events, key=lambda one: (one.source, one.name)):
        told = any(rule.pattern is not None and rule.pattern.lets_through(event) for rule in broken)
        if not told and not any(_lets_through(rule, event) for rule in live):
            lost.setdefault(event.source, []).append(event.name)
    for source, names in lost.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - a few names say which
        why = f"no rule lets {', '.join(names[:3])}{more} of {source} through; a state or a pattern was changed"
        yield Fault(f"events:{source}", why)


def _stands(rule: RuleSeen, lanes: Collection[str]) -> bool:
    reaches = bool({*rule.targets} & {*lanes}) if rule.pattern is not None else bool(rule.targets)
    return rule.state not in {None, DISABLED} and reaches


def _lets_through(rule: RuleSeen, event: EventName) -> bool:
    needs_all = event.source != KMS and event.name.startswith(READ_PREFIXES)
    if needs_all and rule.state != ALL_EVENTS:
        return False
    return rule.pattern is not None and rule.pattern.lets_through(event)


def _trails(trails: tuple[TrailSeen, ...] | None) -> Iterator[Fault]:
    """Ask for one trail that brings reads and changes; of several, the others may do what they like."""
    if trails is None:
        return
    logging = [trail for trail in trails if trail.is_logging]
    if not logging:
        stopped = f": {', '.join(trail.name for trail in trails)} stopped" if trails else " at all"
        yield Fault("trail", f"no trail records this Region{stopped}")
        return
    for loss in (Loss.CHANGES, Loss.READS):
        if all(loss in trail.losses for trail in logging):
            yield Fault(f"trail:{loss.name.lower()}", f"no trail of this Region records {loss}")


def _subscriptions(seen: tuple[SubscriptionSeen, ...] | None, before: Collection[str]) -> Iterator[Fault]:
    """Compare with what was seen before, for only the operator knows who should be told; a filter may be meant."""
    if seen is None:
        return
    now = {one.name: one for one in seen if one.is_confirmed}
    for name in sorted(before):
        if name not in now:
            yield Fault(f"subscription:{name}", f"the subscription {name} of the topic is gone")
        elif now[name].has_filter:
            yield Fault(f"subscription:{name}", f"the subscription {name} has got a filter, which may drop messages")


def hearing(paths: Paths, before: Collection[str]) -> tuple[str, ...]:
    """Name the subscriptions that must be there from now on: those of before, and all that hear everything now."""
    now = {one.name for one in paths.subscriptions or () if one.is_confirmed and one.has_filter is False}
    return tuple(sorted(now | set(before)))
