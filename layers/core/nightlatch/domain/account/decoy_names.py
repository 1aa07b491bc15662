"""Names for a decoy that its neighbours could bear: the same folder, the same way of joining words, another last word.

Whoever lists secrets shall not see which one is made up, and whoever knows nightlatch shall not know which it chose: so
there are many words, and a number that the caller draws says which come first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256

SUGGESTED = 5
_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_WORDS = (
    *("admin", "root", "master", "backup", "replica", "legacy", "migration", "reporting", "export", "batch"),
    *("readonly", "service", "sync", "import", "vendor", "partner", "audit", "bootstrap", "failover", "archive"),
)
_LEAVES = ("db", "api-key", "credentials", "login")  # where there are no neighbours to look like
_JOINTS = re.compile(r"(?<=[A-Za-z0-9])[-_.](?=[A-Za-z0-9])")


def is_name(text: str) -> bool:
    """Tell whether Secrets Manager takes a text for a name (API reference, CreateSecret)."""
    return _NAME.fullmatch(text) is not None


def suggested(names: Iterable[str], drawn: int) -> tuple[str, ...]:
    """Suggest names beside those that are there.

    Args:
        names: The secrets' names, as many as are known.
        drawn: Any number; another one gives another choice.
    """
    taken = {name for name in names if is_name(name)}
    folders = Counter(name.rpartition("/")[0] for name in taken)
    joint = _usual_joint(taken)
    found = {one for one in _beside(taken, joint) if one not in taken and is_name(one)}
    # Where most secrets are, one more is noticed least; among equals the number decides.
    ordered = sorted(found, key=lambda one: (-min(folders[one.rpartition("/")[0]], 2), _drawn(one, drawn)))
    return tuple(ordered[:SUGGESTED])


def _beside(names: Iterable[str], joint: str) -> Iterator[str]:
    some = list(names) or [f"prod/app/{leaf}" for leaf in _LEAVES]
    for name in some:
        folder, slash, leaf = name.rpartition("/")
        for word in _WORDS:
            yield f"{folder}{slash}{leaf}{joint}{word}"
            if slash:
                yield f"{folder}{joint}{word}{slash}{leaf}"


def _usual_joint(names: Iterable[str]) -> str:
    seen = Counter(found[0] for name in names for found in _JOINTS.finditer(name))
    return max(sorted(seen), key=lambda one: seen[one], default="-")


def _drawn(name: str, drawn: int) -> str:
    return sha256(f"{drawn}|{name}".encode()).hexdigest()
