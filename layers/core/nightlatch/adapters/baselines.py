"""How history is remembered and what was known around an event: one algorithm over two stores.

    touch pairs ──> note written versions ──> put sightings on trails ──> read each trail once ──> a Baseline each

Everything a batch shows is remembered before anything is asked, and what is answered is read off sets that no order
and no repetition changes. So the last event of a burst to arrive sees the whole burst, however it was cut.

What stands on which trail, and which marks it gets, is said in `entries.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType

from nightlatch.adapters.entries import on_principal, on_rights, on_secret
from nightlatch.adapters.marking import Marking
from nightlatch.adapters.replicas_read import pairs_elsewhere
from nightlatch.adapters.shown import shown_by
from nightlatch.adapters.surroundings import (
    Known,
    Surroundings,
    asked_of,
    maturity_at,
    partners_of,
    reads_version,
    sight,
)
from nightlatch.adapters.trails import Trails, Waits
from nightlatch.adapters.uses import PairKey, Uses, first_writes, pairs_of, touches_of, versions_of, wrote_version
from nightlatch.adapters.windows import (
    CREATION_KEPT,
    DAY,
    has_principal,
    principal_trail,
    rights_asked_of,
    secret_trails,
    spans,
    with_read_backs,
)
from nightlatch.domain.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.events import SecretEvent
from nightlatch.domain.inventory import Inventory
from nightlatch.domain.sightings import Sighting
from nightlatch.domain.trail import Trail

_LEARNT_AT_ONCE = 1_000


class TrailBaselines:
    """The port `Baselines` over a store of trails.

    Args:
        trails: The store of history.
        waits: The store of events that wait.
        inventory: What the operator told of the account.
        now: The clock; a sighting that comes late is kept from its coming.
        young: What a history of less than 14 days counts as. LEARNING starts the time with the first event observed;
            NONE leaves it to `learn`, as a hunt does, which without `--history` stays without.
    """

    def __init__(
        self,
        trails: Trails,
        waits: Waits,
        *,
        inventory: Inventory,
        now: Callable[[], datetime],
        young: Maturity = Maturity.LEARNING,
    ) -> None:
        self._trails = trails
        self._waits = waits
        self._inventory = inventory
        self._now = now
        self._young = young

    def observe(self, events: Sequence[SecretEvent], own: Collection[str] = ()) -> Sequence[Baseline]:
        """Remember every event, then give the baseline of each, put together when it is looked at.

        Raises:
            Unavailable: The store could not be asked; observing the batch again is harmless.
        """
        if not events:
            return ()
        uses, sightings = self._remember(events, own)
        now = self._now()
        seen = dict(zip((event.event_id for event in events), sightings, strict=True))
        self._trails.add(
            [
                entry
                for event, sighting in zip(events, sightings, strict=True)
                for entry in (
                    *on_principal(event, sighting, now),
                    *on_secret(event, sighting),
                    *on_rights(event, sighting, now),
                )
            ]
        )
        since = self._trails.learning_since(None)
        if since is None and self._young is Maturity.LEARNING:
            since = self._trails.learning_since(now)
        return Surroundings(events, self._around(events, uses, since, seen), self._inventory, self._young)

    def learn(self, events: Sequence[SecretEvent]) -> None:
        """Take history in: pairs, written versions, changes and deletions; no bursts.

        Raises:
            Unavailable: The store could not be asked; learning the same again is harmless.
        """
        left = iter(events)
        while some := tuple(islice(left, _LEARNT_AT_ONCE)):
            _, sightings = self._remember(some)
            self._trails.add(
                [entry for event, sighting in zip(some, sightings, strict=True) for entry in on_secret(event, sighting)]
            )
            self._trails.learning_since(min(event.at for event in some))

    def postpone(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event that a rule cannot judge yet."""
        self._waits.keep(event, rule_id, until)

    def due(self, now: datetime) -> Sequence[tuple[SecretEvent, str, Baseline]]:
        """Give the kept events whose time has come, with what is known today."""
        ready = self._waits.due(now)
        if not ready:
            return ()
        events = [event for event, _ in ready]
        uses = self._trails.touch((), [pair for event in events for pair in pairs_of(event)])
        known = self._around(events, uses, self._trails.learning_since(None))
        baselines = Surroundings(events, known, self._inventory, self._young, settled=now - LATENESS)
        return tuple((event, rule, baseline) for (event, rule), baseline in zip(ready, baselines, strict=True))

    def settle(self, event: SecretEvent, rule_id: str) -> None:
        """Forget a kept event that has been judged."""
        self._waits.drop(event, rule_id)

    def _remember(
        self, events: Sequence[SecretEvent], own: Collection[str] = ()
    ) -> tuple[Mapping[PairKey, Uses], list[Sighting]]:
        """Remember uses and written versions; give the uses and each event's sighting."""
        uses = self._trails.touch(
            [touch for event in events for touch in (*touches_of(event), *shown_by(event))],
            [pair for event in events for pair in pairs_of(event)],
        )
        wrote = self._trails.wrote(
            first_writes(
                (version, event.at) for event in events if wrote_version(event) for version in versions_of(event)
            ),
            {version for event in events if reads_version(event) for version in versions_of(event)},
        )
        since = self._trails.learning_since(None)
        return uses, [
            replace(
                sight(event, uses, wrote, pairs_count=maturity_at(event.at, since, self._young) is not Maturity.NONE),
                own=event.event_id in own,
            )
            for event in events
        ]

    def _around(
        self,
        events: Sequence[SecretEvent],
        uses: Mapping[PairKey, Uses],
        since: datetime | None,
        seen: Mapping[str, Sighting] = MappingProxyType({}),
    ) -> Known:
        """Read every trail that the events need: of secrets first, for they explain what stands on the others."""
        found = self._read([(trail, event.at, CREATION_KEPT) for event in events for trail in secret_trails(event)])
        readers = self._trails.readers({key for event in events for key in asked_of(event)})
        pairs = [PairKey(who, key) for key, principals in readers.items() for who in principals]
        shown = self._trails.partners({name for event in events for name in partners_of(event)})
        pairs += [pair for event in events for pair in pairs_elsewhere(event, seen.get(event.event_id), shown)]
        known = Known({**uses, **self._trails.touch((), pairs)} if pairs else uses, found, since, readers, shown)
        marking = Marking(known, self._inventory, self._young, self._now())
        self._trails.add([entry for event in events for entry in marking.first(event, seen.get(event.event_id))])
        callers = [(principal_trail(event), event.at, DAY) for event in events if has_principal(event)]
        found.update(self._read(callers))
        changed = [entry for event in events if event.event_id not in seen for entry in marking.again(event)]
        if changed:
            self._trails.add(changed)
            found.update(self._read(callers))
        found.update(self._read(rights_asked_of(events, found)))
        return known

    def _read(self, wanted: Iterable[tuple[str, datetime, timedelta]]) -> dict[str, Trail]:
        """Read trails, each once for each stretch of time in which the windows around its moments meet."""
        moments: dict[str, set[datetime]] = defaultdict(set)
        reach: dict[str, timedelta] = {}
        for trail, at, before in wanted:
            moments[trail].add(at)
            reach[trail] = before
        found: dict[str, Trail] = {}
        for trail, ats in moments.items():
            read = [s for start, end in spans(ats, reach[trail], DAY) for s in self._trails.between(trail, start, end)]
            found[trail] = Trail.of(with_read_backs(read) if trail.startswith("principal:") else read)
        return found
