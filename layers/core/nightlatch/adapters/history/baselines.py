"""How history is remembered and what was known around an event: one algorithm over two stores.

    touch pairs ──> note written versions ──> put sightings on trails ──> read each trail once ──> a Baseline each
         └── routine reads: in a slot of their own trail, nothing asked while all is quiet ─────────────┘

Everything a batch shows is remembered before anything is asked, and what is answered is read off sets that no order
and no repetition changes. So the last event of a burst to arrive sees the whole burst, however it was cut.

What stands on which trail, and which marks it gets, is said in `entries.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from types import MappingProxyType

from nightlatch.adapters.history.copies import pairs_through
from nightlatch.adapters.history.entries import entries_of, on_secret
from nightlatch.adapters.history.lineage import Lineage, made_by
from nightlatch.adapters.history.marking import Marking
from nightlatch.adapters.history.process_memory import ProcessMemory
from nightlatch.adapters.history.reading import read_principals, read_trails
from nightlatch.adapters.history.replicas_read import pairs_elsewhere
from nightlatch.adapters.history.routine import filled, noticed, put_aside, put_beside, recalled
from nightlatch.adapters.history.shown import needs_habits, shown_by
from nightlatch.adapters.history.surroundings import (
    Known,
    Surroundings,
    asked_of,
    maturity_at,
    partners_of,
    reads_version,
    sight,
)
from nightlatch.adapters.history.trails import KeptHoldings, Trails, Waits
from nightlatch.adapters.history.uses import PairKey, Uses, first_writes, touches_of, versions_of, wrote_version
from nightlatch.adapters.history.windows import (
    CREATION_KEPT,
    rights_asked_of,
    secret_trails,
)
from nightlatch.adapters.inventory.holdings_memory import MemoryHoldings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity

_LEARNT_AT_ONCE = 1_000


class TrailBaselines:
    """The port `Baselines` over a store of trails.

    Args:
        trails: The store of history.
        waits: The store of events that wait.
        inventory: What the operator told of the account.
        now: The clock; a sighting that comes late is kept from its coming.
        holdings: What the account was found to hold, and what records show of replicas.
        memory: What the process remembers between its batches; its own where several share none.
        young: What a history of less than 14 days counts as. LEARNING starts the time with the first event observed;
            NONE leaves it to `learn`, as a hunt does, which without `--history` stays without.
    """

    def __init__(  # noqa: PLR0913 - the stores, the clock, and what judging is told
        self,
        trails: Trails,
        waits: Waits,
        *,
        inventory: Inventory,
        now: Callable[[], datetime],
        holdings: KeptHoldings | None = None,
        memory: ProcessMemory | None = None,
        young: Maturity = Maturity.LEARNING,
    ) -> None:
        self._trails = trails
        self._waits = waits
        self._holdings = MemoryHoldings() if holdings is None else holdings
        self._told = self._inventory = inventory
        self._now = now
        self._memory = ProcessMemory() if memory is None else memory
        self._young = young

    def observe(self, events: Sequence[SecretEvent], own: Collection[str] = ()) -> Sequence[Baseline]:
        """Remember every event, then give the baseline of each, put together when it is looked at.

        Raises:
            Unavailable: The store could not be asked; observing the batch again is harmless.
        """
        if not events:
            return ()
        self._take_stock(events)
        now = self._now()
        since = self._memory.learning_since(now, partial(self._begin_learning, now))
        routine = recalled(events, own, self._memory)
        asked = [event for event in events if event.event_id not in routine]
        uses, seen = self._remember(asked, since, own)
        routine |= noticed(asked, seen, uses, self._memory, self._inventory)
        news = [event for event in asked if event.event_id not in routine]
        self._trails.add([entry for event in news for entry in entries_of(event, seen[event.event_id], now)])
        reads = [event for event in events if event.event_id in routine]
        quiet = put_aside(reads, routine, now, trails=self._trails, memory=self._memory)
        known = self._around(events, uses, since, {event.event_id: seen[event.event_id] for event in news}, quiet)
        return Surroundings(events, replace(known, routine=routine, quiet=quiet), self._inventory, self._young)

    def learn(self, events: Sequence[SecretEvent]) -> None:
        """Take history in: pairs, written versions, changes and deletions; no bursts.

        Raises:
            Unavailable: The store could not be asked; learning the same again is harmless.
        """
        left = iter(events)
        while some := tuple(islice(left, _LEARNT_AT_ONCE)):
            self._take_stock(some)
            _, seen = self._remember(some, self._trails.learning_since(None))
            self._trails.add([entry for event in some for entry in on_secret(event, seen[event.event_id])])
            self._trails.learning_since(min(event.at for event in some))
        self._memory.forget_learning()

    def postpone(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event that a rule cannot judge yet."""
        self._waits.keep(event, rule_id, until)

    def due(self, now: datetime) -> Sequence[tuple[SecretEvent, str, Baseline]]:
        """Give the kept events whose time has come, with what is known today."""
        ready = self._waits.due(now)
        if not ready:
            return ()
        events = [event for event, _ in ready]
        self._take_stock()
        uses = self._trails.touch((), [pair for event in events for pair in pairs_through(event, self._inventory)])
        known = self._around(events, uses, self._trails.learning_since(None))
        baselines = Surroundings(events, known, self._inventory, self._young, settled=now - LATENESS)
        return tuple((event, rule, baseline) for (event, rule), baseline in zip(ready, baselines, strict=True))

    def settle(self, event: SecretEvent, rule_id: str) -> None:
        """Forget a kept event that has been judged."""
        self._waits.drop(event, rule_id)

    def _take_stock(self, events: Sequence[SecretEvent] = ()) -> None:
        """Keep what events show of replicas, then join what the account holds with what the operator told."""
        self._holdings.note(events)
        self._inventory = self._holdings.joined(self._told)

    def _begin_learning(self, now: datetime) -> datetime | None:
        since = self._trails.learning_since(None)
        return self._trails.learning_since(now) if since is None and self._young is Maturity.LEARNING else since

    def _remember(
        self, events: Sequence[SecretEvent], since: datetime | None, own: Collection[str] = ()
    ) -> tuple[Mapping[PairKey, Uses], dict[str, Sighting]]:
        """Remember uses and written versions; give the uses, and the sighting of each event by its id."""
        uses = self._trails.touch(
            [
                touch
                for event in events
                for touch in (*touches_of(event, self._inventory), *shown_by(event), *made_by(event))
            ],
            [pair for event in events for pair in pairs_through(event, self._inventory)],
        )
        wrote = self._trails.wrote(
            first_writes(
                (version, event.at) for event in events if wrote_version(event) for version in versions_of(event)
            ),
            {version for event in events if reads_version(event) for version in versions_of(event)},
        )
        counts = {event.at: maturity_at(event.at, since, self._young) is not Maturity.NONE for event in events}
        return uses, {
            event.event_id: replace(
                sight(event, uses, wrote, inventory=self._inventory, pairs_count=counts[event.at]),
                own=event.event_id in own,
                request_id=event.request_id if event.event_id in own else None,
            )
            for event in events
        }

    def _around(
        self,
        events: Sequence[SecretEvent],
        uses: Mapping[PairKey, Uses],
        since: datetime | None,
        seen: Mapping[str, Sighting] = MappingProxyType({}),
        quiet: Collection[str] = (),
    ) -> Known:
        """Read every trail that the events need: of secrets first, for they explain what stands on the others.

        Quiet events need none; of habits they need those that a rule about a single call looks at.
        """
        loud = [event for event in events if event.event_id not in quiet]
        found = read_trails(
            self._trails, [(trail, event.at, CREATION_KEPT) for event in loud for trail in secret_trails(event)]
        )
        readers = self._trails.readers({key for event in loud for key in asked_of(event)})
        pairs = [PairKey(who, key) for key, principals in readers.items() for who in principals]
        asking = [event for event in events if event.event_id not in quiet or needs_habits(event, self._inventory)]
        shown = self._trails.partners({name for event in asking for name in partners_of(event)})
        strange = [(event, seen.get(event.event_id)) for event in loud]
        pairs += [pair for event, one in strange for pair in pairs_elsewhere(event, one, shown, self._inventory)]
        known = Known({**uses, **self._trails.touch((), pairs)} if pairs else uses, found, since, readers, shown)
        marking = Marking(known, self._inventory, self._young, self._now())
        marks = {event.event_id: marking.first(event, seen.get(event.event_id)) for event in loud}
        shown_as = {**seen, **{event_id: some[0].sighting for event_id, some in marks.items() if some}}
        judged = [(event, shown_as[event.event_id]) for event in loud if event.event_id in seen]
        beside = put_beside(judged, self._now(), memory=self._memory)
        self._trails.add([*(entry for some in marks.values() for entry in some), *beside])
        self._memory.fill(filled(beside))
        found.update(read_principals(self._trails, loud))
        changed = [entry for event in loud if event.event_id not in seen for entry in marking.again(event)]
        if changed:
            self._trails.add(changed)
            found.update(read_principals(self._trails, loud))
        found.update(read_trails(self._trails, rights_asked_of(loud, found)))
        # Last, for what is inherited is read off and never stored.
        found.update(Lineage(self._trails, self._inventory.deployers, self._young).inherited(loud, found, since))
        return known
