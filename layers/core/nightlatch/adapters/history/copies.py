"""Under which names an event's secrets were used before: of a replica its primary's too, for it holds the same value.

What is used is remembered under its own name alone; only what is asked looks further. So what turns out to be no
replica has taught nobody anything.
"""

from __future__ import annotations

from nightlatch.adapters.history.uses import PairKey, keys_of, used_by
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent


def used_through(event: SecretEvent, inventory: Inventory) -> tuple[tuple[str, ...], ...]:
    """Name what an event used, as `used_by` does, and of each replica its primary too."""
    primaries = {
        keys_of(inventory.meant_by(secret)): keys_of(primary)
        for secret in event.secrets
        if (primary := inventory.primary_of(secret, event.at)) is not None
    }
    return tuple((*names, *primaries.get(names, ())) for names in used_by(event, inventory))


def pairs_through(event: SecretEvent, inventory: Inventory) -> tuple[PairKey, ...]:
    """Name the pairs to look up for an event: of its principal and all that `used_through` names."""
    keys = dict.fromkeys(key for names in used_through(event, inventory) for key in names)
    return tuple(PairKey(event.principal.key, key) for key in keys)
