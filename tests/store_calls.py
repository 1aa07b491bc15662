"""What the history of events costs its table: calls, and the units that DynamoDB bills them in.

Source: DynamoDB developer guide, capacity unit consumption: a strongly consistent read costs one unit for each 4 KB of
an item, of a query for each 4 KB of all that it gives, one at least; a write one for each KB of an item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_KB = 1_024
_READ_UNIT, _WRITE_UNIT = 4 * _KB, _KB


@dataclass
class Meter:
    """A client of DynamoDB that counts."""

    client: Any
    calls: Counter[str] = field(default_factory=Counter)
    read_units: int = 0
    write_units: int = 0

    def clear(self) -> None:
        self.calls.clear()
        self.read_units = self.write_units = 0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.client, name)
        bill = getattr(Bill, name)

        def metered(**asked: Any) -> Any:
            answer = call(**asked)
            self.calls[name] += 1
            reads, writes = bill(asked, answer)
            self.read_units += reads
            self.write_units += writes
            return answer

        return metered


class Bill:
    """Read and write units of each call that the table adapter makes."""

    @staticmethod
    def get_item(_: Any, answer: Any) -> tuple[int, int]:
        return _units([answer.get("Item", {})], _READ_UNIT), 0

    @staticmethod
    def batch_get_item(asked: Any, answer: Any) -> tuple[int, int]:
        (wanted,), (found,) = asked["RequestItems"].values(), answer["Responses"].values()
        return _units(found, _READ_UNIT) + len(wanted["Keys"]) - len(found), 0

    @staticmethod
    def query(_: Any, answer: Any) -> tuple[int, int]:
        return max(1, -(-sum(map(size_of, answer["Items"])) // _READ_UNIT)), 0

    @staticmethod
    def update_item(_: Any, answer: Any) -> tuple[int, int]:
        return 0, _units([answer.get("Attributes", {})], _WRITE_UNIT)

    @staticmethod
    def put_item(asked: Any, _: Any) -> tuple[int, int]:
        return 0, _units([asked["Item"]], _WRITE_UNIT)

    @staticmethod
    def batch_write_item(asked: Any, _: Any) -> tuple[int, int]:
        ((*puts,),) = asked["RequestItems"].values()
        return 0, _units([put["PutRequest"]["Item"] for put in puts], _WRITE_UNIT)


def size_of(item: Mapping[str, Mapping[str, str]]) -> int:
    """Give the bytes that an item is billed by, a number taken as long as its text."""
    return sum(
        len(name.encode()) + sum(len(str(text).encode()) for text in value.values()) for name, value in item.items()
    )


def _units(items: Any, unit: int) -> int:
    return sum(max(1, -(-size_of(item) // unit)) for item in items)
