"""Where metadata snapshots are kept: in time order under the name of their secret, a state only when it is new.

pk                                sk                          holds                                       kept
secret#<account/Region/name>      metadata#<time>#<digest>    what the secret was from then on            400 days
secret#<account/Region/name>      kept                        when the keeper last looked, what it copied 400 days

Two keepers at once may write one state twice; reading gives it once. The newest state outlives its time: whenever it is
found unchanged with less than half of the time left, it is given all of it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.stored_items import readable, seconds, time_key
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.keeping import Kept
from nightlatch.domain.event.secrets import SecretRef, may_be_same, secret_ref
from nightlatch.domain.secret.metadata import MetadataSnapshot

KEPT_FOR = timedelta(days=400)
MOST = 500  # snapshots that are looked at, the newest
_MOST_BEFORE = 50  # and of those up to a moment: a flood of changes must not hide what was before it
_KIND = "metadata#"
_STATE = "kept"


class DynamoSnapshots:
    """The ports `Snapshots` and `KeptStates` on the snapshot table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def latest(self, secret: SecretRef) -> MetadataSnapshot | None:
        """Give the newest snapshot of what a reference can mean.

        Raises:
            Unavailable: The table could not be asked.
        """
        return next(iter(self.of(secret)), None)

    def of(self, secret: SecretRef, at: datetime | None = None) -> tuple[MetadataSnapshot, ...]:
        """Give the snapshots of what a reference can mean, the newest first, with those that held about a moment.

        Raises:
            Unavailable: The table could not be asked.
        """
        stored = [*self._stored(secret.keys, MOST)]
        if at is not None:
            stored += self._stored(secret.keys, _MOST_BEFORE, until=time_key(at))
        found = [one for _, one in stored if may_be_same(secret, _ref(one.metadata.arn))]
        ordered = sorted(found, key=lambda one: one.taken_at)
        return tuple(reversed(list(_without_repetitions(ordered))))

    def keep(self, snapshot: MetadataSnapshot) -> bool:
        """Keep a snapshot unless the newest says the same; tell whether it is new.

        Raises:
            Unavailable: The table could not be asked.
        """
        secret = _ref(snapshot.metadata.arn)
        item, newest = next(iter(self._stored(secret.keys[:1], 1)), (None, None))
        if item is not None and newest is not None and newest.digest == snapshot.digest:
            if int(item.get("expires_at", 0)) < seconds(snapshot.taken_at + KEPT_FOR / 2):
                self._table.put({**item, "expires_at": seconds(snapshot.taken_at + KEPT_FOR)})
            return False
        self._table.put(
            {
                "pk": _pk(secret.keys[0]),
                "sk": f"{_KIND}{time_key(snapshot.taken_at)}#{snapshot.digest}",
                "snapshot": encode(snapshot),
                "expires_at": seconds(snapshot.taken_at + KEPT_FOR),
            }
        )
        return True

    def note(self, kept: Kept) -> None:
        """Remember what the keeper last did about a secret; of two the later look counts.

        Raises:
            Unavailable: The table could not be asked.
        """
        item: Item = {
            "pk": _pk(_ref(kept.arn).keys[0]),
            "sk": _STATE,
            "kept": encode(kept),
            "looked_at": time_key(kept.looked_at),
            "expires_at": seconds(kept.looked_at + KEPT_FOR),
        }
        with suppress(Conflict):
            self._table.put(
                item,
                when="attribute_not_exists(#pk) OR #looked_at <= :looked_at",
                given={"looked_at": time_key(kept.looked_at)},
            )

    def states(self, arns: Sequence[str]) -> Mapping[str, Kept]:
        """Give what the keeper last did about each secret, by ARN, in one question for a hundred.

        Raises:
            Unavailable: The table could not be asked.
        """
        items = self._table.get_all((_pk(_ref(arn).keys[0]), _STATE) for arn in arns)
        return {kept.arn: kept for kept in (decode(Kept, str(item["kept"])) for item in items)}

    def _stored(self, keys: Iterable[str], most: int, *, until: str = "") -> Iterator[tuple[Item, MetadataSnapshot]]:
        for key in keys:
            items = self._table.query(_pk(key), since=_KIND, until=f"{_KIND}{until}~", most=most, newest_first=True)
            yield from readable(MetadataSnapshot, items, "snapshot")


def _without_repetitions(ordered: Iterable[MetadataSnapshot]) -> Iterator[MetadataSnapshot]:
    last = None
    for one in ordered:
        if one.digest != last:
            yield one
        last = one.digest


def _ref(arn: str) -> SecretRef:
    return secret_ref(arn, account_id="", region="", by_aws=True)


def _pk(key: str) -> str:
    return f"secret#{key_part(key)}"
