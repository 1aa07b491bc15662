"""Who still points to the old ARN of a secret that was created again: said by name, and what was not looked at, too.

Only the full old ARN counts. A name goes on to work, and so does a pattern such as `secret:prod/db-??????`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

LATELY = timedelta(days=30)
MOST_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What was found for one ARN."""

    arn: str
    found: Mapping[str, Sequence[str]]  # what kind of thing -> their names
    not_looked: Mapping[str, str]  # what kind of thing -> why nobody could look

    @property
    def lines(self) -> tuple[str, ...]:
        """Tell it, a line for each kind of thing."""
        return tuple(self._lines())

    @property
    def text(self) -> str:
        """Tell it in one note."""
        return "; ".join(self.lines)

    def _lines(self) -> Iterator[str]:
        if any(self.found.values()):
            yield f"still pointing to the old ARN {self.arn}"
        else:
            yield f"nothing was found that points to the old ARN {self.arn}"
        yield from (f"{kind}: {_listed(names)}" for kind, names in self.found.items() if names)
        yield from (f"not looked at: {kind} ({why})" for kind, why in self.not_looked.items())


def names_arn(document: object, arn: str) -> bool:
    """Tell whether a policy, or any text, names an ARN in full."""
    text = document if isinstance(document, str) else json.dumps(document, default=str)
    return re.search(f"{re.escape(arn)}(?![\\w/+=.@*?-])", text.replace("\\/", "/")) is not None


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
