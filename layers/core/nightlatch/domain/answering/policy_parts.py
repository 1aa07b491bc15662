"""What two inventories of a policy say differently, in words, and whether less is watched or more is trusted."""

from __future__ import annotations

from collections.abc import Iterator

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import TierOf

# what an entry means when it comes, and whether its coming or its going wants a second look
_SETS = {
    "protected_keys": ("is a key that secrets need", False),
    "rotation_functions": ("may rotate secrets", True),
    "self_resources": ("is a part of nightlatch", False),
    "trusted_accounts": ("is trusted as an account of yours", True),
    "decoys": ("is a decoy", False),
    "approved_regions": ("is a Region where secrets may be", True),
    "approved_keys": ("is a key that secrets may move to", True),
    "break_glass": ("is kept for emergencies, and no guard applies to it", True),
    "scanners": ("may look through all metadata unnoticed", True),
}


def changed_inventory(before: Inventory, after: Inventory) -> Iterator[tuple[str, bool]]:
    """Give each difference in words, and whether it wants a second look."""
    for name, (meaning, is_trust) in _SETS.items():
        was, becomes = getattr(before, name), getattr(after, name)
        yield from ((f"{entry} {meaning}", is_trust) for entry in sorted(becomes - was))
        yield from ((f"no longer: {entry} {meaning}", not is_trust) for entry in sorted(was - becomes))
    if before.organization_id != after.organization_id:
        yield (
            f"the organisation is {after.organization_id or 'unknown'}, was {before.organization_id or 'unknown'}",
            True,
        )
    if (before.holdings, before.replications) != (after.holdings, after.replications):
        yield "the secrets and functions that are written down are others", True
    yield from _tiers(before.tiers, after.tiers)
    yield from _deployers(before, after)


def _tiers(before: tuple[TierOf, ...], after: tuple[TierOf, ...]) -> Iterator[tuple[str, bool]]:
    was, becomes = ({one.names: one.tier for one in some} for some in (before, after))
    for names, tier in becomes.items():
        if was.get(names) is not tier:
            yield f"secrets {names} are {tier}{f', were {was[names]}' if names in was else ''}", True
    yield from ((f"secrets {names} are no longer {tier}", True) for names, tier in was.items() if names not in becomes)
    if before != after and was == becomes:
        yield "the tiers stand in another order; the first that matches decides", True


def _deployers(before: Inventory, after: Inventory) -> Iterator[tuple[str, bool]]:
    was, becomes = (
        {f"new roles of {one.principal} inherit, until {one.expires:%Y-%m-%d}" for one in some.deployers}
        for some in (before, after)
    )
    yield from ((text, True) for text in sorted(becomes - was))
    yield from ((f"no longer: {text}", False) for text in sorted(was - becomes))
