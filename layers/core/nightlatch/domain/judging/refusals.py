"""Whether a door that was shut to a principal stands open now, and whether somebody changed who may in between.

A success opens a door when the same principal was refused at the same secret within a day: for the same call, or for
any other before it got the value or changed something. Only the first success tells: whoever reads every minute after
that is no news. A change of the policy counts from the first of the refusals on, for a thief goes on trying.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import Sighting, denied, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import Baseline

REMEMBERED = timedelta(hours=24)
_LOOKS = frozenset({"DescribeSecret", "GetResourcePolicy", "ListResourcePolicies", "ListSecretVersionIds"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The refusals that a success answers, the success, and the changes between the first of them and it."""

    secret: SecretRef
    refusals: tuple[Sighting, ...]  # by time, one at least
    success: Sighting
    policy_changes: tuple[Sighting, ...]
    rights_changes: tuple[Sighting, ...]  # of the principal itself, by IAM

    @property
    def refusal(self) -> Sighting:
        """The last refusal before the door opened."""
        return self.refusals[-1]

    @property
    def changes(self) -> tuple[Sighting, ...]:
        """Whatever may have opened the door."""
        return (*self.policy_changes, *self.rights_changes)

    @property
    def is_repair(self) -> bool:
        """Whether an ordinary user's access came back, and no change of the secret's policy is known before it."""
        return self.success.known and not self.policy_changes


def opening_at(event_id: str, baseline: Baseline) -> Opening | None:
    """Give the opening that this event is part of, looking back from a success or ahead from a refusal."""
    own = baseline.by_principal.find(event_id)
    if own is None or own.secret is None or not (own.denied or own.succeeded):
        return None
    about = baseline.by_principal.about(own.secret)
    found = [_opening_by(success, about, baseline) for success in (_answers(own, about) if own.denied else (own,))]
    openings = [opening for opening in found if opening is not None]
    return max(
        openings,
        key=lambda one: (not one.is_repair, bool(one.changes), -one.success.at.timestamp()),
        default=None,
    )


def _opening_by(success: Sighting, about: Trail, baseline: Baseline) -> Opening | None:
    refusals = _refusals_before(success, about)
    if not refusals or not _is_first(success, refusals, about):
        return None
    return _opening(refusals, success, baseline)


def _refusals_before(success: Sighting, about: Trail) -> tuple[Sighting, ...]:
    """Give the refusals that a success answers: of any call, but where it is only a look, of the same one."""
    refusals = about.only(denied)
    asked = refusals if _is_use(success) else refusals.named(success.name)
    return tuple(asked.between(success.at - REMEMBERED, success.at).before(success.at))


def _answers(refusal: Sighting, about: Trail) -> Iterator[Sighting]:
    """Give the successes that may answer a refusal: of each call the first after it, and after the last of its own."""
    later = about.only(succeeded).after(refusal.at).between(refusal.at, refusal.at + REMEMBERED)
    for name in about.once(_names, _names):
        if name != refusal.name and name in _LOOKS:
            continue
        answers = later.named(name)
        yield from answers[:1]
        refused_again = about.only(denied).named(name).after(refusal.at)
        if refused_again:
            yield from answers.after(refused_again[-1].at)[:1]


def _names(trail: Trail) -> tuple[str, ...]:
    return tuple(sorted({sighting.name for sighting in trail}))


def _is_first(success: Sighting, refusals: Sequence[Sighting], about: Trail) -> bool:
    """Tell whether the door had been shut: for another call than the refused ones none must have been open before."""
    successes = about.only(succeeded).before(success.at)
    same = [refusal for refusal in refusals if refusal.name == success.name]
    if same:
        return not successes.named(success.name).after(same[-1].at)
    return not any(_is_use(other) for other in successes.after(success.at - REMEMBERED))


def _is_use(sighting: Sighting) -> bool:
    """Tell whether a call takes the value or changes something: what it is refused for matters, whatever the call."""
    return sighting.name not in _LOOKS


def _opening(refusals: tuple[Sighting, ...], success: Sighting, baseline: Baseline) -> Opening:
    secret = success.secrets[0]
    changes = baseline.done_to(secret, "PutResourcePolicy", "DeleteResourcePolicy").only(succeeded)
    between = tuple(
        change for change in changes.between(refusals[0].at, success.at) if change.event_id != success.event_id
    )
    rights = tuple(baseline.rights.between(refusals[0].at, success.at))
    return Opening(secret=secret, refusals=refusals, success=success, policy_changes=between, rights_changes=rights)
