"""Whether a deletion whose window ran out had been allowed: judged as of its call, days or weeks before its end.

Who allowed it then may not be asked today: an allowance lasts half a day, a change window an evening.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.answering.policy import Exemption, Policy
from nightlatch.domain.event.principals import Principal, PrincipalKind, short_name
from nightlatch.domain.judging.deletions import WINDOW_ENDED
from nightlatch.domain.judging.findings import Finding

_CALL_RULE, _CALL_NUMBER = "deletion.deletion-scheduled", "DEL-01"  # what an exemption of the call names


def scheduled_at(finding: Finding) -> datetime | None:
    """Give when the call was made whose window ran out; None of any other finding."""
    return finding.undoes.at if finding.rule == WINDOW_ENDED and finding.undoes is not None else None


def why_allowed(finding: Finding, policy: Policy, allowances: Iterable[Allowance]) -> str | None:
    """Say who had allowed the deletion when it was scheduled; None where nobody had."""
    at = scheduled_at(finding)
    if at is None:
        return None
    exemption = next((one for one in policy.exemptions if _silences(one, finding, at)), None)
    if exemption is not None:
        return f"exempted by {exemption.owner} when it was scheduled: {exemption.reason}"
    fitting = [one for one in allowances if all(one.covers(secret, at, force=False) for secret in finding.secrets)]
    allowed = max(fitting, key=lambda one: (one.until, one.by), default=None) if finding.secrets else None
    return f"allowed by {allowed.by} when it was scheduled: {allowed.reason}" if allowed is not None else None


def said_of(finding: Finding) -> Finding:
    """Say that nobody had allowed it, where that was asked and is so."""
    if scheduled_at(finding) is None:
        return finding
    return replace(finding, reason=f"{finding.reason}; no allowance and no exemption of nightlatch covered it")


def _silences(exemption: Exemption, finding: Finding, at: datetime) -> bool:
    """Tell whether an exemption held for the call; one that names this very rule may also hold for the end."""
    by = (finding.undoes.by if finding.undoes is not None else None) or ""
    theirs = replace(finding, principal=_caller(by))
    then = replace(theirs, first_seen=at, last_seen=at)
    call = replace(then, rule=_CALL_RULE, catalogue=_CALL_NUMBER)
    is_named = exemption.rule in {finding.rule, finding.catalogue}
    return exemption.silences(call) or (is_named and (exemption.silences(then) or exemption.silences(theirs)))


def _caller(key: str) -> Principal:
    """Give who made a call, as far as history keeps it; a person's key ends in their session's name."""
    session = key.rpartition("/")[2] or None
    return Principal(key=key, kind=PrincipalKind.UNKNOWN, name=short_name(key), session_name=session)
