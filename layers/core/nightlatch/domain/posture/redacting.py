"""Takes out of findings what seems to be a credential in a name: the audit must not carry it further.

A name stands in its ARN, and in what other checks say of a secret. A word that looks drawn by chance is taken out where
it is a part of such a name, and nowhere else, for ids and versions look much like it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from nightlatch.domain.posture.checks import Posture
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.secret.credential_texts import credentials_of
from nightlatch.domain.secret.random_texts import random_words_of

REDACTED = "[redacted]"
_SUFFIX = len("-AbCdEf")  # that AWS gives the ARN of each secret, and that is no part of the name


def sensitive_parts(posture: Posture) -> tuple[str, ...]:
    """Give the parts of a posture's names that must not be shown, the longest first."""
    return _ordered(part for name in _names(posture) for part in sensitive_in(name))


@lru_cache(maxsize=1_024)
def sensitive_in(name: str) -> tuple[str, ...]:
    """Give the parts of one name that seem to be credentials, the longest first."""
    return _ordered((*credentials_of(name), *random_words_of(name)))


def redacted(text: str, parts: Iterable[str]) -> str:
    """Give a text without some parts; what is redacted already stays as it is."""
    for part in parts:
        text = text.replace(part, REDACTED)
    return text


def shown_arn(arn: str) -> str:
    """Give the ARN of a secret without what its name gives away; its last letters still tell it from others."""
    head, mark, tail = arn.partition(":secret:")
    suffix = tail[-_SUFFIX:]
    name = tail.removesuffix(suffix)
    return f"{head}{mark}{redacted(name, sensitive_in(name))}{suffix}" if mark else arn


def _ordered(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(parts), key=lambda part: (-len(part), part)))


def _names(posture: Posture) -> tuple[str, ...]:
    match posture:
        case SecretPosture():
            return (posture.name,)
        case FunctionPosture():
            return posture.rotates
        case _:
            return ()
