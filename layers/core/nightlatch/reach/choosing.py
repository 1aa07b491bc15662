"""What choosing about an incident reaches: snoozes, declarations and allowances, with the caller's own credentials."""

from __future__ import annotations

import secrets as entropy
from functools import partial

from nightlatch.adapters.ledger.declarations import DynamoDeclarations
from nightlatch.adapters.snoozes import DynamoSleepers
from nightlatch.adapters.table import Table
from nightlatch.reach.connection import Connection
from nightlatch.service.approve import ApprovePorts
from nightlatch.service.choose import ChoosePorts
from nightlatch.service.snooze import SnoozePorts
from nightlatch.service.vouch import VouchPorts


def choosing(connection: Connection) -> ChoosePorts:
    """Give what choosing needs; snoozing and vouching are parts of it."""
    settings, incidents, dispatch = connection.settings, connection.incidents, connection.dispatch
    incident_table = Table(connection.client("dynamodb"), settings.incident_table)
    response_table = Table(connection.client("dynamodb"), settings.response_table)
    return ChoosePorts(
        incidents=incidents,
        approving=ApprovePorts(ledger=connection.ledger, dispatch=dispatch),
        snoozing=SnoozePorts(
            incidents=incidents, sleepers=DynamoSleepers(incident_table, incidents), dispatch=dispatch
        ),
        vouching=VouchPorts(
            incidents=incidents,
            changing=incidents,
            declarations=DynamoDeclarations(response_table),
            dispatch=dispatch,
        ),
        mint=partial(entropy.token_urlsafe, 24),
    )
