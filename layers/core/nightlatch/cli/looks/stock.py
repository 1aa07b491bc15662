"""Runs the verbs of the inventory: shows what was found, or takes it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from rich.table import Table

from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.adapters.inventory.account import AwsAccount
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.adapters.inventory.takings_dynamodb import DynamoTakings
from nightlatch.adapters.table import Table as StateTable
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import Show, cell, progress, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.takings import TIER_FALLS_AFTER, Taking
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect
from nightlatch.service.stock_ports import StockPorts
from nightlatch.service.stocktaking import Progress, Stocktaking, take_stock

_A_STEP = timedelta(minutes=2)  # shorter than a taking is held, so that nobody else goes on with ours
_RESTARTS = 3


def show(where: Where, output: Form) -> ExitCode:
    """Write what was found when the inventory was last taken.

    Raises:
        NotFound: No stage, stack or inventory.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    taking, holdings = DynamoHoldings(connection.state).last()
    if taking is None or not holdings:
        raise NotFound("no inventory has been taken yet; take one: nightlatch inventory refresh")
    write(document_of(holdings), output, lambda: _table(holdings))
    return _tell(taking)


def refresh(where: Where) -> ExitCode:
    """Take the inventory now.

    Raises:
        Refused: Somebody else is taking it at this moment, or AWS's list cannot be gone through.
        NotFound: No stage or stack.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    before, _ = DynamoHoldings(connection.state).last()
    restarts = 0
    with progress(before.secrets if before is not None else None) as doing:
        ports = _ports(connection, doing)
        doing("listing secrets")
        done = _a_step(connection, ports)
        while done.progress in {Progress.STOPPED, Progress.RESTARTS}:
            restarts += done.progress is Progress.RESTARTS
            if restarts > _RESTARTS:
                raise Refused("AWS forgets its place in the list again and again; try again later")
            done = _a_step(connection, ports)
    if done.taking is None:
        raise Refused("somebody else is taking the inventory at this moment; show it in five minutes")
    return _tell(done.taking)


def document_of(holdings: Holdings) -> dict[str, object]:
    """Write an inventory so that `hunt --inventory` reads it."""
    return {
        "taken_at": _time(holdings.taken_at),
        "secrets": [_fields(asdict(one)) for one in holdings.secrets],
        "functions": [_fields(asdict(one)) for one in holdings.functions],
        "self_resources": sorted(holdings.own),
    }


class _ShownTakings(DynamoTakings):
    """The pages of an inventory, each shown when it is kept."""

    def __init__(self, table: StateTable, doing: Show) -> None:
        super().__init__(table)
        self._doing = doing

    def keep(self, taking: Taking, page: int, found: Found) -> None:
        """Keep a page, and show how far it is."""
        super().keep(taking, page, found)
        self._doing(f"secrets listed: {taking.secrets}", done=taking.secrets)


def _ports(connection: Connection, doing: Show) -> StockPorts:
    account = AwsAccount(
        connection.client("secretsmanager"),
        connection.client("kms"),
        connection.client("lambda"),
        connection.client("cloudformation"),
        stack=connection.settings.stack,
    )
    state = connection.state
    return StockPorts(
        account=account,
        takings=_ShownTakings(state, doing),
        before=DynamoHoldings(state).tagged,
        postpone=DynamoWaits(state).keep,
    )


def _a_step(connection: Connection, ports: StockPorts) -> Stocktaking:
    return take_stock(ports, now=connection.now, until=connection.now() + _A_STEP, at_once=True)


def _fields(values: Mapping[str, object]) -> dict[str, object]:
    """Leave out what is not known."""
    known = {name: value for name, value in values.items() if value not in (None, ())}
    return {name: _time(value) if isinstance(value, datetime) else value for name, value in known.items()}


def _table(holdings: Holdings) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("SECRET", "TIER", "KEY", "ROTATED BY", "REPLICATION", "NOTE"):
        table.add_column(name)
    for one in sorted(holdings.secrets, key=lambda one: one.secret.name):
        table.add_row(
            cell(one.secret.name),
            one.tier or "",
            cell(_short(one.key) or "AWS's own"),
            cell(_short(one.rotated_by)),
            cell(_replication(one)),
            cell(_note(one)),
        )
    return table


def _short(arn: str | None) -> str:
    """Give what follows the account in an ARN."""
    return (arn or "").split(":", 5)[-1]


def _replication(one: Holding) -> str:
    if one.replica_regions:
        return f"to {', '.join(one.replica_regions)}"
    is_replica = one.primary_region not in {None, one.secret.region}
    return f"replica of {one.primary_region}" if is_replica else ""


def _note(one: Holding) -> str:
    deleted = f"scheduled for deletion ({_time(one.deleted_at)})" if one.deleted_at else ""
    managed = f"managed by {one.owning_service}" if one.owning_service else ""
    counts_from = one.lowered_at and _time(one.lowered_at + TIER_FALLS_AFTER)
    lowered = f"its tag says less; that counts from {counts_from}" if counts_from else ""
    return ", ".join(note for note in (deleted, managed, lowered) if note)


def _tell(taking: Taking) -> ExitCode:
    """Say what the inventory could not see, then its numbers in one line."""
    for gap in taking.gaps:
        say(f"not looked at: {gap}")
    say(f"taken={_time(taking.finished_at)} secrets={taking.secrets} gaps={taking.gap_count}")
    return ExitCode.PARTIAL if taking.gap_count else ExitCode.CLEAN


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
