"""What is shown of decoys: the plan of each deed before anybody says yes, and the list of those that there are."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

import typer
from rich.table import Table as Drawn

from nightlatch.adapters.acting.planting import creation
from nightlatch.cli.speech.terminal import cell, plain
from nightlatch.domain.account.decoys import Decoy, Deed
from nightlatch.domain.answering.acting import Call
from nightlatch.service.canary import Planting

PRICE_USD = 0.40  # a month for each secret; source: AWS Secrets Manager pricing
_SERVICE = "secretsmanager"
Lines = Iterable[tuple[str, str]]


def write_plan(lines: Lines) -> None:
    """Write a plan to stdout; names and memos may hold anything."""
    typer.echo("\n".join(plain(f"{name:<9}{text}") for name, text in lines))


def price(count: int = 1) -> str:
    """Say what AWS takes for so many secrets."""
    return f"{PRICE_USD * count:.2f} USD a month"


def planting_lines(planned: Planting, *, registry: str, place: str) -> Iterator[tuple[str, str]]:
    """Say what planting does.

    Args:
        planned: The plan.
        registry: The table that the registry lies in.
        place: The options that name where it is done.
    """
    decoy, like = planned.decoy, planned.like
    if planned.leaving is not None:
        yield "Act", "Take a decoy back that waits to be deleted: whoever touches it is told as before"
        call = Call(service=_SERVICE, operation="RestoreSecret", parameters={"SecretId": decoy.arn}).command
    else:
        yield "Act", "Plant a decoy: whoever calls it by name, refused or not, is told as CRITICAL, with the memo"
        yield "Value", f"made up, like a {decoy.kind.value}; it opens nothing, and nobody is shown it"
        yield "Looks", _looks(planned)
        made = Call(service=_SERVICE, operation="CreateSecret", parameters=creation(decoy, like))
        call = f"{made.noted} --secret-string (made up)"
    yield "Secret", f"{decoy.name}, without rotation and replicas, {price()}"
    yield "Memo", decoy.memo
    yield "Call", _said_first(registry)
    yield "Call", call
    yield "To undo", f"nightlatch canary remove {shlex.quote(decoy.name)}{place}"


def removal_lines(decoy: Decoy, days: int, *, registry: str, place: str) -> Iterator[tuple[str, str]]:
    """Say what removing does."""
    parameters = {"SecretId": decoy.arn, "RecoveryWindowInDays": days}
    yield "Act", "Take a decoy away: everybody is told, and AWS deletes the secret when the window is over"
    yield "Decoy", f"{decoy.name} ({decoy.arn}), {decoy.said}"
    yield "So that", f"until then every other touch of it is told as before; from then on it is {price()} less"
    yield "Call", _said_first(registry)
    yield "Call", Call(service=_SERVICE, operation="DeleteSecret", parameters=parameters).command
    yield "To undo", f"nightlatch canary plant {shlex.quote(decoy.name)} --memo TEXT{place}, within {days} days"


def firing_lines(decoy: Decoy, *, registry: str) -> Iterator[tuple[str, str]]:
    """Say what trying does."""
    yield "Act", "Touch a decoy as a test: everybody is told as of a theft, and that you said it is a test"
    yield "Decoy", f"{decoy.name} ({decoy.arn}), {decoy.said}"
    yield "Call", _said_first(registry)
    yield "Call", Call(service=_SERVICE, operation="DescribeSecret", parameters={"SecretId": decoy.arn}).command


def fields_of(one: Decoy) -> dict[str, object]:
    """Give a decoy as a program reads it."""
    return {
        "name": one.name,
        "arn": one.arn,
        "memo": one.memo,
        "kind": one.kind.value,
        "state": _state(one),
        "leaves_at": f"{one.leaves_at:%Y-%m-%dT%H:%M:%SZ}" if one.leaves_at is not None else None,
        "planted_by": one.by,
        "planted_at": f"{one.planted_at:%Y-%m-%dT%H:%M:%SZ}",
        "tried_at": _tried(one),
    }


def table_of(some: Sequence[Decoy]) -> Drawn:
    """Draw the list."""
    table = Drawn(box=None, pad_edge=False)
    for name in ("NAME", "STATE", "KIND", "PLANTED", "TRIED", "BY", "MEMO"):
        table.add_column(name, no_wrap=name in {"STATE", "KIND"})
    for one in some:
        state = f"{_state(one)}, {one.leaves_at:%Y-%m-%d}" if one.leaves_at is not None else _state(one)
        planted, tried = f"{one.planted_at:%Y-%m-%d}", (_tried(one) or "never")[:10]
        table.add_row(*(cell(text) for text in (one.name, state, one.kind.value, planted, tried, one.by, one.memo)))
    return table


def _looks(planned: Planting) -> str:
    like = planned.like
    if like is None:
        return "bare: no description, no tags, AWS's own key; where its neighbours bear some, use --like"
    keys = ", ".join(key for key, _ in like.tags) or "none"
    return f"like {like.name}: its description, its tags ({keys}) and its key"


def _said_first(registry: str) -> str:
    return f"dynamodb:PutItem in {registry}: what you do is said there first"


def _state(one: Decoy) -> str:
    if one.leaves_at is not None:
        return "leaving"
    return "stands" if one.arn else "unfinished"


def _tried(one: Decoy) -> str | None:
    tests = [word.since for word in one.tendings if word.deed is Deed.FIRE]
    return f"{tests[-1]:%Y-%m-%dT%H:%M:%SZ}" if tests else None
