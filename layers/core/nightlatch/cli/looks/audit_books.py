"""Where audits from this machine are kept, so that one that stopped goes on and two can be compared."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from nightlatch.adapters.books.book_sqlite import SqliteBook
from nightlatch.domain.errors import Unavailable
from nightlatch.service.audit_scope import Scope


def shelf(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of the books: the user's own place for what programs remember."""
    place = environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(place) / "nightlatch" / "audits"


@contextmanager
def book_of(account_id: str, region: str, scope: Scope, *, is_local: bool) -> Iterator[SqliteBook]:
    """Open the book of an account, a Region and a scope; another scope finds other things, and has a book of its own.

    Raises:
        Unavailable: The folder cannot be made, or the file cannot be used.
    """
    folder = shelf()
    name = "-".join(part for part in ("stage" if is_local else "", account_id, region, scope.id) if part)
    path = folder / f"{name}.sqlite"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)  # names of secrets stand in it
    except OSError as error:
        why = (error.strerror or "no reason given").lower()
        raise Unavailable(f"{folder} cannot be written ({why}); name another by XDG_STATE_HOME") from error
    with closing(SqliteBook(path)) as book:
        yield book
