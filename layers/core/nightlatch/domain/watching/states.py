"""After this module a reader knows when a secret's state shows a change that no event told of.

CloudTrail and EventBridge say what was called; the list of secrets says when each was last changed. Where it changed
and no change of it was judged about that time, somebody acts unseen: what was asked for nobody knows, only that it
was done. Replicas follow their primary in another Region, and what a service manages it changes by itself; neither
needs a record here.

Source: Secrets Manager API reference, SecretListEntry (LastChangedDate: "modified in any way", DeletedDate),
ListSecrets (may not reflect changes of the last five minutes); design facts 2.7. That every change moves that date, and
nothing else does, is believed; only a real account can tell, so a change that is no deletion is told a degree lower.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.watching.lookups import LONGEST, Span
from nightlatch.domain.watching.signs import Place, Sign, blindness

STATES_SETTLED = timedelta(minutes=20)  # by then its record has come, or has been found in the event history
AROUND = timedelta(minutes=2)  # between the time of a record and the date that AWS keeps
MOST_NAMED = 100  # secrets that a sign bears; it says how many there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A secret was changed, as the list of secrets shows."""

    secret: SecretRef
    at: datetime
    is_deletion: bool = False  # it waits to be deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedState:
    """What the list says of a secret."""

    secret: SecretRef  # as AWS wrote it
    changed_at: datetime | None
    deleted_at: datetime | None = None
    primary_region: str | None = None
    owning_service: str | None = None

    def change_in(self, span: Span) -> Change | None:
        """Give its last change, where that lies within a time, its beginning left out."""
        is_replica = self.primary_region not in {None, self.secret.region}
        if is_replica or self.owning_service is not None:
            return None
        moments = (self.changed_at, self.deleted_at)  # the second may be the end of the window, which is to come
        at = max((one for one in moments if one is not None and span.start < one <= span.end), default=None)
        if at is None or (self.changed_at is not None and self.changed_at > span.end):
            return None  # what changed again is compared when it has settled
        return Change(secret=self.secret, at=at, is_deletion=self.deleted_at is not None)


def span_to_compare(before: datetime, now: datetime) -> Span | None:
    """Give the time whose changes are compared, None where nothing has settled since the last look."""
    start, end = max(before, now - LONGEST), now - STATES_SETTLED
    return Span(start, end) if start < end else None


def shown_by(changes: Collection[Change], place: Place, at: datetime) -> Iterator[SecretEvent]:
    """Give the signs of changes that no event told of: one of deletions and one of all others, however many."""
    for sign, about in ((Sign.DELETED, "deletions"), (Sign.CHANGED, "changes")):
        some = [one for one in changes if one.is_deletion == (sign is Sign.DELETED)]
        if some:
            since = min(one.at for one in some)
            what = "was scheduled for deletion" if sign is Sign.DELETED else "was changed"
            of = "1 secret" if len(some) == 1 else f"{len(some)} secrets, each of which"
            why = f"{of} {what} since {since:%Y-%m-%d %H:%M} UTC, and no event tells of it"
            event = blindness(sign, at=at, place=place, about=about, why=why)
            yield replace(event, secrets=tuple(one.secret for one in some[:MOST_NAMED]), reconciled=True)
