"""The paths that events take to nightlatch and messages take from it, and what must hold on each of them.

    trail (logging, this Region, reads and changes) -> rule (state, pattern, schedule) -> target (a part of ours)
    topic -> subscription (confirmed, no filter that drops our messages)
    metric -> alarm (there, its actions on, ringing as it should) -> topic

Whoever breaks a path makes a call that is told by its own event (MON-01, MON-02). Here the state itself is looked at,
for that very event may have been kept from us.

Source: EventBridge user guide, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, event patterns; SNS API reference,
GetSubscriptionAttributes (FilterPolicy, PendingConfirmation); CloudTrail API reference, GetTrailStatus (IsLogging),
GetEventSelectors; CloudWatch API reference, MetricAlarm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.watching.rule_faults import Difference, RuleSeen, differences, listed
from nightlatch.domain.watching.stack_alarms import Ring, ring_of
from nightlatch.domain.watching.stack_rules import RULES, RuleWanted

SEPARATOR = "|"  # between what a fault is about and what is lost by it


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
class AlarmSeen:
    """An alarm of ours as CloudWatch has it; `ring` is None where it is not there."""

    logical_id: str
    name: str
    ring: Ring | None = None
    is_acting: bool = True  # its actions are on
    tells: bool = True  # the topic is one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """All that was looked at. What could not be is named in `gaps`, and None where nothing of its kind was seen.

    `unseen` names by what a fault is about, or the word before its colon, where no fault tells anything.
    """

    rules: tuple[RuleSeen, ...] | None = None
    homes: Mapping[str, str] = field(default_factory=dict)  # logical id of a queue or function -> ARN
    names: Mapping[str, str] = field(default_factory=dict)  # logical id of a part -> what metrics call it
    alarms: tuple[AlarmSeen, ...] | None = None
    trails: tuple[TrailSeen, ...] | None = None
    subscriptions: tuple[SubscriptionSeen, ...] | None = None
    gaps: tuple[str, ...] = ()
    unseen: frozenset[str] = frozenset()

    def is_unseen(self, about: str) -> bool:
        """Tell whether nobody could look whether there is such a fault."""
        return about in self.unseen or about.split(":", maxsplit=1)[0] in self.unseen


@dataclass(frozen=True, slots=True)
class Fault:
    """A path that is broken: which, what was seen, and what is lost by it, each by a name that stays."""

    about: str
    why: str
    lost: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything that is lost, each with what it is lost from: the same loss is no news twice, another one is."""
        return tuple(f"{self.about}{SEPARATOR}{one}" for one in self.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must hold: the rules of the template, and which subscriptions there were before."""

    rules: tuple[RuleWanted, ...] = RULES
    subscriptions: tuple[str, ...] = ()  # names that were seen to hear everything before


def faults(paths: Paths, expected: Expected) -> tuple[Fault, ...]:
    """Name what is broken, one fault for each thing with all that differs in it, in a steady order."""
    found = (
        *_rules(paths, expected.rules),
        *_alarms(paths),
        *_trails(paths.trails),
        *_subscriptions(paths.subscriptions, expected.subscriptions),
    )
    return tuple(fault for fault in found if not paths.is_unseen(fault.about))


def _rules(paths: Paths, wanted: Sequence[RuleWanted]) -> Iterator[Fault]:
    if paths.rules is None:
        return
    there = {rule.logical_id: rule for rule in paths.rules}
    for one in wanted:
        rule = there.get(one.logical_id)
        if rule is not None:
            found = tuple(differences(rule, one, paths.homes))
            if found:
                yield _fault(f"rule:{rule.name}", f"the rule {rule.name}", found)
        elif not one.is_optional:
            yield Fault(f"rule:{one.logical_id}", f"the stack has no {one.logical_id}", ("gone",))


def _fault(about: str, subject: str, found: Sequence[Difference]) -> Fault:
    said = ", and ".join(one.said for one in found)
    return Fault(about, f"{subject} {said}", tuple(key for one in found for key in one.lost))


def _alarms(paths: Paths) -> Iterator[Fault]:
    """Name all that is wrong with our alarms as one fault: whoever silences them silences many at once."""
    alarms = paths.alarms or ()
    there = [alarm for alarm in alarms if alarm.ring is not None]
    kinds = (
        ("gone", "gone", [alarm for alarm in alarms if alarm.ring is None]),
        ("muted", "without their actions", [alarm for alarm in there if not alarm.is_acting]),
        ("untold", "not telling the topic", [alarm for alarm in there if not alarm.tells]),
        ("rewritten", "set to ring otherwise", [alarm for alarm in there if _is_rewritten(alarm, paths.names)]),
    )
    wrong = [(key, said, some) for key, said, some in kinds if some]
    if wrong:
        why = "; ".join(f"{said}: {listed([alarm.name for alarm in some])}" for _, said, some in wrong)
        lost = tuple(f"{alarm.logical_id} {key}" for key, _, some in wrong for alarm in some)
        yield Fault("alarms", f"alarms of nightlatch are {why}", lost)


def _is_rewritten(alarm: AlarmSeen, names: Mapping[str, str]) -> bool:
    wanted = ring_of(alarm.logical_id)
    return wanted is not None and alarm.ring != replace(wanted, of=names.get(wanted.of, wanted.of))


def _trails(trails: tuple[TrailSeen, ...] | None) -> Iterator[Fault]:
    """Ask for one trail that brings reads and changes; of several, the others may do what they like."""
    if trails is None:
        return
    logging = [trail for trail in trails if trail.is_logging]
    if not logging:
        stopped = f": {', '.join(trail.name for trail in trails)} stopped" if trails else " at all"
        yield Fault("trail", f"no trail records this Region{stopped}", ("stopped" if trails else "gone",))
        return
    for loss in (Loss.CHANGES, Loss.READS):
        if all(loss in trail.losses for trail in logging):
            yield Fault(f"trail:{loss.name.lower()}", f"no trail of this Region records {loss}", (loss.name.lower(),))


def _subscriptions(seen: tuple[SubscriptionSeen, ...] | None, before: Collection[str]) -> Iterator[Fault]:
    """Compare with what was seen before, for only the operator knows who should be told; a filter may be meant."""
    if seen is None:
        return
    now = {one.name: one for one in seen if one.is_confirmed}
    for name in sorted(before):
        if name not in now:
            yield Fault(f"subscription:{name}", f"the subscription {name} of the topic is gone", ("gone",))
        elif now[name].has_filter:
            why = f"the subscription {name} has got a filter, which may drop messages"
            yield Fault(f"subscription:{name}", why, ("filtered",))


def hearing(paths: Paths, before: Collection[str]) -> tuple[str, ...]:
    """Name the subscriptions that must be there from now on: those of before, and all that hear everything now."""
    now = {one.name for one in paths.subscriptions or () if one.is_confirmed and one.has_filter is False}
    return tuple(sorted(now | set(before)))
