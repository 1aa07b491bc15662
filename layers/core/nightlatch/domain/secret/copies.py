"""Copies of values in the vault: what is known of each without opening it, and what binds it to its secret.

A version's value never changes in Secrets Manager, so a version has one copy, named by the secret's ARN and the
version's id: taken twice, it is the same copy.

Source: rulings 12, 13 and 17; Secrets Manager API reference, ClientRequestToken (32 to 64 characters).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.fingerprints import Shape

PRODUCT = "nightlatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One version's value, encrypted in the vault."""

    id: str
    secret_arn: str
    secret_name: str
    version_id: str
    taken_at: datetime
    expires_at: datetime
    labels: tuple[str, ...]  # that the version bore when it was copied
    metadata_digest: str  # of the snapshot that belongs to it
    shape: Shape
    place: str  # the object's key in the bucket
    object_version: str
    first_taken_at: datetime | None = None  # where it was taken again, before it would have expired

    @property
    def known_since(self) -> datetime:
        """When the vault first had this version's value: no later than that it was the secret's."""
        return self.first_taken_at or self.taken_at

    @property
    def secret(self) -> SecretRef:
        """Refer to its secret; AWS wrote this ARN."""
        return secret_ref(self.secret_arn, account_id="", region="", by_aws=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a restore drill found of one copy."""

    copy_id: str
    secret_name: str
    at: datetime
    held: bool  # it was decrypted, and its fingerprints are those that were stored
    why: str = ""  # what was wrong


def copy_id(secret_arn: str, version_id: str) -> str:
    """Name the copy of a version."""
    return f"c-{sha256(f'{secret_arn}|{version_id}'.encode()).hexdigest()[:20]}"


def client_token(copy: Copy) -> str:
    """Give the token with which a copy becomes a version again: retried, it makes no second one.

    Secrets Manager makes the token the id of the new version, and by it we know the version for ours. So nobody else
    may be able to work it out: its fingerprint goes in, which is keyed by KMS.
    """
    return str(UUID(sha256(f"{PRODUCT}|{copy.id}|{copy.shape.whole}".encode()).hexdigest()[:32], version=4))


def encryption_context(secret_arn: str, version_id: str) -> Mapping[str, str]:
    """Say what a copy is bound to: under any other context it does not open."""
    secret = secret_ref(secret_arn, account_id="", region="", by_aws=True)
    return {
        "product": PRODUCT,
        "account": secret.account_id,
        "region": secret.region,
        "secret_arn": secret_arn,
        "version_id": version_id,
    }


def of_version(copies: Iterable[Copy], version_id: str) -> Copy | None:
    """Find the copy of a version."""
    return next((one for one in copies if one.version_id == version_id), None)


def sample(copies: Iterable[Copy], proofs: Mapping[str, Proof], *, most: int) -> tuple[Copy, ...]:
    """Choose which copies a drill opens: those never proven first, then those whose proof is the oldest."""

    def last_proven(one: Copy) -> tuple[bool, float, str]:
        proof = proofs.get(one.id)
        return (proof is not None, proof.at.timestamp() if proof else 0.0, one.id)

    return tuple(sorted(copies, key=last_proven)[:most])
