"""What keeps nightlatch from acting by itself: too old, too often, or against somebody who does not give in.

A brake never forbids: what it stops becomes an offer, and a person decides. Alert open, act closed. What a person
approved passes all brakes but the kill switch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.policy import Limits
from nightlatch.domain.answering.responses import Response, ResponseState

HOUR = timedelta(hours=1)
WAR = timedelta(hours=24)
# They add a label beside others: nobody has a reason to undo it.
_QUIET = frozenset({ActionKind.PIN_SUPERSEDED, ActionKind.PIN_VERSION})
# Harmless on every secret at once, and a mass deletion is when it is needed most.
_UNBOUNDED = frozenset({ActionKind.RESTORE_DELETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was done lately."""

    here: tuple[Response, ...] = ()  # started on the same subject within the last day
    everywhere: Sequence[datetime] = field(default=())  # when each like it was started within the hour, on any subject
    unreadable: int = 0  # started on the same subject within the last day, and nobody can tell what it was

    @property
    def unread(self) -> str:
        """Say of what cannot be read that it was counted."""
        return f" ({self.unreadable} of them cannot be read in the ledger)" if self.unreadable else ""


def why_hold(response: Response, past: Past, limits: Limits, now: datetime) -> str | None:
    """Say which brake stops a response that no person approved; None where it may go on."""
    if not response.is_by_policy:
        return None
    return _too_old(response, limits, now) or _war(response, past, limits, now) or _spent(response, past, limits, now)


def _too_old(response: Response, limits: Limits, now: datetime) -> str | None:
    if now - response.proposed_at <= limits.act_within:
        return None
    return f"it was ordered at {response.proposed_at:%Y-%m-%d %H:%M} UTC, too long ago to be done without asking"


def _war(response: Response, past: Past, limits: Limits, now: datetime) -> str | None:
    """Stop where the same thing was put right several times: two controllers that undo each other never end.

    What cannot be read may have been this very thing, and counts as one time.
    """
    fought = [one for one in _others(response, past, now - WAR) if one.action.kind is response.action.kind]
    times = len(fought) + past.unreadable
    if is_quiet(response) or times < limits.war_after:
        return None
    against = dict.fromkeys([*(one.caused_by.title for one in fought), response.caused_by.title])
    return (
        f"stopped: nightlatch did this {times} times in 24 hours{past.unread} and it was undone each time;"
        f" against it works {' and '.join(against)}; find out who should win before you go on"
    )


def _spent(response: Response, past: Past, limits: Limits, now: datetime) -> str | None:
    others = [one for one in _others(response, past, now - HOUR) if counts_with(one, response)]
    most = limits.pins_per_secret_h if is_quiet(response) else limits.acts_per_secret_h
    count = len(others) + past.unreadable
    if count >= most:
        return f"the action budget of {response.action.name} is spent: {count} acts within the last hour{past.unread}"
    lately = sum(1 for at in past.everywhere if at > now - HOUR)
    if lately >= limits.acts_per_h and response.action.kind not in _UNBOUNDED:
        return f"the action budget is spent: {lately} acts within the last hour, on all secrets"
    return None


def counts_with(one: Response, other: Response) -> bool:
    """Tell whether two share a budget: a storm of writes has pins made, and must not use up what undoes deletions."""
    return is_quiet(one) == is_quiet(other)


def is_quiet(response: Response) -> bool:
    """Tell whether it is a pin, which takes nothing back."""
    return response.action.kind in _QUIET


def _others(response: Response, past: Past, since: datetime) -> list[Response]:
    """Give what nightlatch itself began here since a moment; what failed or found all well has changed nothing."""
    return [
        one
        for one in past.here
        if one.id != response.id
        and one.is_by_policy
        and one.started_at is not None
        and one.started_at > since
        and one.state is not ResponseState.FAILED
        and (one.has_changed_something or one.state is not ResponseState.SUCCEEDED)
    ]
