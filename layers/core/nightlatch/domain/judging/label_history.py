"""How a secret's versions came to be current: by an ordinary write, at the end of a rotation, or by hand.

AWSCURRENT moves with every plain write and with the last step of every rotation; nobody needs to hear of
those. Moving it by hand to a version that was current before is how a value is planted or an old one brought
back, and moving it there and back within minutes is how that is hidden from an audit.

Source: Secrets Manager user guide, whats-in-a-secret and rotate-secrets_lambda-functions (createSecret writes
AWSPENDING, finishSecret moves AWSCURRENT).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from nightlatch.domain.event.calls import MAKE_VERSIONS
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.callers import is_rotating
from nightlatch.domain.judging.rotations import is_rotation_function
from nightlatch.domain.secret.versions import CURRENT, PENDING

FLIP = timedelta(minutes=15)
_SERVED_BRIEFLY = timedelta(days=1)
_CLOCKS_DIFFER = timedelta(minutes=1)  # the native label event and the call write their own times
_WRITES = (*MAKE_VERSIONS, "UpdateSecretVersionStage")
_BY_SERVICE = ("RotationStarted", "RotationSucceeded", "ReplicationStarted", "ReplicationSucceeded")


def makes_current(sighting: Sighting) -> bool:
    """Tell whether a call put AWSCURRENT on a version, as every plain write does."""
    if not sighting.succeeded:
        return False
    match sighting.name:
        case "CreateSecret":
            return True
        case "PutSecretValue":
            return not sighting.labels or CURRENT in sighting.labels
        case "UpdateSecret":
            return sighting.version_id is not None  # its other uses make no version
        case "UpdateSecretVersionStage":
            return CURRENT in sighting.labels
        case _:
            return False


def was_current(secret: SecretRef, version_id: str | None, before: datetime, baseline: Baseline) -> bool:
    """Tell whether history shows a version as current some time before a moment."""
    if version_id is None:
        return False
    since = baseline.done_to(secret, *_WRITES, LABEL_UPDATED).once(_current_since, _current_since)
    return version_id in since and since[version_id] < before - _CLOCKS_DIFFER


def _current_since(trail: Trail) -> dict[str, datetime]:
    """Give when each version is first seen as current."""
    since: dict[str, datetime] = {}
    for sighting in trail:
        shows = makes_current(sighting) or (sighting.name == LABEL_UPDATED and CURRENT in sighting.labels)
        if shows and sighting.version_id is not None:
            since.setdefault(sighting.version_id, sighting.at)
    return since


def flip(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> tuple[Sighting, Sighting] | None:
    """Give the two calls by which a version was made current and soon taken back, None where there are none.

    The event may be the first of them or the second. nightlatch's own way back is a rescue, and no part of this.
    """
    flips = baseline.done_to(secret, *_WRITES, LABEL_UPDATED).once(_flips, _flips)
    return flips.get(event.event_id)


def _flips(trail: Trail) -> dict[str, tuple[Sighting, Sighting]]:
    """Give there and back by the event id of either."""
    flips: dict[str, tuple[Sighting, Sighting]] = {}
    for there, back in _there_and_back(trail):
        # Who takes back what another wrote mends it; labels moved by hand there and back were meant so.
        if back.at - there.at <= FLIP and (there.principal == back.principal or there.name == back.name):
            flips[there.event_id] = flips[back.event_id] = (there, back)
    return flips


def takes_back_its_own(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> bool:
    """Tell whether the same hand had put AWSCURRENT on the version that a move leaves, within the day before.

    What it leaves is then no version to return to, whoever is right about the value: it served for hours at most.
    """
    return event.event_id in baseline.done_to(secret, *_WRITES, LABEL_UPDATED).once(_taken_back, _taken_back)


def _taken_back(trail: Trail) -> frozenset[str]:
    """Give the event ids of the moves that take back what the same principal did within a day."""
    pairs = ((there, back) for there, back in _there_and_back(trail) if there.principal == back.principal)
    return frozenset(back.event_id for there, back in pairs if back.at - there.at <= _SERVED_BRIEFLY)


def _there_and_back(trail: Trail) -> Iterator[tuple[Sighting, Sighting]]:
    """Give the neighbouring moves of AWSCURRENT of which the second returns to what the first had left."""
    since = trail.once(_current_since, _current_since)
    written = {write.version_id: write.at for write in trail.named(*MAKE_VERSIONS).only(succeeded)}
    for there, back in pairwise(_moves(trail)):
        was_there = since.get(back.version_id or "", back.at) < there.at - _CLOCKS_DIFFER
        # Taken from the one and given to the other, and the other was not written in between: it was there before.
        says_so = back.version_id == there.moved_from or (
            there.moved_from is None
            and back.moved_from == there.version_id
            and written.get(back.version_id, there.at) <= there.at
        )
        if (
            back.name == "UpdateSecretVersionStage"
            and None not in {back.version_id, there.version_id}
            and back.version_id != there.version_id
            and (was_there or says_so)
            and not (there.own or back.own)
        ):
            yield there, back


def _moves(trail: Trail) -> Iterator[Sighting]:
    """Give the calls that put AWSCURRENT on a version, by time.

    The record of an UpdateSecret need not show the version that it wrote; the native event beside it does, unless that
    is the event of another call.
    """
    calls = trail.only(makes_current)
    labels = trail.named(LABEL_UPDATED).only(_of_current)
    for call in trail:
        if makes_current(call):
            yield call
        elif call.name == "UpdateSecret" and call.succeeded:
            start, end = call.at - _CLOCKS_DIFFER, call.at + _CLOCKS_DIFFER
            others = {other.version_id for other in calls.between(start, end)}
            own = next((label for label in labels.between(start, end) if label.version_id not in others), None)
            if own is not None:
                yield replace(call, version_id=own.version_id)


def _of_current(label: Sighting) -> bool:
    return CURRENT in label.labels


def finishes_rotation(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> bool:
    """Tell whether a move of AWSCURRENT is the last step of a rotation that is under way.

    The function is known from the inventory, or by having written this very version as AWSPENDING.
    """
    if not baseline.rotation_open(secret, event.at):
        return False
    return (is_rotation_function(event, baseline) and is_rotating(event, baseline)) or any(
        s.principal == event.principal.key and s.succeeded and PENDING in s.labels and s.version_id == event.version_id
        for s in baseline.done_to(secret, "PutSecretValue")
    )


def calls_around(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> Trail:
    """Give the writes and the steps of rotation or replication near a native label event."""
    steps = baseline.done_to(secret, *_WRITES, *_BY_SERVICE).only(succeeded)
    return steps.between(event.at - FLIP, event.at + FLIP)


def accounts_for(call: Sighting, label_event: SecretEvent) -> bool:
    """Tell whether a call made the version current that a native label event names."""
    if call.name in _BY_SERVICE:
        return True
    return makes_current(call) and call.version_id in {None, label_event.version_id}
