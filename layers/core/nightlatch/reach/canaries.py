"""What planting decoys reaches, with the caller's own credentials, and with nothing in the trail that says so."""

from __future__ import annotations

import uuid

from nightlatch.adapters.acting.planting import AwsGround, AwsNeighbours
from nightlatch.adapters.ledger.decoys import DynamoDecoys
from nightlatch.adapters.table import Table
from nightlatch.reach.connection import Connection
from nightlatch.service.canary_ports import CanaryPorts


def canaries(connection: Connection) -> CanaryPorts:
    """Give what planting, trying and removing decoys needs."""
    unmarked = connection.unmarked_client("secretsmanager")
    return CanaryPorts(
        registry=DynamoDecoys(Table(connection.client("dynamodb"), connection.settings.response_table)),
        neighbours=AwsNeighbours(unmarked),
        ground=AwsGround(unmarked),
        incidents=connection.incidents,
        dispatch=connection.dispatch,
        mint=lambda: str(uuid.uuid4()),
        region=connection.region,
    )
