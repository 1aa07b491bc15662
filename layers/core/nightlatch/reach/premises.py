"""What an audit from the command line looks at, with the caller's own credentials."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from nightlatch.adapters.counting.counted_dynamodb import DynamoCounted
from nightlatch.adapters.counting.uses import CountedUses
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.adapters.posture.premises import AwsPremises
from nightlatch.adapters.posture.protections import KeptProtections
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import NightlatchError
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.posture.secrets import Protected
from nightlatch.domain.posture.unseen import NOT_COUNTED, NOT_DEPLOYED, Gap
from nightlatch.domain.posture.use import SecretUse
from nightlatch.reach.bare import Reached
from nightlatch.service.audit_ports import Protections, Uses
from nightlatch.service.audit_scope import Scope

_TABLES = "dynamodb:BatchGetItem"


def premises_of(
    reached: Reached, policy: Policy, scope: Scope, *, uses: Uses | None = None, scans_lines: bool = False
) -> AwsPremises:
    """Give the account as AWS gives it, beside what a nightlatch here knows of it.

    Args:
        reached: The account, with or without a nightlatch.
        policy: What is wished for secrets.
        scope: Which secrets are looked at.
        uses: How secrets are used, where that is not what this nightlatch counted.
        scans_lines: Look through log lines of rotation functions, too.

    Raises:
        Unavailable: Nobody can tell whose credentials they are.
    """
    connection = reached.connection
    return AwsPremises(
        connection.client,
        account_id=connection.caller().account_id or "",
        region=connection.region,
        uses=uses or _uses(reached),
        protections=_protections(reached, policy),
        now=connection.now,
        stack=connection.settings.stack or None,
        scans_lines=scans_lines,
        wants=scope.covers,
        pause=_at_once if reached.is_local else time.sleep,
    )


def inventory_of(reached: Reached, policy: Policy) -> Inventory:
    """Give what the policy vouches for, with what a nightlatch here has learnt of the account.

    Raises:
        Refused: Its tables may not be read.
        Unavailable: They could not be.
    """
    if not reached.is_deployed:
        return policy.inventory
    return DynamoHoldings(reached.connection.state).joined(policy.inventory)


def _at_once(_seconds: float) -> None:
    """Wait for nothing: the stage has no quotas."""


def _uses(reached: Reached) -> Uses:
    if not reached.is_deployed:
        return NothingCounted()
    connection = reached.connection
    return CountedUses(DynamoCounted(connection.state, now=connection.now))


def _protections(reached: Reached, policy: Policy) -> Protections:
    if not reached.is_deployed:
        return NothingDeployed()
    connection = reached.connection
    kept = KeptProtections(
        states=connection.snapshots, copies=connection.copies, proofs=connection.proofs, policy=policy
    )
    return AsFarAsAllowed(kept)


class NothingCounted:
    """The port `Uses` where nobody has counted."""

    def of(self, _secrets: Sequence[SecretRef]) -> Mapping[SecretRef, SecretUse] | Gap:
        """Say so."""
        return NOT_COUNTED


class NothingDeployed:
    """The port `Protections` where there is no nightlatch."""

    def of(self, _secrets: Sequence[SecretRef]) -> Mapping[SecretRef, Protected] | Gap:
        """Say so."""
        return NOT_DEPLOYED

    def restore_proven_at(self) -> datetime | Gap | None:
        """Say so."""
        return NOT_DEPLOYED


class AsFarAsAllowed:
    """The port `Protections` for a caller who may be denied the tables: the rest of the audit goes on."""

    def __init__(self, kept: Protections) -> None:
        self._kept = kept

    def of(self, secrets: Sequence[SecretRef]) -> Mapping[SecretRef, Protected] | Gap:
        """Give what is known of some secrets, or that nobody could look."""
        try:
            return self._kept.of(secrets)
        except NightlatchError as error:
            return Gap(_TABLES, f"nightlatch's tables could not be read ({error})", is_once=True)

    def restore_proven_at(self) -> datetime | Gap | None:
        """Say when a restore was last proven, or that nobody could look."""
        try:
            return self._kept.restore_proven_at()
        except NightlatchError as error:
            return Gap(_TABLES, f"nightlatch's tables could not be read ({error})", is_once=True)
