"""Whether a door that was shut to a principal stands open now, and whether its policy was changed in between.

A success opens a door when the same principal was refused at the same secret within a day, for the same call or
before it got the value itself. Only the first success tells: whoever reads every minute after that is no news.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nightlatch.domain.baseline import Baseline
from nightlatch.domain.secrets import SecretRef, may_be_same
from nightlatch.domain.sightings import Sighting

REMEMBERED = timedelta(hours=24)
_VALUE = "GetSecretValue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A refusal, the success that followed it, and the policy changes between them."""

    secret: SecretRef
    refusal: Sighting
    success: Sighting
    policy_changes: tuple[Sighting, ...]


def opening_at(event_id: str, baseline: Baseline) -> Opening | None:
    """Give the opening that this event is one end of, looking back from a success or ahead from a refusal."""
    own = next((sighting for sighting in baseline.by_principal if sighting.event_id == event_id), None)
    if own is None or own.secret is None:
        return None
    refusals = [s for s in _about(own.secret, baseline, denied=True) if s.at < own.at and _answers(s, own)]
    if own.denied:
        answered = _about(own.secret, baseline, denied=False)
        success = next((s for s in answered if s.at > own.at and _answers(own, s)), None)
        refusal = own
    elif own.succeeded and refusals:
        answered = _about(own.secret, baseline, denied=False)
        success, refusal = own, refusals[-1]
    else:
        return None
    if success is None or not _is_first(success, refusal, answered):
        return None
    return _opening(refusal, success, baseline)


def _about(secret: SecretRef, baseline: Baseline, *, denied: bool) -> list[Sighting]:
    """Give the refusals at a secret, or the successes, by time."""
    kept = (s for s in baseline.by_principal if (s.denied if denied else s.succeeded))
    about = (s for s in kept if any(may_be_same(secret, other) for other in s.secrets))
    return sorted(about, key=lambda sighting: (sighting.at, sighting.event_id))


def _answers(refusal: Sighting, success: Sighting) -> bool:
    """Tell whether a success is what the refused call was after."""
    near = success.at - refusal.at <= REMEMBERED
    return near and success.name in {refusal.name, _VALUE}


def _is_first(success: Sighting, refusal: Sighting, answered: list[Sighting]) -> bool:
    """Tell whether the door had been shut: for another call than the refused one it must not have been open before."""
    same_call = success.name == refusal.name
    return not any(
        s.name == success.name and s.at < success.at and not (same_call and s.at <= refusal.at) for s in answered
    )


def _opening(refusal: Sighting, success: Sighting, baseline: Baseline) -> Opening | None:
    secret = success.secrets[0]
    changes = tuple(
        change
        for change in baseline.done_to(secret, "PutResourcePolicy", "DeleteResourcePolicy")
        if change.succeeded and refusal.at <= change.at <= success.at
    )
    if success.known and not changes:
        return None  # an ordinary reader whose access came back
    return Opening(secret=secret, refusal=refusal, success=success, policy_changes=changes)
