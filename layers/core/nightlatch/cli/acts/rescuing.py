"""Runs the verbs for what a secret needs beside its value: its key is put back, its replicas are made again."""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.cli.acts.acting import Asked, act
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.reach.where import Where, connect


def rescue_key(arn: str, asked: Asked, where: Where) -> ExitCode:
    """Put a key back; which secrets need it, the inventory says.

    Raises:
        NotFound: No stage, stack or key of that name.
        Refused: No secret is known to need it, nothing brings it back, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    _, holdings = DynamoHoldings(connection.state).last()
    held = tuple(holdings.needing(arn))
    return act((Action(kind=ActionKind.RESCUE_KEY, target=arn, held=held),), asked, where, connection)


def replicate_again(secret: str, regions: Sequence[str], asked: Asked, where: Where) -> ExitCode:
    """Make replicas again.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: Nobody knows of any replica, it cannot have one, you are no approver, or the responder refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    named = connection.secret(secret)
    wish = Action(kind=ActionKind.REPLICATE_AGAIN, secret=named, regions=tuple(sorted(set(regions))))
    return act((wish,), asked, where, connection)
