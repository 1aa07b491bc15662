"""The shape of every entry in the tables of needs, and what a service asks KMS for in the caller's name.

Source: SNS developer guide, sns-key-management; Secrets Manager user guide, security-encryption; S3 user guide,
UsingKMSEncryption; KMS developer guide, conditions-kms (`kms:ViaService`, `kms:EncryptionContext:context-key`, whose
name is compared without regard to case).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.policies import Request

Needs = Iterator[Request]
Write = Callable[[Mapping[str, Any], Insides], Needs]
Table = Mapping[tuple[str, str], Write]


def by_way_of(
    service: str,
    operations: Iterable[str],
    key: str | None,
    inside: Insides,
    context: Mapping[str, str] | None = None,
) -> Needs:
    """Give what a service asks KMS for in the caller's name.

    Args:
        service: How it names itself in `kms:ViaService`.
        operations: Of KMS, in order.
        key: The key's ARN; without one AWS's own key is used, whose policy lets everybody of the account in.
        inside: The caller's account and Region.
        context: The encryption context that the service sends.
    """
    keys = {"kms:viaservice": f"{service}.{inside.region}.amazonaws.com", **encryption_context(context or {})}
    resource = key or inside.key(f"alias/aws/{service}")
    for operation in operations:
        yield Request(
            action=f"kms:{operation}", resource=resource, keys=keys, through=service, granted_elsewhere=key is None
        )


def encryption_context(context: Mapping[str, str]) -> dict[str, str]:
    """Write an encryption context as the condition keys that a policy compares."""
    return {f"kms:encryptioncontext:{name}".casefold(): str(value) for name, value in context.items()}


def nothing(asked: Mapping[str, Any], inside: Insides) -> Needs:
    """Need no permission: everybody may make this call."""
    del asked, inside
    yield from ()


def on_everything(action: str) -> Write:
    """Need an action that AWS grants as a whole or not at all."""

    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        del asked, inside
        yield Request(action=action, resource="*")

    return write
