"""DynamoDB's transactions as AWS runs them: one that fails takes back its own writes and nobody else's.

moto copies the whole table before a transaction and puts the copy back when a condition fails, so that whatever
others wrote in between is lost, a claimed notice or the state of a response among it. Here writers wait for each
other, which is no slower: moto works in one process.

Source: DynamoDB developer guide, transaction-apis (isolation levels: TransactWriteItems and PutItem, UpdateItem and
DeleteItem are serialisable to each other).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from nightlatch.local.fidelity.correction import Correction, Evidence, Patch

CORRECTIONS = (
    Correction(
        id="transaction-isolation",
        aws="a transaction that fails leaves what others wrote meanwhile",
        moto="puts the whole table back as it was before the transaction",
        source="DynamoDB developer guide, transaction-apis",
        evidence=Evidence.VERIFIED,
    ),
)

_turn = RLock()


def _in_turn(write: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(write)
    def in_turn(*args: Any, **kwargs: Any) -> Any:
        with _turn:
            return write(*args, **kwargs)

    return in_turn


PATCHES = tuple(
    Patch(DynamoDBBackend, write.__name__, _in_turn(write))
    for write in (
        DynamoDBBackend.put_item,
        DynamoDBBackend.update_item,
        DynamoDBBackend.delete_item,
        DynamoDBBackend.transact_write_items,
    )
)
