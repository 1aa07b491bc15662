"""What changes when one policy follows another: what is done newly without asking, who may say yes, what is silenced.

A change is grave where it lets nightlatch do more by itself, lets more people say yes, trusts more, or makes it say or
watch less: whoever puts a policy into force shall see these first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import timedelta

from nightlatch.domain.answering.audit_changes import changed_audit
from nightlatch.domain.answering.policy import Approver, Exemption, Mode, Policy, Protection
from nightlatch.domain.answering.policy_parts import changed_inventory
from nightlatch.domain.answering.telling_changes import changed_telling

MOST_NAMED = 5  # secrets named in one line
OF_THE_STACK = frozenset({"own_roles", "containment", "acting_role", "digest"})  # no choice of the operator's file
_SAID = frozenset(
    {
        *("default", "selectors", "exemptions", "ask_first", "staged", "approvers", "inventory", "limits"),
        *("buttons_live", "routes", "digest_hour", "storm_after", "audit"),
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise: in which part, in words, and whether it wants a second look."""

    part: str
    text: str
    grave: bool = False


def changes(before: Policy, after: Policy, known: Collection[str] = ()) -> tuple[Change, ...]:
    """Give every change, the grave ones first.

    Args:
        before: The policy in force.
        after: The one that shall be.
        known: Names of the secrets that there are, as far as anybody knows.
    """
    found = [
        *_of_secrets(before, after, known),
        *_of_people(before, after),
        *_of_silences(before, after),
        *_of_rules(before, after),
        *(Change("inventory", text, grave) for text, grave in changed_inventory(before.inventory, after.inventory)),
        *_of_limits(before, after),
        *(Change(part, text, grave) for part, text, grave in changed_telling(before, after)),
        *(Change("audit", text, grave) for text, grave in changed_audit(before.audit, after.audit)),
        *_of_the_rest(before, after),
    ]
    return tuple(sorted(found, key=lambda change: not change.grave))


def _of_secrets(before: Policy, after: Policy, known: Collection[str]) -> Iterator[Change]:
    globs = dict.fromkeys(glob for policy in (after, before) for one in policy.selectors for glob in one.names)
    for glob in globs:
        yield from _of_protection(f"secrets {glob}", before.protection_of(glob), after.protection_of(glob))
    yield from _of_protection("every other secret", before.default, after.default)
    modes: dict[tuple[Mode, Mode], list[str]] = {}
    for name in sorted(known):
        pair = before.protection_of(name).mode, after.protection_of(name).mode
        if pair[0] is not pair[1]:
            modes.setdefault(pair, []).append(name)
    for (was, becomes), names in modes.items():
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        which = f"{', '.join(names[:MOST_NAMED])}{more}"
        plural = "s go" if len(names) > 1 else " goes"
        yield Change("secrets", f"{len(names)} known secret{plural} from {was} to {becomes}: {which}")


def _of_protection(whose: str, before: Protection, after: Protection) -> Iterator[Change]:
    if before.mode is not after.mode:
        yield Change("secrets", f"{whose}: {before.mode} becomes {after.mode}", after.mode.rank < before.mode.rank)
    was, becomes = set(_by_itself(before)), set(_by_itself(after))
    for deed in _by_itself(after):
        if deed not in was:
            yield Change("acts", f"{whose}: newly without asking: {deed}", grave=True)
    for deed in _by_itself(before):
        if deed not in becomes:
            yield Change("acts", f"{whose}: no longer without asking: {deed}")
    if before.vault_days != after.vault_days:
        text = f"{_copies(after.vault_days)}; until now {_copies(before.vault_days)}"
        yield Change("vault", f"{whose}: {text}", grave=True)
    if before.pins != after.pins and after.mode is Mode.PROTECT is before.mode and before.pins and after.pins:
        yield Change("acts", f"{whose}: {after.pins} pins are kept, were {before.pins}", after.pins < before.pins)


def _by_itself(protection: Protection) -> tuple[str, ...]:
    """Say what nightlatch does for such a secret without asking anybody."""
    if protection.mode is not Mode.PROTECT:
        return ()
    window = f"forced, or with less than {protection.min_window_days} days"
    others = ", and others may not change the policy" if protection.keep_policy else ""
    deeds = {
        "cancel a scheduled deletion": protection.undo,
        "create a destroyed secret again from the vault": protection.resurrects,
        f"deny deletions that are {window} by a guard in its policy{others}": protection.is_guarded,
        "keep superseded versions by a label": protection.pins > 0,
    }
    return tuple(deed for deed, is_done in deeds.items() if is_done)


def _copies(days: int) -> str:
    return f"copies of values are kept {days} days" if days else "no copies of values"


def _of_people(before: Policy, after: Policy) -> Iterator[Change]:
    was = {one.slack_id: one for one in before.approvers}
    becomes = {one.slack_id: one for one in after.approvers}
    for who, one in becomes.items():
        if who not in was:
            yield Change("approvers", f"{one.title} may say yes{_signing(one)}", grave=True)
        elif set(one.principals) - set(was[who].principals):
            more = ", ".join(sorted(set(one.principals) - set(was[who].principals)))
            yield Change("approvers", f"{one.title} may say yes as {more}, too", grave=True)
    for who, one in was.items():
        if who not in becomes:
            yield Change("approvers", f"{one.title} may no longer say yes")
        elif set(one.principals) - set(becomes[who].principals):
            fewer = ", ".join(sorted(set(one.principals) - set(becomes[who].principals)))
            yield Change("approvers", f"{one.title} may no longer say yes as {fewer}")


def _signing(one: Approver) -> str:
    return f", in AWS as {', '.join(one.principals)}" if one.principals else ", in Slack alone"


def _of_silences(before: Policy, after: Policy) -> Iterator[Change]:
    yield from _of_some(before.exemptions, after.exemptions, "exemptions", "silenced: {}", "told again: {}")
    asked, unasked = "{}: undone only when somebody says yes", "{}: undone as any other"
    yield from _of_some(before.ask_first, after.ask_first, "known_actors", asked, unasked)


def _of_some(
    before: Iterable[Exemption], after: Iterable[Exemption], part: str, new: str, gone: str
) -> Iterator[Change]:
    was, becomes = (dict.fromkeys(map(_in_words, some)) for some in (before, after))
    yield from (Change(part, new.format(words), grave=True) for words in becomes if words not in was)
    yield from (Change(part, gone.format(words)) for words in was if words not in becomes)


def _in_words(one: Exemption) -> str:
    """Say what is not told: which rules, by whom, on what, from when until when."""
    rule = "every rule" if one.rule == "*" else one.rule
    who = "anybody" if one.principal == "*" else one.principal
    where = f"secrets {one.secrets}*" if one.secrets else "every secret"
    begins = f" from {one.starts:%Y-%m-%d %H:%M} UTC" if one.starts else ""
    return f"{rule} by {who} on {where}{begins} until {one.expires:%Y-%m-%d %H:%M} UTC ({one.owner}: {one.reason})"


def _of_rules(before: Policy, after: Policy) -> Iterator[Change]:
    for rule in sorted(after.staged - before.staged):
        yield Change("rules", f"{rule} is on trial: recorded, told to nobody", grave=True)
    for rule in sorted(before.staged - after.staged):
        yield Change("rules", f"{rule} is live: people are told")


def _of_limits(before: Policy, after: Policy) -> Iterator[Change]:
    for one in fields(before.limits):
        was, becomes = getattr(before.limits, one.name), getattr(after.limits, one.name)
        if was != becomes:
            yield Change("limits", f"{one.name}: {_said(becomes)}, was {_said(was)}", becomes > was)
    if before.buttons_live != after.buttons_live:
        text = f"buttons live {_said(after.buttons_live)}, were {_said(before.buttons_live)}"
        yield Change("limits", text, after.buttons_live > before.buttons_live)


def _of_the_rest(before: Policy, after: Policy) -> Iterator[Change]:
    """Say at least that something is otherwise, where no words are known for it: nothing changes in silence."""
    for name in sorted({one.name for one in fields(Policy)} - _SAID - OF_THE_STACK):
        if getattr(before, name) != getattr(after, name):
            yield Change(name, f"{name.replace('_', ' ')}: otherwise than before; look at the file", grave=True)


def _said(value: timedelta | int) -> str:
    return f"{value // timedelta(minutes=1)} min" if isinstance(value, timedelta) else str(value)
