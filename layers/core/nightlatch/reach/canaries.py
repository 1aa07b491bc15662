"""What planting decoys reaches, with the caller's own credentials, and with nothing in the trail that says so."""

from __future__ import annotations

import uuid

from nightlatch.adapters.acting.planting import AwsGround, AwsNeighbours
from nightlatch.adapters.ledger.decoys import DynamoDecoys
from nightlatch.adapters.table import Table
from nightlatch.domain.errors import NightlatchError
from nightlatch.reach.connection import Connection
from nightlatch.service.canary_ports import CanaryPorts


def canaries(connection: Connection) -> CanaryPorts:
    """Give what planting, trying and removing decoys needs."""
    unmarked = connection.client("secretsmanager", marked=False)
    return CanaryPorts(
        registry=DynamoDecoys(Table(connection.client("dynamodb"), connection.settings.response_table)),
        neighbours=AwsNeighbours(unmarked),
        ground=AwsGround(unmarked),
        incidents=connection.incidents,
        dispatch=connection.dispatch,
        mint=lambda: str(uuid.uuid4()),
        region=connection.region,
    )


def decoy_names(connection: Connection) -> frozenset[str]:
    """Name the decoys that stand, as far as the caller may know; an audit of theirs leaves these alone."""
    try:
        planted = canaries(connection).registry.all()
    except NightlatchError:  # who may not read the registry touches them, and is told of
        return frozenset()
    now = connection.now()
    return frozenset(one.name for one in planted.decoys if one.stands(now))
