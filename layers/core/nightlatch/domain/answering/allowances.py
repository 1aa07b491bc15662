"""Which deletions somebody has allowed: a planned one goes through without a fight, and is recorded as such.

An allowance names one secret, ends within half a day or when somebody ends it, and is nothing but the response that
was approved for it: the ledger holds who said yes, when and why. It covers whoever deletes in that time. A force delete
needs one of its own.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState, Signal
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.judging.findings import Finding

LONGEST = timedelta(hours=12)  # an event of its last minute may be late, and the ledger finds it for a day
_EARLY = timedelta(seconds=5)  # CloudTrail cuts times to the second, and two clocks are never quite one
_KINDS = ("resource-based policy", "resource control policy", "service control policy")
_CAME_TO_NOTHING = frozenset(
    {ResponseState.PROPOSED, ResponseState.DENIED, ResponseState.EXPIRED, ResponseState.FAILED}
)
_AT_WORK = frozenset({Signal.START, Signal.CALL})
_ABOUT = frozenset({"deletion.deletion-scheduled", "deletion.force-delete", "deletion.mass-deletion"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One secret that may be deleted for a while."""

    secret: SecretRef
    force: bool  # without recovery, too
    starts: datetime
    until: datetime
    by: str
    reason: str

    def covers(self, secret: SecretRef, at: datetime, *, force: bool) -> bool:
        """Tell whether a deletion of a secret at a moment is allowed."""
        return (
            self.starts - _EARLY <= at < self.until and (self.force or not force) and may_be_same(self.secret, secret)
        )

    def lifts_guard(self, secret: SecretRef | None, at: datetime) -> bool:
        """Tell whether a secret's guard is off at a moment because of it."""
        return secret is not None and self.force and self.covers(secret, at, force=True)


def allowance_of(response: Response) -> Allowance | None:
    """Read a response as an allowance; None where it is none, or was not carried out."""
    action = response.action
    if action.kind is not ActionKind.ALLOW_DELETION or response.state is not ResponseState.SUCCEEDED:
        return None
    if action.secret is None or action.until is None or response.started_at is None:
        return None
    return Allowance(
        secret=action.secret,
        force=action.force,
        starts=response.started_at,
        until=action.until,
        by=response.approved_by or "",
        reason=action.note,
    )


def given_by(responses: Iterable[Response]) -> list[Allowance]:
    """Read some responses about the same secrets as allowances, each cut off where somebody ended it."""
    some = list(responses)
    given = [one for response in some if (one := allowance_of(response)) is not None]
    ends = [
        (response.action.secret, response.started_at)
        for response in some
        if response.action.kind is ActionKind.END_ALLOWANCE and response.state is ResponseState.SUCCEEDED
    ]
    return [_cut_off(one, ends) for one in given]


def _cut_off(given: Allowance, ends: Iterable[tuple[SecretRef | None, datetime | None]]) -> Allowance:
    found = [
        at
        for secret, at in ends
        if secret is not None and at is not None and at >= given.starts and may_be_same(secret, given.secret)
    ]
    return replace(given, until=min([given.until, *found]))


def guard_due(response: Response) -> datetime | None:
    """Say from when on a guard must stand again that a response may have taken out; None for all that takes none out.

    That is when its time is over. One that was begun and then held, refused or left unanswered allows nothing, whatever
    it had done by then: what it took out is due from that moment.
    """
    action = response.action
    is_lifting = action.kind is ActionKind.ALLOW_DELETION and action.force
    if not is_lifting or action.until is None or response.started_at is None:
        return None
    return min(action.until, _stopped_at(response)) if response.state in _CAME_TO_NOTHING else action.until


def _stopped_at(response: Response) -> datetime:
    last = max(number for number, step in enumerate(response.steps) if step.signal in _AT_WORK)
    return response.steps[last + 1].at


def allowing(event: SecretEvent, allowances: Iterable[Allowance]) -> Allowance | None:
    """Give the allowance that covers a deletion; of several the one that ends last."""
    if not event.called("DeleteSecret") or event.secret is None:
        return None
    force = event.request.flag("forceDeleteWithoutRecovery") is True
    fitting = [one for one in allowances if one.covers(event.secret, event.at, force=force)]
    return max(fitting, key=lambda one: (one.until, one.by), default=None)


def is_about(finding: Finding, allowed: Allowance) -> bool:
    """Tell whether a finding says no more than what was allowed: other secrets in it were not."""
    return finding.rule in _ABOUT and all(may_be_same(allowed.secret, secret) for secret in finding.secrets)


def is_denied_explicitly(event: SecretEvent) -> bool:
    """Tell whether a Deny that stands on the secret, or above its account, refused a call.

    Source: IAM user guide, troubleshoot access denied errors (the text names the kind of policy).
    """
    said = event.failure.message if event.failure is not None else ""
    return event.denied and any(f"explicit deny in a {kind}" in said for kind in _KINDS)


def allow_command(secret: str, *, force: bool) -> str:
    """Write the command that allows a deletion."""
    deed = "force-delete" if force else "delete"
    return f"nightlatch allow {shlex.quote(secret)} --action {deed} --for 2h --reason TEXT"
