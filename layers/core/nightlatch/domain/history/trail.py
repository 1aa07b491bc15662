"""What history holds of one principal or one secret, in order of time, and counted once for everybody who asks.

A sweep of twenty thousand reads is judged twenty thousand times, by rules that each look at the whole of it. So a trail
is cut into stretches that share what they were cut from: a rule picks out what it counts, and what it makes of that is
made once, for the next event finds it made.

    trail.named("GetSecretValue").only(_counted).between(start, end)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar, cast, overload

from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.history.sightings import Sighting

_Made = TypeVar("_Made")


class _Whole:
    """All sightings of a trail, their times, their places in what they were picked from, and what was made of them."""

    __slots__ = ("made", "places", "seen", "times")

    def __init__(self, seen: Sequence[Sighting], places: Sequence[int] = ()) -> None:
        self.seen = seen
        self.times = [sighting.at for sighting in seen]
        self.places = places
        self.made: dict[Hashable, object] = {}


class Trail(Sequence[Sighting]):
    """A stretch of sightings by time and event id.

    What is remembered hangs on the functions that pick and make, so these are functions of a module, never made anew
    for a question.
    """

    __slots__ = ("_behind", "_first", "_whole")

    def __init__(self, whole: _Whole, first: int = 0, behind: int | None = None) -> None:
        self._whole = whole
        self._first = first
        self._behind = len(whole.seen) if behind is None else behind

    @classmethod
    def of(cls, sightings: Iterable[Sighting]) -> Trail:
        """Put sightings in order."""
        return cls(_Whole(sorted(sightings, key=lambda sighting: (sighting.at, sighting.event_id))))

    def __len__(self) -> int:
        return self._behind - self._first

    @overload
    def __getitem__(self, index: int) -> Sighting: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Sighting]: ...

    def __getitem__(self, index: int | slice) -> Sighting | Sequence[Sighting]:
        if isinstance(index, slice):
            return self._whole.seen[self._first : self._behind][index]
        place = index + (self._behind if index < 0 else self._first)
        if not self._first <= place < self._behind:
            raise IndexError(index)
        return self._whole.seen[place]

    def __iter__(self) -> Iterator[Sighting]:
        seen = self._whole.seen
        return (seen[place] for place in range(self._first, self._behind))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Trail, tuple)) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Trail({list(self)!r})"

    def between(self, start: datetime, end: datetime) -> Trail:
        """Give the stretch of a span of event time, both ends included."""
        first = bisect_left(self._whole.times, start, self._first, self._behind)
        return Trail(self._whole, first, bisect_right(self._whole.times, end, first, self._behind))

    def before(self, moment: datetime) -> Trail:
        """Give the stretch before a moment, without it."""
        return Trail(self._whole, self._first, bisect_left(self._whole.times, moment, self._first, self._behind))

    def upto(self, moment: datetime) -> Trail:
        """Give the stretch up to a moment, with it."""
        return Trail(self._whole, self._first, bisect_right(self._whole.times, moment, self._first, self._behind))

    def after(self, moment: datetime) -> Trail:
        """Give the stretch after a moment, without it."""
        return Trail(self._whole, bisect_right(self._whole.times, moment, self._first, self._behind), self._behind)

    def only(self, keep: Callable[[Sighting], bool]) -> Trail:
        """Pick the sightings that pass a test."""
        return self._picked(keep, lambda: [n for n, sighting in enumerate(self._whole.seen) if keep(sighting)])

    def named(self, *names: str) -> Trail:
        """Pick the sightings of these event names."""
        return self._picked(
            ("named", names), lambda: [n for n, sighting in enumerate(self._whole.seen) if sighting.name in names]
        )

    def asking(self, digest: str) -> Trail:
        """Pick the listings and batch calls that asked for the same."""
        return self._picked(("asking", digest), lambda: self._places(_by_digest).get(digest, ()))

    def about(self, secret: SecretRef) -> Trail:
        """Pick the sightings that may mean a secret, however they call it."""
        return self._picked(("about", secret), lambda: self._mentions(secret))

    def find(self, event_id: str) -> Sighting | None:
        """Give the sighting of an event, None where the stretch does not hold it."""
        places = self._places(_by_event).get(event_id, ())
        return next((self._whole.seen[place] for place in places if self._first <= place < self._behind), None)

    def until(self, moment: datetime) -> Trail:
        """Forget what came after a moment: nothing that is made of the rest sees it."""
        first, behind = self._first, bisect_right(self._whole.times, moment)
        kept = self.once(("until", behind), lambda whole: Trail(_Whole(whole[:behind])))
        return Trail(kept._whole, min(first, behind), min(self._behind, behind))  # noqa: SLF001 - its own class

    def once(self, key: Hashable, make: Callable[[Trail], _Made]) -> _Made:
        """Make something of all that this stretch was cut from, the first time it is asked for.

        Args:
            key: What tells this thing from others that are made of the trail.
            make: Makes it of the whole trail.
        """
        made = self._whole.made
        if key not in made:
            made[key] = make(Trail(self._whole))
        return cast("_Made", made[key])

    def _picked(self, key: Hashable, pick: Callable[[], Sequence[int]]) -> Trail:
        made = self._whole.made
        if key not in made:
            places = pick()
            made[key] = _Whole([self._whole.seen[place] for place in places], places)
        picked = cast("_Whole", made[key])
        return Trail(picked, bisect_left(picked.places, self._first), bisect_left(picked.places, self._behind))

    def _places(self, keys_of: Callable[[Sighting], Iterable[Hashable]]) -> dict[Hashable, list[int]]:
        """Index the whole by something a sighting bears."""
        made = self._whole.made
        if ("places", keys_of) not in made:
            index: dict[Hashable, list[int]] = defaultdict(list)
            for place, sighting in enumerate(self._whole.seen):
                for key in keys_of(sighting):
                    index[key].append(place)
            made["places", keys_of] = dict(index)
        return cast("dict[Hashable, list[int]]", made["places", keys_of])

    def _mentions(self, secret: SecretRef) -> list[int]:
        index = self._places(_by_secret)
        near = sorted({place for key in secret.keys for place in index.get(key, ())})
        return [n for n in near if any(may_be_same(secret, other) for other in self._whole.seen[n].secrets)]


def _by_event(sighting: Sighting) -> Iterable[str]:
    return (sighting.event_id,)


def _by_digest(sighting: Sighting) -> Iterable[str]:
    return (sighting.digest,)


def _by_secret(sighting: Sighting) -> Iterable[str]:
    return {key for secret in sighting.secrets for key in secret.keys}
