"""Which secret a text means: callers use names, full ARNs and ARNs without their suffix for one secret.

A full ARN ends in `-` and six random characters, but so may a name (`prod-backup`), so a suffix is
never stripped for display or compared alone: every reading of the text is kept as a candidate. Only of an ARN that
AWS itself wrote is it certain, or somebody could name a decoy `prod/db-AbCdEf` to stand in for the secret `prod/db`.
Deleting and creating a secret again gives the same name a new ARN: two full ARNs are two secrets.

Source: botocore service model (SecretId), Secrets Manager user guide, troubleshoot ("partial ARN").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

_ARN = re.compile(
    r"^arn:(?P<partition>[\w-]+):secretsmanager:(?P<region>[^:]*):(?P<account>[^:]*):secret:(?P<tail>.+)$"
)
_SUFFIX_CHARS = 6
_SUFFIXED = re.compile(r"^(?P<name>.+)-[A-Za-z0-9]{6}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """A secret as somebody called it, with the account and Region in which the call was made."""

    text: str
    account_id: str
    region: str
    is_full: bool = False  # AWS wrote this ARN: it has its suffix

    @property
    def tail(self) -> str:
        """The part behind `secret:` of an ARN, or the name itself."""
        return _read(self.text)[1]

    @property
    def is_arn(self) -> bool:
        """Whether the caller used an ARN, full or partial."""
        return _read(self.text)[0]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name this text can stand for, the likeliest first."""
        names = _read(self.text)[2]
        return names[:1] if self.is_full else names

    @property
    def name(self) -> str:
        """The name to show a person: all of it, where what looks like a suffix reads like a part of the name."""
        doubtful = self.is_arn and not self.is_full and _reads_like_a_name(self.tail)
        return self.names[-1] if doubtful else self.names[0]

    @property
    def keys(self) -> tuple[str, ...]:
        """Where history about this secret may be kept: `account/region/name` for each candidate name."""
        return tuple(f"{self.account_id}/{self.region}/{name}" for name in self.names)


def secret_ref(text: str, *, account_id: str, region: str, by_aws: bool = False) -> SecretRef:
    """Read a text as a reference; an ARN's own account and Region win over the caller's.

    Args:
        text: A name, or an ARN with or without its suffix.
        account_id: Where the call was made.
        region: Where the call was made.
        by_aws: Whether AWS wrote the text, and no caller: its ARNs are full.
    """
    found = _ARN.match(text)
    if found is None:
        return SecretRef(text=text, account_id=account_id, region=region)
    return SecretRef(
        text=text,
        account_id=found["account"] or account_id,
        region=found["region"] or region,
        is_full=by_aws and _SUFFIXED.match(found["tail"]) is not None,
    )


def may_be_same(one: SecretRef, other: SecretRef) -> bool:
    """Tell whether two references can mean one secret.

    Two ARNs mean one secret only when they are equal or one, which a caller wrote, is the other without its suffix.
    """
    if (one.account_id, one.region) != (other.account_id, other.region):
        return False
    if one.is_arn and other.is_arn:
        if one.tail == other.tail:
            return True
        partial = one.tail in other.names and not one.is_full
        return partial or (other.tail in one.names and not other.is_full)
    return bool(set(one.names) & set(other.names))


def in_region(secret: SecretRef, region: str) -> SecretRef:
    """Refer to what bears the name, and the suffix, of a secret in another Region: of a replica that is its primary."""
    parts = secret.text.split(":")
    text = ":".join([*parts[:3], region, *parts[4:]]) if secret.is_arn else secret.text
    return replace(secret, text=text, region=region)


def representatives(references: Iterable[SecretRef]) -> dict[SecretRef, SecretRef]:
    """Give for each reference the fullest one that can mean the same secret.

    Names and partial ARNs join the full ARN they can mean; two full ARNs never join. The index of candidate
    names makes it linear, for two references that can mean one secret always share a key.
    """
    anchors: dict[str, list[SecretRef]] = {}
    stands_for: dict[SecretRef, SecretRef] = {}
    for reference in sorted(set(references), key=_fullest_first):
        keys = reference.keys
        near = (anchor for key in keys for anchor in anchors.get(key, ()))
        anchor = next((anchor for anchor in near if may_be_same(reference, anchor)), None)
        if anchor is None:
            anchor = reference
            for key in keys:
                anchors.setdefault(key, []).append(reference)
        stands_for[reference] = anchor
    return stands_for


def _fullest_first(reference: SecretRef) -> tuple[bool, bool, int, str]:
    return (not reference.is_full, not reference.is_arn, -len(reference.tail), reference.text)


def distinct(references: Iterable[SecretRef]) -> tuple[SecretRef, ...]:
    """Give one reference per secret, the fullest form of each, in order of first mention."""
    ordered = tuple(dict.fromkeys(references))
    stands_for = representatives(ordered)
    return tuple(dict.fromkeys(stands_for[reference] for reference in ordered))


@lru_cache(maxsize=65_536)
def _read(text: str) -> tuple[bool, str, tuple[str, ...]]:
    """Give whether a text is an ARN, its part behind `secret:`, and every name it can stand for."""
    found = _ARN.match(text)
    if found is None:
        return False, text, (text,)
    tail = found["tail"]
    suffixed = _SUFFIXED.match(tail)
    if suffixed is None:
        return True, tail, (tail,)
    return True, tail, (suffixed["name"], tail)


def _reads_like_a_name(tail: str) -> bool:
    """Tell whether what stands where a suffix would is a word or a number, as one in 190 random suffixes is."""
    last = tail[-_SUFFIX_CHARS:]
    return last.isdecimal() or (last.isalpha() and last.islower())
