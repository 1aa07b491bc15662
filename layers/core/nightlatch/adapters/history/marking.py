"""Which marks the sightings of a batch get once the trails of its secrets have been read, and which they lose later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.adapters.history.entries import marked, marked_again, marked_entry
from nightlatch.adapters.history.replicas_read import is_known_elsewhere, pairs_elsewhere
from nightlatch.adapters.history.surroundings import Known, maturity_at
from nightlatch.adapters.history.trails import Entry
from nightlatch.adapters.history.windows import DAY, principal_trail
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.pairs import FORGOTTEN_AFTER
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.judging.baseline import Baseline, Maturity


@dataclass(frozen=True, slots=True)
class Marking:
    """Marks what stands on principals' trails, by what is known of the secrets."""

    known: Known
    inventory: Inventory
    young: Maturity
    now: datetime

    def first(self, event: SecretEvent, seen: Sighting | None) -> tuple[Entry, ...]:
        """Mark an event that has just been seen, or a destruction that waited for the calls behind it.

        Args:
            event: What happened.
            seen: What history keeps of it so far, None where it waited.
        """
        pairs_count = maturity_at(event.at, self.known.since, self.young) is not Maturity.NONE
        elsewhere = pairs_elsewhere(event, seen, self.known.shown, self.inventory) if pairs_count else ()
        if seen is not None and is_known_elsewhere(event, elsewhere, self.known.uses):
            return (marked_entry(event, replace(seen, known=True), self.now),)
        return self._entries(event, marked(event, seen, self._of_secrets(event)))

    def again(self, event: SecretEvent) -> tuple[Entry, ...]:
        """Look again at the marks of an event that waited; what changes them came after it was first seen."""
        trail = self.known.trails.get(principal_trail(event))
        seen = None if trail is None else trail.find(event.event_id)
        return () if seen is None else self._entries(event, marked_again(event, seen, self._of_secrets(event)))

    def _entries(self, event: SecretEvent, sighting: Sighting | None) -> tuple[Entry, ...]:
        return () if sighting is None else (marked_entry(event, sighting, self.now),)

    def _of_secrets(self, event: SecretEvent) -> Baseline:
        on_secret = self.known.of_secrets(event).between(event.at - FORGOTTEN_AFTER, event.at + DAY)
        return Baseline(on_secret=on_secret, creations=on_secret.named("CreateSecret"), inventory=self.inventory)
