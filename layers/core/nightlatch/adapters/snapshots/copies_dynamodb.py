"""What is known of the vault's copies, and what the drills found: never a value, only keyed fingerprints.

pk                                sk              holds                                    kept
copy#<id>                         copy            what is known of the copy                as long as the copy
secret#<account/Region/name>      copy#<id>       that the secret has it                   as long as the copy
vault                             <id>            that it exists                           as long as the copy
proof#<copy id>                   proof           what the last drill found of it          400 days
drill                             last            when everything that was tried held      always
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.stored_items import FIRST, LAST, readable, seconds
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.secret.copies import Copy, Proof

PROOFS_KEPT = timedelta(days=400)
_BELONGS = "copy#"
_VAULT = "vault"


class DynamoCopies:
    """The port `Copies` on the snapshot table."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now

    def get(self, copy_id: str) -> Copy:
        """Give a copy.

        Raises:
            NotFound: There is none, or it has expired.
            Unavailable: The table could not be asked.
        """
        found = next(iter(self._some([copy_id])), None)
        if found is None:
            raise NotFound(f"copy {copy_id} is not in the vault (any more); see nightlatch snapshots list")
        return found

    def of(self, secret: SecretRef) -> tuple[Copy, ...]:
        """Give all copies of what a reference can mean, the newest first: their ids do not say which that is.

        Raises:
            Unavailable: The table could not be asked.
        """
        rows = [self._table.every(_pk(key), since=_BELONGS, until=f"{_BELONGS}~") for key in secret.keys]
        ids = dict.fromkeys(str(row["id"]) for some in rows for row in some)
        found = [one for one in self._some(ids) if may_be_same(secret, one.secret)]
        return tuple(sorted(found, key=lambda one: (one.taken_at, one.id), reverse=True))

    def keep(self, copy: Copy) -> None:
        """Remember a copy; keeping it twice is keeping it once.

        Raises:
            Unavailable: The table could not be asked.
        """
        fact: Item = {"id": copy.id, "expires_at": seconds(copy.expires_at)}
        self._table.put({**fact, "pk": f"copy#{copy.id}", "sk": "copy", "copy": encode(copy)})
        self._table.put_all(
            [
                {**fact, "pk": _pk(copy.secret.keys[0]), "sk": f"{_BELONGS}{copy.id}"},
                {**fact, "pk": _VAULT, "sk": copy.id},
            ]
        )

    def all(self) -> Iterator[Copy]:
        """Give every copy that has not expired.

        Raises:
            Unavailable: The table could not be asked.
        """
        rows = self._table.every(_VAULT, since=FIRST, until=LAST)
        return self._some(str(row["id"]) for row in rows)

    def _some(self, ids: Iterable[str]) -> Iterator[Copy]:
        items = self._table.get_all((f"copy#{key_part(one)}", "copy") for one in ids)
        now = self._now()  # DynamoDB may take days to remove what has expired
        return (one for _, one in readable(Copy, items, "copy") if one.expires_at > now)


class DynamoProofs:
    """The port `Proofs` on the snapshot table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def record(self, proofs: Sequence[Proof], now: datetime) -> None:
        """Remember what a drill found, and when a drill last opened everything that it tried.

        Raises:
            Unavailable: The table could not be asked.
        """
        kept = seconds(now + PROOFS_KEPT)
        self._table.put_all(
            {"pk": f"proof#{one.copy_id}", "sk": "proof", "proof": encode(one), "expires_at": kept} for one in proofs
        )
        if proofs and all(one.held for one in proofs):
            self._table.put({"pk": "drill", "sk": "last", "at": now.isoformat(), "opened": len(proofs)})

    def of(self, copy_ids: Iterable[str]) -> Mapping[str, Proof]:
        """Give the last proof of each copy that has one.

        Raises:
            Unavailable: The table could not be asked.
        """
        items = self._table.get_all((f"proof#{key_part(one)}", "proof") for one in copy_ids)
        return {proof.copy_id: proof for proof in (decode(Proof, str(item["proof"])) for item in items)}

    def last_drill(self) -> datetime | None:
        """Say when a drill last opened everything that it tried.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = self._table.get("drill", "last")
        return datetime.fromisoformat(str(found["at"])) if found else None


def _pk(key: str) -> str:
    return f"secret#{key_part(key)}"
