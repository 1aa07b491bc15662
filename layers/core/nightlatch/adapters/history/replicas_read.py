"""Whether somebody who is not known to read a secret is known to read it in another Region: it reads a replica.

A replica has the name and the suffix of its primary, and six random characters are no chance. So an application that
fails over to another Region is known there from its first read, where both reads name the ARN with its suffix. A bare
name proves nothing: two Regions may hold two secrets of one name. A name may end like an ARN, too, and whoever makes a
secret chooses it: so where the inventory says that the secret has no copy there, it is another one.

Source: Secrets Manager user guide, replicate-secrets; design detections, benign story 6 and ACC-08 (replicas known).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nightlatch.adapters.history.shown import habits_key
from nightlatch.adapters.history.uses import Kind, PairKey, Uses, pair_before
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.habits import Kind as Side
from nightlatch.domain.history.sightings import Sighting

_REGION = f"{Side.REGION}#"


def pairs_elsewhere(
    event: SecretEvent, seen: Sighting | None, shown: Mapping[str, Mapping[str, Uses]], inventory: Inventory
) -> tuple[PairKey, ...]:
    """Name the reader and the secret as it would be in each other Region that the reader has called in before.

    None of a copy that is known to have been cut loose: it bears the suffix still, and is a secret of its own.
    """
    secret = event.secret
    is_strange = seen is not None and not seen.known and event.succeeded and event.called("GetSecretValue")
    if not is_strange or secret is None or not secret.is_arn or secret.name == secret.tail:
        return ()  # no suffix, or what may as well be the end of its name
    if inventory.replications.is_cut_loose(secret, event.at):
        return ()
    facets = shown.get(habits_key(event), {})
    regions = {facet.removeprefix(_REGION) for facet in facets if facet.startswith(_REGION)} - {secret.region}
    tail, who, holdings = secret.tail, event.principal.key, inventory.holdings
    there = (region for region in sorted(regions) if not holdings.has_no_copy_in(secret, region))
    return tuple(PairKey(who, f"{secret.account_id}/{region}/{tail}") for region in there)


def is_known_elsewhere(event: SecretEvent, pairs: Sequence[PairKey], uses: Mapping[PairKey, Uses]) -> bool:
    """Tell whether the reader is known for one of these pairs."""
    found = (pair_before([uses[pair]], Kind.READ, event.at) for pair in pairs if pair in uses)
    return any(pair is not None and pair.is_known(event.at) for pair in found)
