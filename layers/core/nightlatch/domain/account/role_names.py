"""Which names of roles are the same name with another mark of a release: what one role replaces is told by its name.

A deployment that renews a role gives it a generated suffix, a version or another colour. These marks are taken off, and
only they: a bare number tells `worker-1` from `worker-2`, two services as often as two releases, and stays. Where one
cannot tell, the names differ, so that nothing is inherited and somebody is told.

Source: CloudFormation user guide, physical ids (stack, logical id and 12 or 13 letters and digits); Terraform,
`name_prefix` (date, time, counter: 26 digits) and `random_id`; Pulumi, auto-naming (7 hex digits); commits of git (7
to 40 hex digits).
"""

from __future__ import annotations

import re
from functools import lru_cache

_ROLE = re.compile(r"(?P<place>arn:[\w-]+:iam::\d{12}:role/(?:[^/]+/)*)(?P<name>[^/]+)")
_APART = re.compile(r"[-_]+")
_COLOURS = frozenset({"blue", "green"})
_VERSION = re.compile(r"v\d{1,4}(\.\d{1,4}){0,3}", re.IGNORECASE)  # in the middle too: shop-v2-TaskRole
_RELEASE = re.compile(r"(r|rev|rel|release|build)\d{1,6}|\d{1,4}(\.\d{1,4}){2}", re.IGNORECASE)
_STAMP = re.compile(r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{4}|\d{6}|\d{10}[0-9a-f]{8})?")
_HEX = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{7,40}")
_OF_CLOUDFORMATION = re.compile(r"(?=.*[A-Z])[A-Za-z0-9]{12,13}")
_WORDS = re.compile(r"(Ec2|EC2|S3|K8s|[A-Z]{2,}|[A-Z]?[a-z]{2,})+\d*")  # as one in forty suffixes reads, by chance
_STACK_AND_ID = 2  # words that CloudFormation puts before its suffix
_GLUED = re.compile(r"(?P<word>.*[A-Za-z])20\d{16}[0-9a-f]{8}")  # Terraform puts no dash behind a prefix
_A_WORD = re.compile(r"[A-Za-z]{3}")
_SAYS_NOTHING = frozenset({"terraform", "role"})  # what Terraform calls everything that has no name


def is_same_but_for_release(one: str, other: str) -> bool:
    """Tell whether two ARNs are of different roles of one family: of one account and path, alike but for the marks."""
    family = family_of(one)
    return family is not None and one != other and family == family_of(other)


@lru_cache(maxsize=4_096)
def family_of(role_arn: str) -> str | None:
    """Give the ARN without the marks of a release; None for what is no role or whose name is nothing but marks."""
    found = _ROLE.fullmatch(role_arn)
    if found is None:
        return None
    words = _without_marks(_APART.split(found["name"]))
    tells = any(_A_WORD.search(word) and word.lower() not in _SAYS_NOTHING for word in words)
    return f"{found['place']}{'-'.join(words)}" if tells else None


def _without_marks(words: list[str]) -> list[str]:
    """Leave out colours and versions, and whatever else marks a release at the end or before a last `role`."""
    left = [word for word in words if word and word.lower() not in _COLOURS and not _VERSION.fullmatch(word)]
    last = left[-1:] if left and left[-1].lower() == "role" else []
    left = left[: len(left) - len(last)]
    while left and _is_mark(left[-1], before=len(left) - 1):
        left.pop()
    if left and (glued := _GLUED.fullmatch(left[-1])):
        left[-1] = glued["word"]
    return [*left, *last]


def _is_mark(word: str, *, before: int) -> bool:
    """Tell whether a word at the end is a mark, so many words being before it."""
    if _OF_CLOUDFORMATION.fullmatch(word):
        return before >= _STACK_AND_ID and not _WORDS.fullmatch(word)
    return any(mark.fullmatch(word) for mark in (_RELEASE, _STAMP, _HEX))
