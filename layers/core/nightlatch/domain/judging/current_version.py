"""Which version of a secret was current at a moment, as far as history shows, and when AWSCURRENT moved.

Every plain write moves it, so do label moves by hand, rotations and what is replicated. Some of these do not say to
which version: then the native label event beside them does, and without one the current version is unknown until the
next move. Unknown is never taken for old.

Source: Secrets Manager user guide, whats-in-a-secret and Secret Label Updated; design facts 3.3 and trap 20 (an
UpdateSecret does not show whether it wrote a value).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.event.events import LABEL_UPDATED
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.label_history import FLIP, makes_current
from nightlatch.domain.secret.versions import CURRENT

CLOCKS_DIFFER = timedelta(minutes=1)  # calls, native events and the service's own events write their own times
_CALLS = ("CreateSecret", "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage")
_BY_SERVICE = ("RotationSucceeded", "ReplicationSucceeded")


@dataclass(frozen=True, slots=True)
class CurrentMove:
    """AWSCURRENT went to a version, or may have gone to one that no record names."""

    at: datetime
    version_id: str | None


def moves_of_current(secret: SecretRef, baseline: Baseline) -> Sequence[CurrentMove]:
    """Give the moves of AWSCURRENT that history shows, by time."""
    return baseline.done_to(secret, *_CALLS, LABEL_UPDATED, *_BY_SERVICE).once(_moves, _moves)


def has_just_moved(moves: Sequence[CurrentMove], at: datetime, *, within: timedelta) -> bool:
    """Tell whether AWSCURRENT moved shortly before a moment, or at it as far as clocks tell."""
    place = bisect_left(moves, at - within, key=_time)
    return place < len(moves) and moves[place].at <= at + CLOCKS_DIFFER


def current_at(moves: Sequence[CurrentMove], at: datetime) -> str | None:
    """Give the version that was current at a moment, None where no record says."""
    place = bisect_right(moves, at, key=_time) - 1
    return moves[place].version_id if place >= 0 else None


def _time(move: CurrentMove) -> datetime:
    return move.at


def _moves(trail: Trail) -> list[CurrentMove]:
    named = [sighting for sighting in trail if sighting.version_id is not None and _shows_current(sighting)]
    times = [sighting.at for sighting in named]
    moves = [CurrentMove(sighting.at, sighting.version_id) for sighting in named]
    for sighting in trail:
        if sighting.version_id is None and _may_move_current(sighting):
            # The steps of a rotation move the label before its end; what replicates has an event beside it.
            before = FLIP if sighting.name in _BY_SERVICE else CLOCKS_DIFFER
            place = bisect_left(times, sighting.at - before)
            if place == len(times) or times[place] > sighting.at + CLOCKS_DIFFER:
                moves.append(CurrentMove(sighting.at, None))
    return sorted(moves, key=_time)


def _shows_current(sighting: Sighting) -> bool:
    return makes_current(sighting) or (sighting.name == LABEL_UPDATED and CURRENT in sighting.labels)


def _may_move_current(sighting: Sighting) -> bool:
    may_be_write = sighting.name == "UpdateSecret" and sighting.succeeded
    return _shows_current(sighting) or may_be_write or sighting.name in _BY_SERVICE
