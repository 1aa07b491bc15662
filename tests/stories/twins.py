"""Tells the same story in other words, none of which may change what is found.

Source: rulings 2 and 35; traps 1 (a caller's word for a secret), 26 (delivered twice), 27 (order) and 44 (many
handlers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random

from stories.callers import ACCOUNT, OUTSIDE
from stories.records import Record, arn_of, partial_arn_of

MOST_CUTS = 12

_FULL = re.compile(rf"^arn:aws:secretsmanager:(?P<region>[^:]+):{ACCOUNT}:secret:(?P<name>.+)-\w{{6}}$")
_REFUSED = re.compile(r"(?<= on resource: )\S+")


def shuffled(records: Sequence[Record], seed: int) -> list[Record]:
    """Put records in some order."""
    return Random(seed).sample(records, len(records))  # noqa: S311 - an order, not a key


def doubled(records: Sequence[Record], seed: int) -> list[Record]:
    """Have every record twice, in some order."""
    return shuffled([*records, *records], seed)


def respelled(records: Sequence[Record], seed: int) -> list[Record]:
    """Call every secret by its name, its partial or its full ARN, as it comes, wherever the caller chose the word."""
    chance = Random(seed)  # noqa: S311 - words, not keys
    return [_respelled(record, chance) for record in records]


def cut(records: Sequence[Record], seed: int) -> Iterator[Sequence[Record]]:
    """Cut records at a dozen places or fewer, so that a short story comes record by record."""
    places = range(1, len(records))
    cuts = sorted(Random(seed).sample(places, min(MOST_CUTS, len(places))))  # noqa: S311 - cuts, not keys
    for start, end in pairwise((0, *cuts, len(records))):
        yield records[start:end]


def delivered_twice(batches: Iterator[Sequence[Record]]) -> Iterator[Sequence[Record]]:
    """Deliver each batch again, after the one that follows it."""
    before: Sequence[Record] = ()
    for batch in batches:
        yield batch
        if before:
            yield before
        before = batch
    yield before


def _respelled(record: Record, chance: Random) -> Record:
    identity = record.get("userIdentity") or {}
    asked = record.get("requestParameters")
    if identity.get("accountId") == OUTSIDE:
        return record  # AWS finds no secret of another account by its name
    if isinstance(asked, dict) and "secretId" in asked:
        again = {**asked, "secretId": _another_word(asked["secretId"], record["awsRegion"], chance)}
        return {**record, "requestParameters": again}
    if asked is None and "errorMessage" in record:
        message = _REFUSED.sub(lambda m: _another_word(m[0], record["awsRegion"], chance), record["errorMessage"])
        return {**record, "errorMessage": message}
    return record


def _another_word(text: str, region: str, chance: Random) -> str:
    found = _FULL.match(text)
    name, region = (found["name"], found["region"]) if found else (text, region)
    return chance.choice((name, partial_arn_of(name, region), arn_of(name, region)))
