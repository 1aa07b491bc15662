"""What people said was theirs, in DynamoDB: one item per declaration under its principal, and one that lists it.

    pk                      sk              holds                                       kept
    declared#<principal>    <id>            the declaration as JSON                     45 days after its end
    declarations            <id>            its principal                               the same

The list is written first: a line without its declaration says nothing, a declaration without its line could not be
ended by anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.ledger.responses import ALLOWANCES_KEPT
from nightlatch.adapters.packing import packed, unpacked
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.errors import NotFound

_LIST = "declarations"


class DynamoDeclarations:
    """The port `Declarations` on the response table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, principal: str) -> Sequence[Declaration]:
        """Give those about a principal, over or not.

        Raises:
            Unavailable: The table could not be asked.
        """
        return [_read(item) for item in self._table.every(_pk(principal), since="!", until="~")]

    def standing(self, now: datetime) -> Sequence[Declaration]:
        """Give all that hold now, what ends first at the beginning.

        Raises:
            Unavailable: The table could not be asked.
        """
        listed = self._table.every(_LIST, since="!", until="~")
        found = self._table.get_all((_pk(str(item["principal"])), str(item["sk"])) for item in listed)
        return sorted((one for one in map(_read, found) if one.until > now), key=lambda one: (one.until, one.id))

    def declare(self, declaration: Declaration) -> None:
        """Write one down, once: of two with one id the first stays.

        Raises:
            Unavailable: The table could not be asked.
        """
        listed = {"pk": _LIST, "sk": declaration.id, "principal": declaration.principal}
        self._table.keep({**listed, "expires_at": _kept_until(declaration)})
        self._table.keep(_item(declaration))

    def end(self, declaration_id: str, by: str, now: datetime) -> Declaration:
        """End one before its time; one that is over stays as it was.

        Raises:
            NotFound: There is none of this id.
            Unavailable: The table could not be asked.
        """
        listed = self._table.get(_LIST, declaration_id)
        found = self._table.get(_pk(str(listed["principal"])), declaration_id) if listed is not None else None
        if found is None:
            raise NotFound(f"nothing is declared as {declaration_id}; nightlatch ours --list shows what is")
        declaration = _read(found)
        if declaration.until <= now:
            return declaration
        ended = declaration.ended(by, now)
        self._table.put(_item(ended))
        return ended


def _item(declaration: Declaration) -> Item:
    return {
        "pk": _pk(declaration.principal),
        "sk": declaration.id,
        "declaration": packed(encode(declaration)),
        "expires_at": _kept_until(declaration),
    }


def _kept_until(declaration: Declaration) -> int:
    return int((declaration.until + ALLOWANCES_KEPT).timestamp())


def _pk(principal: str) -> str:
    return f"declared#{key_part(principal)}"


def _read(item: Item) -> Declaration:
    return decode(Declaration, unpacked(item["declaration"]))
