"""Whether a door that was shut to a principal stands open now, and whether its policy was changed in between.

A success opens a door when the same principal was refused at the same secret within a day, for the same call or
before it got the value itself. Only the first success tells: whoever reads every minute after that is no news.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nightlatch.domain.baseline import Baseline
from nightlatch.domain.secrets import SecretRef
from nightlatch.domain.sightings import Sighting, denied, succeeded
from nightlatch.domain.trail import Trail

REMEMBERED = timedelta(hours=24)
_VALUE = "GetSecretValue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The refusals that a success answers, the success, and the policy changes between the last of them and it."""

    secret: SecretRef
    refusals: tuple[Sighting, ...]  # by time, one at least
    success: Sighting
    policy_changes: tuple[Sighting, ...]

    @property
    def refusal(self) -> Sighting:
        """The last refusal before the door opened."""
        return self.refusals[-1]


def opening_at(event_id: str, baseline: Baseline) -> Opening | None:
    """Give the opening that this event is part of, looking back from a success or ahead from a refusal."""
    own = baseline.by_principal.find(event_id)
    if own is None or own.secret is None or not (own.denied or own.succeeded):
        return None
    about = baseline.by_principal.about(own.secret)
    success = _success_after(own, about) if own.denied else own
    refusals = _refusals_before(success, about) if success is not None else ()
    if success is None or not refusals or not _is_first(success, refusals[-1], about):
        return None
    return _opening(refusals, success, baseline)


def _refusals_before(success: Sighting, about: Trail) -> tuple[Sighting, ...]:
    """Give the refusals that a success answers: of the same call, or of any where the value itself was got."""
    refusals = about.only(denied)
    asked = refusals if success.name == _VALUE else refusals.named(success.name)
    return tuple(asked.between(success.at - REMEMBERED, success.at).before(success.at))


def _success_after(refusal: Sighting, about: Trail) -> Sighting | None:
    """Give the first success that answers a refusal."""
    answers = about.only(succeeded).named(refusal.name, _VALUE)
    return next(iter(answers.after(refusal.at).between(refusal.at, refusal.at + REMEMBERED)), None)


def _is_first(success: Sighting, refusal: Sighting, about: Trail) -> bool:
    """Tell whether the door had been shut: for another call than the refused one it must not have been open before."""
    opened = about.only(succeeded).named(success.name).before(success.at)
    since = refusal.at if success.name == refusal.name else success.at - REMEMBERED
    return not opened.after(since)


def _opening(refusals: tuple[Sighting, ...], success: Sighting, baseline: Baseline) -> Opening | None:
    secret = success.secrets[0]
    changes = baseline.done_to(secret, "PutResourcePolicy", "DeleteResourcePolicy").only(succeeded)
    between = tuple(changes.between(refusals[-1].at, success.at))
    if success.known and not between:
        return None  # an ordinary reader whose access came back
    return Opening(secret=secret, refusals=refusals, success=success, policy_changes=between)
