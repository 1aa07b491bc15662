"""What of an event stands on which trail, how long, and with which marks.

A principal's trail holds what it did to secrets for 26 hours, but for its routine reads, which have a trail of their
own. A secret's trail holds everything but reads for 92 days.
What the service destroys stands beside the deletion calls of its account. Some things only the secret's own history
explains: a deletion that a call asked for, a step of a rotation, a schedule that was stretched. They get a mark when
that history has been read, and it is looked at again when a rule's waiting for late records is over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.adapters.history.trails import Entry
from nightlatch.adapters.history.windows import (
    CREATION_KEPT,
    changed_rights,
    deletion_trail,
    is_deletion_call,
    is_destruction,
    principal_trail,
    routine_trail,
    secret_trails,
)
from nightlatch.domain.event.events import NATIVE_SECRETS_MANAGER, SECRETS_MANAGER, Channel, SecretEvent
from nightlatch.domain.history.pairs import FORGOTTEN_AFTER
from nightlatch.domain.history.sightings import Sighting, sighting_of
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.callers import is_rotating
from nightlatch.domain.judging.deletions import is_announced
from nightlatch.domain.judging.overwrites import WRITES, is_first_value
from nightlatch.domain.judging.rotations import Weakening, weakening

PRINCIPAL_KEPT = timedelta(hours=26)  # the window of 24 and two hours for what comes late
SECRET_KEPT = FORGOTTEN_AFTER + timedelta(days=2)
_STEPS = ("GetSecretValue", "DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds")  # that a rotation may take


def marked(event: SecretEvent, seen: Sighting | None, known: Baseline) -> Sighting | None:
    """Give the sighting of an event with its mark, None where it gets none.

    Args:
        event: What happened.
        seen: What history keeps of it so far, None where it is looked at again.
        known: The history of its secrets, and the inventory.
    """
    if is_destruction(event):
        asked_for = event.secret is not None and is_announced(event.secret, event.at, known)
        return sighting_of(event, known=asked_for)  # ruling 38
    return None if seen is None else marked_again(event, seen, known)


def marked_again(event: SecretEvent, seen: Sighting, known: Baseline) -> Sighting | None:
    """Give a call's sighting with the marks that its secret's history gives it today, None where it bears just these.

    An event may come between: the end of a rotation shows what followed it to be no step. Calls of known pairs get no
    such mark, for no rule counts them against anybody.
    """
    shown = replace(
        seen,
        rotating=seen.name in _STEPS and not seen.known and is_rotating(event, known),
        weakens=weakening(event, known) is Weakening.CERTAIN,
        fills=event.called(*WRITES) and event.secret is not None and is_first_value(event, event.secret, known),
    )
    return None if shown == seen else shown


def marked_entry(event: SecretEvent, sighting: Sighting, now: datetime) -> Entry:
    """Put a marked sighting where the one without its mark stands."""
    return Entry(principal_trail(event), sighting, max(event.at, now) + PRINCIPAL_KEPT)


def _is_ours_to_watch(event: SecretEvent) -> bool:
    """Sightings carry no source, so that only Secrets Manager's names may stand on a trail."""
    return event.source in {SECRETS_MANAGER, NATIVE_SECRETS_MANAGER}


def on_principal(event: SecretEvent, sighting: Sighting, now: datetime) -> tuple[Entry, ...]:
    """Put what a caller did on its trail, a deletion on its account's too; kept from now where it comes late."""
    if not _is_ours_to_watch(event) or event.channel in {Channel.SERVICE, Channel.NATIVE}:
        return ()
    trails = (principal_trail(event), deletion_trail(event)) if is_deletion_call(event) else (principal_trail(event),)
    return tuple(Entry(trail, sighting, max(event.at, now) + PRINCIPAL_KEPT) for trail in trails)


def on_routine(
    event: SecretEvent, sighting: Sighting, now: datetime, slot: tuple[datetime, str] | None = None
) -> Entry:
    """Put a routine read on its principal's trail of them, into a slot where one of several is enough."""
    return Entry(routine_trail(event), sighting, max(event.at, now) + PRINCIPAL_KEPT, slot)


def on_rights(event: SecretEvent, sighting: Sighting, now: datetime) -> tuple[Entry, ...]:
    """Put a change of somebody's rights on their trail, kept as long as what they did."""
    trail = changed_rights(event)
    return () if trail is None else (Entry(trail, sighting, max(event.at, now) + PRINCIPAL_KEPT),)


def on_secret(event: SecretEvent, sighting: Sighting) -> tuple[Entry, ...]:
    """Put what was done to secrets on their trails; of reads only those that show a secret awaiting deletion."""
    if not _is_ours_to_watch(event) or (event.read_only and not sighting.refused_as_deleted):
        return ()
    kept = CREATION_KEPT if event.called("CreateSecret") else SECRET_KEPT
    return tuple(Entry(trail, sighting, event.at + kept) for trail in secret_trails(event))


def entries_of(event: SecretEvent, sighting: Sighting, now: datetime) -> tuple[Entry, ...]:
    """Put an event on every trail that it stands on, unless it is a routine read."""
    return (*on_principal(event, sighting, now), *on_secret(event, sighting), *on_rights(event, sighting, now))
