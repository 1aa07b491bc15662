"""How the adapters speak to a DynamoDB table in plain values: text, whole numbers and bytes under pk and sk.

Every table of the stack has the same shape: keys `pk` and `sk`, time to live in `expires_at` (epoch seconds).
Reads are strongly consistent, for a burst that two handlers see at once must be whole to the one that reads last.
There are no transactions: every change that must be whole is one item, written on a condition.
Expressions write `#name` for an attribute; the names are collected here, so no reserved word needs to be known.

Source: DynamoDB developer guide: BatchWriteItem and BatchGetItem (unprocessed items are the caller's to repeat, no key
twice, 25 and 100 items at most), key sizes (2,048 and 1,024 bytes), ReturnValuesOnConditionCheckFailure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from nightlatch.adapters.aws_errors import asking, code_of
from nightlatch.adapters.wire import Item, expressions, plain, wire
from nightlatch.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WRITES_AT_ONCE = 25
_READS_AT_ONCE = 100
_ROUNDS = 8
_FIRST_PAUSE_S = 0.05
_IS_NEW = "attribute_not_exists(#pk)"


class Conflict(Exception):
    """A condition did not hold; `item` is what stands there instead. Never leaves the adapters."""

    def __init__(self, item: Item | None = None) -> None:
        super().__init__("condition did not hold")
        self.item: Item = item or {}


class Table:
    """One table; safe to share between threads."""

    def __init__(self, client: DynamoDBClient, name: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._pause = pause

    def get(self, pk: str, sk: str) -> Item | None:
        """Read one item."""
        with asking(f"table {self._name}"):
            found = self._client.get_item(TableName=self._name, Key=wire({"pk": pk, "sk": sk}), ConsistentRead=True)
        return plain(found["Item"]) if "Item" in found else None

    def put(self, item: Item, *, when: str = "", given: Item | None = None) -> None:
        """Write one item whole.

        Raises:
            Conflict: The condition `when` does not hold.
        """
        with asking(f"table {self._name}"), _conflicts():
            self._client.put_item(
                TableName=self._name,
                Item=wire(item),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **expressions({"ConditionExpression": when}, given),
            )

    def keep(self, item: Item) -> None:
        """Write one item once and never again: what stands there stays as it is."""
        with suppress(Conflict):
            self.put(item, when=_IS_NEW)

    def update(self, pk: str, sk: str, change: str, *, when: str = "", given: Item | None = None) -> Item:
        """Change one item and give it as it was before, empty where it was not there.

        Raises:
            Conflict: The condition `when` does not hold.
        """
        with asking(f"table {self._name}"), _conflicts():
            answer = self._client.update_item(
                TableName=self._name,
                Key=wire({"pk": pk, "sk": sk}),
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **expressions({"UpdateExpression": change, "ConditionExpression": when}, given),
            )
        return plain(answer.get("Attributes", {}))

    def delete(self, pk: str, sk: str, *, when: str = "", given: Item | None = None) -> None:
        """Remove one item, or nothing where it is not there.

        Raises:
            Conflict: The condition `when` does not hold.
        """
        with asking(f"table {self._name}"), _conflicts():
            self._client.delete_item(
                TableName=self._name,
                Key=wire({"pk": pk, "sk": sk}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **expressions({"ConditionExpression": when}, given),
            )

    def put_all(self, items: Iterable[Item]) -> None:
        """Write many items whole; of several with one key the last counts."""
        unique = {(item["pk"], item["sk"]): item for item in items}
        for some in _chunks(unique.values(), _WRITES_AT_ONCE):
            self._put_some([{"PutRequest": {"Item": wire(item)}} for item in some])

    def _put_some(self, requests: list[dict[str, Any]]) -> None:
        for attempt in range(_ROUNDS):
            with asking(f"table {self._name}"):
                answer = self._client.batch_write_item(RequestItems={self._name: requests})  # type: ignore[dict-item]
            unprocessed: Mapping[str, Any] = answer.get("UnprocessedItems", {})
            requests = list(unprocessed.get(self._name, ()))
            if not requests:
                return
            self._pause(_FIRST_PAUSE_S * 2**attempt)
        raise Unavailable(f"table {self._name} takes no more writes now; try again later")

    def get_all(self, keys: Iterable[tuple[str, str]]) -> Iterator[Item]:
        """Read many items, those that are there."""
        for some in _chunks(dict.fromkeys(keys), _READS_AT_ONCE):
            yield from self._get_some([wire({"pk": pk, "sk": sk}) for pk, sk in some])

    def _get_some(self, keys: list[dict[str, Any]]) -> Iterator[Item]:
        for attempt in range(_ROUNDS):
            with asking(f"table {self._name}"):
                answer = self._client.batch_get_item(RequestItems={self._name: {"Keys": keys, "ConsistentRead": True}})
            yield from (plain(item) for item in answer["Responses"].get(self._name, ()))
            unprocessed: Mapping[str, Any] = answer.get("UnprocessedKeys", {})
            keys = list(unprocessed[self._name]["Keys"]) if self._name in unprocessed else []
            if not keys:
                return
            self._pause(_FIRST_PAUSE_S * 2**attempt)
        raise Unavailable(f"table {self._name} gives no more reads now; try again later")

    def query(self, pk: str, *, since: str, until: str, most: int, newest_first: bool = False) -> list[Item]:
        """Read the items of one partition whose sort key lies between two, both included, `most` at most."""
        return list(islice(self._pages(pk, since, until, limit=most, newest_first=newest_first), most))

    def every(self, pk: str, *, since: str, until: str) -> Iterator[Item]:
        """Read all items of one partition whose sort key lies between two, both included, however many they are.

        For what must be whole: a copy that is not seen is not restored, an act that is not seen is not counted.
        """
        return self._pages(pk, since, until)

    def _pages(
        self, pk: str, since: str, until: str, *, limit: int | None = None, newest_first: bool = False
    ) -> Iterator[Item]:
        asked: dict[str, Any] = {
            "TableName": self._name,
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
            **expressions(
                {"KeyConditionExpression": "#pk = :pk AND #sk BETWEEN :since AND :until"},
                {"pk": pk, "since": since, "until": until},
            ),
        }
        left = limit
        while True:
            if left is not None:
                asked["Limit"] = left
            with asking(f"table {self._name}"):
                page = self._client.query(**asked)
            items = page.get("Items", [])
            yield from (plain(item) for item in items)
            left = None if left is None else left - len(items)
            if (left is not None and left <= 0) or "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@contextmanager
def _conflicts() -> Iterator[None]:
    """Turn a condition that failed into Conflict, before `asking` sees the error."""
    try:
        yield
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise
        answer = cast("Mapping[str, Any]", error.response)
        raise Conflict(plain(answer.get("Item", {}))) from None


def _chunks(items: Iterable[Any], size: int) -> Iterator[Sequence[Any]]:
    left = iter(items)
    while chunk := tuple(islice(left, size)):
        yield chunk
