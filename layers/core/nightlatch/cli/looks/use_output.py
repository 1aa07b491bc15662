"""Writes who reads a secret: who, how often, when last, from where, with what; and whom its policy names."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, plain
from nightlatch.cli.speech.writing import write
from nightlatch.domain.aws_policies.named_readers import NamedReader
from nightlatch.domain.posture.prices import usd_a_month
from nightlatch.domain.posture.use import ReaderUse, SecretUse
from nightlatch.service.read_costs import saved
from nightlatch.service.use_words import caller, came_from, moment, money, rate, time_text

_NUMBERS = frozenset({"READS", "BUSIEST HOUR", "USD/MONTH"})
_DIGITS = 4  # of numbers for programs; more would be noise


def write_use(key: str, use: SecretUse, may_read: Sequence[NamedReader] | None, output: Form) -> None:
    """Write the use of a secret.

    Args:
        key: `account/region/name`.
        use: What was counted.
        may_read: Whom its resource policy names; None where nobody looked.
        output: The form.
    """
    account_id, region, name = key.split("/", 2)
    document = {
        "secret": name,
        "account": account_id,
        "region": region,
        "since": time_text(use.since),
        "until": time_text(use.until),
        "hours": round(use.hours, 1),
        "readers": [_reader(one, use.hours) for one in use.readers],
        "typed": [{"principal": one.principal, "tool": one.tool, "at": time_text(one.at)} for one in use.typed],
        "named_by_policy": None if may_read is None else [_named(one) for one in may_read],
    }
    write(document, output, lambda: Group(*_tables(name, region, use, may_read)))


def _reader(one: ReaderUse, hours: float) -> dict[str, object]:
    by_hour, by_5min = saved(one, hours)
    return {
        "principal": one.principal,
        "kind": one.kind.value,
        "reads": one.reads,
        "reads_per_hour": round(one.reads / hours, _DIGITS),
        "busiest_hour": one.busiest_hour,
        "hours_read_in": one.hours,
        "last_read": time_text(one.last_read),
        "place": one.place,
        "client": one.client,
        "through_endpoint": one.through_endpoint,
        "from_public": one.from_public,
        "caching": one.is_caching,
        "throttled": one.throttled,
        "hasty": one.hasty,
        "refused_deleted": one.refused_deleted,
        "usd_a_month": round(usd_a_month(one.reads, hours), _DIGITS),
        "saved_by_hour_cache": round(by_hour, _DIGITS),
        "saved_by_5min_cache": round(by_5min, _DIGITS),
    }


def _named(one: NamedReader) -> dict[str, object]:
    return {
        "who": one.who,
        "statement": one.statement,
        "effect": "deny" if one.forbidden else "allow",
        "conditional": one.conditional,
    }


def _tables(name: str, region: str, use: SecretUse, may_read: Sequence[NamedReader] | None) -> list[RenderableType]:
    days = use.hours / 24
    long = f"{days:.0f} days" if days >= 2 else f"{use.hours:.0f} h"  # noqa: PLR2004 - of a day and a half say hours
    head = f"{plain(name)} in {region}: counted from {moment(use.since)} to {moment(use.until)} UTC ({long})"
    parts: list[RenderableType] = [head, "", _readers(use) if use.readers else "nobody has read it in this time"]
    if use.typed:
        parts += ["", _typed(use)]
    if may_read is not None:
        no_names = "its resource policy lets nobody in; IAM policies of its account may"
        parts += ["", _allowed(may_read) if may_read else no_names]
    return parts


def _readers(use: SecretUse) -> Table:
    table = _table("READER", "KIND", "READS", "BUSIEST HOUR", "LAST READ (UTC)", "FROM", "CLIENT", "USD/MONTH", "NOTE")
    for one in use.readers:
        table.add_row(
            cell(caller(one.principal, one.kind)),
            one.kind.value,
            rate(one.reads / use.hours),
            f"{one.busiest_hour:,}",
            moment(one.last_read),
            cell(came_from(one)),
            cell(one.client or ""),
            money(usd_a_month(one.reads, use.hours)),
            _note(one, use.hours),
        )
    return table


def _note(one: ReaderUse, hours: float) -> str:
    by_hour, _ = saved(one, hours)
    haste = f" ({one.hasty:,} within 50 ms)" if one.hasty else ""
    said = (
        "caches" if one.is_caching else "",
        f"1 h cache saves {money(by_hour)}" if by_hour >= 0.01 else "",  # noqa: PLR2004 - a cent
        f"{one.throttled:,} throttled{haste}" if one.throttled else "",
        f"{one.refused_deleted:,} in vain, for it waits to be deleted" if one.refused_deleted else "",
    )
    return ", ".join(text for text in said if text)


def _typed(use: SecretUse) -> Table:
    table = _table("TYPED BY", "WITH", "WHEN (UTC)")
    for one in use.typed:
        table.add_row(cell(caller(one.principal)), one.tool, moment(one.at))
    return table


def _allowed(may_read: Sequence[NamedReader]) -> Table:
    table = _table("NAMED BY ITS POLICY", "EFFECT", "STATEMENT", "CONDITION")
    for one in may_read:
        effect = "may not read" if one.forbidden else "may read"
        table.add_row(cell(one.who), effect, str(one.statement), "only under its condition" if one.conditional else "")
    return table


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, justify="right" if name in _NUMBERS else "left")
    return table
