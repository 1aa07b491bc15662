"""Tables and queues on moto, in process, for the contract tests; and threads that all start at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Barrier, Lock
from typing import Any, TypeVar

import boto3
import pytest
from moto import mock_aws

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.ledger.deeds import DynamoDeeds
from nightlatch.adapters.ledger.moves import DynamoMoves
from nightlatch.adapters.ledger.offers import DynamoOffers
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.table import Table

ACCOUNT = "111122223333"
REGION = "eu-west-1"
TABLE = "nightlatch-table"

Got = TypeVar("Got")


def in_full(count: int, *, sample: int) -> int:
    """Give a large count under `make quality`, and a sample of it under `make test`."""
    return count if os.environ.get("NIGHTLATCH_FULL") else sample


@contextmanager
def on_moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer every AWS call of the block from moto, in our example account and Region."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "MOTO_ACCOUNT_ID": ACCOUNT,
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws(config={"lambda": {"use_docker": False}}):  # functions that run nothing
        yield


@cache
def a_client(service: str) -> Any:
    """Give a client that speaks to moto: one for all tests, for moto answers below it and making one takes long."""
    make: Any = boto3.client
    return OneCallAtATime(make(service, region_name=REGION))


class OneCallAtATime:
    """A client whose calls never overlap: moto checks a condition and writes in two steps, AWS does it in one."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found):
            return found

        def call(**asked: Any) -> Any:
            with self._lock:
                return found(**asked)

        return call


def a_table(name: str = TABLE) -> tuple[Table, Any]:
    """Create a table of the shape that template.yaml gives all three; give it and its client."""
    client = a_client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return Table(client, name, pause=lambda _: None), client


class WholeLedger:
    """The ports that stand on one table: what was offered, what was done, what became what, what waits for somebody."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        parts = (DynamoLedger, DynamoDeeds, DynamoMoves, DynamoOffers)
        self._parts = tuple(part(table, now=now) for part in parts)

    def __getattr__(self, name: str) -> Any:
        return next(getattr(part, name) for part in self._parts if hasattr(part, name))


def items_of(client: Any) -> list[dict[str, Any]]:
    """Give everything that stands in the table, as DynamoDB writes it."""
    found: list[dict[str, Any]] = client.scan(TableName=TABLE)["Items"]
    return found


def at_once(acts: Sequence[Callable[[], Got]], *, threads: int = 8) -> list[Got]:
    """Run acts in several threads that begin together; errors come out."""
    width = min(threads, len(acts))
    barrier = Barrier(width)

    def run(share: Sequence[Callable[[], Got]]) -> list[Got]:
        barrier.wait(timeout=30)
        return [act() for act in share]

    with ThreadPoolExecutor(width) as pool:
        done = [pool.submit(run, acts[start::width]) for start in range(width)]
        return [got for future in done for got in future.result(timeout=120)]
