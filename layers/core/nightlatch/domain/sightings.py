"""What history keeps of an event, and the windows in which rules look at it.

Windows run on event time and look both ways, so that the verdict over all events of a burst is the
same in whatever order they arrive: the last one to come sees the whole window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps

from nightlatch.domain.events import SecretEvent
from nightlatch.domain.secrets import SecretRef, distinct


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The few facts of an event that later judgements need; never a request, never a value."""

    event_id: str
    at: datetime
    name: str
    principal: str
    secrets: tuple[SecretRef, ...] = ()
    succeeded: bool = True
    denied: bool = False
    version_id: str | None = None
    labels: tuple[str, ...] = ()  # staging labels the call named
    digest: str = ""  # of the filters of a batch or list call: equal calls have equal digests
    known: bool = False  # the principal was known to use this secret before
    by_service: bool = False  # AWS made the call on somebody's way (invokedBy), as CloudFormation does
    read_back: bool = False  # it read the very version that it had written itself

    @property
    def secret(self) -> SecretRef | None:
        """The secret, where the event was about one."""
        return self.secrets[0] if self.secrets else None


def sighting_of(event: SecretEvent, *, known: bool = False, read_back: bool = False) -> Sighting:
    """Reduce an event to what history keeps."""
    labels = (
        event.request.texts("versionStages") + event.request.texts("versionStage") + event.request.texts("labelUpdated")
    )
    return Sighting(
        event_id=event.event_id,
        at=event.at,
        name=event.name,
        principal=event.principal.key,
        secrets=event.secrets,
        succeeded=event.succeeded,
        denied=event.denied,
        version_id=event.version_id,
        labels=labels,
        digest=_digest(event),
        by_service=event.principal.is_through_aws,
        known=known,
        read_back=read_back,
    )


def _digest(event: SecretEvent) -> str:
    """Digest what a listing asked for, without its paging, in any order of its filters."""
    if event.name not in {"BatchGetSecretValue", "ListSecrets"}:
        return ""
    filters = sorted(
        (item.text("key") or "", tuple(sorted(item.texts("values")))) for item in event.request.children("filters")
    )
    asked = dumps([filters, sorted(event.request.texts("secretIdList"))])
    return sha256(asked.encode()).hexdigest()[:16]


def within(sightings: Iterable[Sighting], *, of: datetime, before: timedelta, after: timedelta) -> tuple[Sighting, ...]:
    """Give the sightings from `before` ahead of a moment to `after` behind it, in order of event time."""
    chosen = (s for s in sightings if of - before <= s.at <= of + after)
    return tuple(sorted(chosen, key=lambda s: (s.at, s.event_id)))


def busiest(
    sightings: Sequence[Sighting],
    *,
    of: datetime,
    width: timedelta,
    weigh: Callable[[Sequence[Sighting]], int] = len,
) -> tuple[Sighting, ...]:
    """Give the window of `width` that holds a moment and weighs most; the earliest of equals.

    Args:
        sightings: Candidates in any order.
        of: The event time of the event being judged.
        width: Length of the window, both ends included.
        weigh: What counts, by default the number of sightings.
    """
    near = within(sightings, of=of, before=width, after=width)
    best: tuple[Sighting, ...] = ()
    best_weight = -1
    for start in (s.at for s in near):
        if start > of:
            break
        window = tuple(s for s in near if start <= s.at <= start + width)
        if of > start + width:
            continue
        weight = weigh(window)
        if weight > best_weight:
            best, best_weight = window, weight
    return best


def secrets_of(sightings: Iterable[Sighting]) -> tuple[SecretRef, ...]:
    """Give each secret once, however it was called."""
    return distinct(secret for sighting in sightings for secret in sighting.secrets)
