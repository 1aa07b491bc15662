"""Writes what reads cost: the dearest first, what is beyond the top in one line, all of it in another."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.posture.counted_use import Span
from nightlatch.service.read_costs import By, ReadCost
from nightlatch.service.use_words import caller, moment, money, rate, time_text

_DIGITS = 4


def write_costs(costs: Sequence[ReadCost], by: By, span: Span, top: int, output: Form) -> None:
    """Write what reads cost.

    Args:
        costs: The dearest first.
        by: What they are added up by.
        span: In which was counted.
        top: How many are shown one by one; 0 for all.
        output: The form.
    """
    shown = costs[:top] if top else costs
    left = costs[len(shown) :]
    entries = [_entry(one, by) for one in shown]
    if left:
        entries.append(_rest(left, by))
    document = [{**one, "since": time_text(span.since), "until": time_text(span.until)} for one in entries]
    write(document, output, lambda: _table(shown, left, by) if costs else "nobody has read a secret in this time")
    usd, saves = sum(one.usd for one in costs), sum(one.saved_by_hour_cache for one in costs)
    say(
        f"from={moment(span.since)} to={moment(span.until)} UTC reads={sum(one.reads for one in costs)} "
        f"usd_a_month={money(usd)} saved_by_hour_cache={money(saves)}"
    )


def _entry(one: ReadCost, by: By) -> dict[str, object]:
    return {
        by.value: one.name,
        "reads": one.reads,
        "reads_per_hour": round(one.per_hour, _DIGITS),
        "usd_a_month": round(one.usd, _DIGITS),
        "saved_by_hour_cache": round(one.saved_by_hour_cache, _DIGITS),
        "saved_by_5min_cache": round(one.saved_by_5min_cache, _DIGITS),
        "secrets": len(one.secrets),
        "readers": len(one.readers),
        "throttled": one.throttled,
    }


def _rest(left: Sequence[ReadCost], by: By) -> dict[str, object]:
    return _entry(_sum(left), by) | {by.value: None, "others": len(left)}


def _sum(costs: Sequence[ReadCost]) -> ReadCost:
    return ReadCost(
        name="",
        reads=sum(one.reads for one in costs),
        per_hour=sum(one.per_hour for one in costs),
        usd=sum(one.usd for one in costs),
        saved_by_hour_cache=sum(one.saved_by_hour_cache for one in costs),
        saved_by_5min_cache=sum(one.saved_by_5min_cache for one in costs),
        readers=frozenset().union(*(one.readers for one in costs)),
        secrets=frozenset().union(*(one.secrets for one in costs)),
        throttled=sum(one.throttled for one in costs),
    )


def _table(shown: Sequence[ReadCost], left: Sequence[ReadCost], by: By) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(by.value.upper())
    for name in ("READS", "USD/MONTH", "SAVED BY 1 H CACHE", "BY 5 MIN", _other(by)):
        table.add_column(name, justify="right")
    table.add_column("NOTE")
    for one in shown:
        _add(table, _named(one, by), one, by)
    if left:
        _add(table, f"{len(left):,} others", _sum(left), by)
    return table


def _add(table: Table, name: str, one: ReadCost, by: By) -> None:
    note = f"{one.throttled:,} throttled" if one.throttled else ""
    table.add_row(
        cell(name),
        rate(one.per_hour),
        money(one.usd),
        money(one.saved_by_hour_cache),
        money(one.saved_by_5min_cache),
        f"{len(one.secrets if by is By.CALLER else one.readers):,}",
        note,
    )


def _other(by: By) -> str:
    return "SECRETS" if by is By.CALLER else "READERS"


def _named(one: ReadCost, by: By) -> str:
    match by:
        case By.CALLER:
            return caller(one.name)
        case By.SECRET:
            account_id, region, name = one.name.split("/", 2)
            return f"{name} ({account_id}, {region})" if name else f"no secret named ({account_id}, {region})"
        case _:
            return one.name or f"without a tag {by.value}"
