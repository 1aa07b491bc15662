"""Which version a person means: ids have 36 characters, and messages show the first eight."""

from __future__ import annotations

from collections.abc import Iterable

from nightlatch.domain.errors import Refused
from nightlatch.domain.secret.versions import SecretState

SHORTEST = 8  # characters of an id that may stand for all of it


def version_meant(name: str, secret: SecretState | None, copied: Iterable[str] = ()) -> str | None:
    """Find the version that is meant by a label, an id or the beginning of one; None where there is no such version.

    Args:
        name: What was written.
        secret: As described now; None where it is gone.
        copied: The versions that the vault holds.

    Raises:
        Refused: It may be one of several.
    """
    holder = secret.holder(name) if secret is not None else None
    if holder is not None:
        return holder.id
    known = dict.fromkeys((*(one.id for one in (secret.versions if secret is not None else ())), *copied))
    if name in known:
        return name
    found = [one for one in known if len(name) >= SHORTEST and one.startswith(name)]
    if len(found) > 1:
        raise Refused(f"{name} may be any of {', '.join(found)}; write more of it")
    return found[0] if found else None
