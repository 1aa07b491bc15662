"""Which secrets a record is about, and which version: CloudTrail names them in a different place for every call.

The response's ARN is the surest, then what the caller typed, then the details of a service event. A refused call
carries no parameters at all; its target stands only in the text of the error.

Source: design facts 3.2 to 3.4 (real records of 2023 and 2024); traps 1 to 5, 8, 14, 15, 19, 20 and 30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nightlatch.adapters.records.json_values import parameters
from nightlatch.domain.event.events import KMS, Failure
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.secrets import SecretRef, distinct, secret_ref

# `... on resource: prod/db because no identity-based policy ...`, `... with an explicit deny in a ...`, or cut at 1 KB.
_REFUSED = re.compile(r" on resource: (?P<target>\S+)")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+")
# The service's own events of a deletion bear the secret in the request id, too: `SecretDeleteMessage:<arn>:<time>`.
_DESTROYED = re.compile(r"SecretDeleteMessage:(?P<arn>arn:[\w-]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+)")
_WRITES_BY_TOKEN = frozenset({"PutSecretValue", "CreateSecret"})
_WRITES = _WRITES_BY_TOKEN | {"UpdateSecret"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The places of a record in which a secret or a version can stand."""

    name: str
    account_id: str
    region: str
    request: Parameters = field(default_factory=Parameters)
    response: Parameters = field(default_factory=Parameters)
    details: Parameters = field(default_factory=Parameters)
    resources: tuple[str, ...] = ()
    request_id: str | None = None
    failure: Failure | None = None


def secrets_in(parts: Parts) -> tuple[SecretRef, ...]:
    """Refer to every secret that the record names, once each, in its fullest form, the surest first.

    Replicas that a call removes stand behind their primary: they are secrets of their own, and go with it.
    """
    texts = [*_named(parts)]
    if not texts and parts.failure is not None:
        texts = [(text, False) for text in _refused(parts.failure.message)]
    named = distinct(
        secret_ref(text, account_id=parts.account_id, region=parts.region, by_aws=by_aws) for text, by_aws in texts
    )
    return distinct((*named, *_replicas(named[:1], parts)))


def version_in(parts: Parts) -> str | None:
    """Give the version that was read, written or labelled; a refused write made none."""
    if parts.name == "GetSecretValue":
        return parts.request.text("versionId")
    if parts.name == "UpdateSecretVersionStage":
        return parts.request.text("moveToVersionId")
    if parts.name not in _WRITES:
        return parts.details.text("SecretVersionId", "versionId")
    if parts.failure is not None:
        return None
    # A real PutSecretValue answers with the ARN alone; the version takes the caller's token as its id.
    by_token = parts.request.text("clientRequestToken") if parts.name in _WRITES_BY_TOKEN else None
    return parts.response.text("versionId") or by_token


def secrets_encrypted(parts: Parts) -> tuple[SecretRef, ...]:
    """Refer to the secret whose value a call of KMS encrypts or decrypts, which its encryption context names.

    Source: Secrets Manager user guide, secret encryption and decryption (SecretARN, SecretVersionId); real records.
    """
    named = parts.request.child("encryptionContext").text("SecretARN")
    ref = secret_ref(named, account_id=parts.account_id, region=parts.region, by_aws=True) if named else None
    return (ref,) if ref is not None and ref.is_arn else ()


def is_other_use_of_key(record: Mapping[str, object]) -> bool:
    """Tell whether KMS decrypted something else than a secret: of those there may be more than of anything else."""
    if (record.get("eventSource"), record.get("eventName")) != (KMS, "Decrypt"):
        return False
    context = parameters(record.get("requestParameters")).child("encryptionContext")
    return context.text("SecretARN") is None


def version_encrypted(parts: Parts) -> str | None:
    """Give the version whose value a call of KMS encrypts or decrypts."""
    return parts.request.child("encryptionContext").text("SecretVersionId")


def _named(parts: Parts) -> Iterator[tuple[str, bool]]:
    """Give every text that names a secret, and whether AWS wrote it."""
    request, response, details = parts.request, parts.response, parts.details
    yield from _present(response.text("arn"), by_aws=True)
    yield from _present(request.text("secretId"))
    if parts.name == "CreateSecret":
        yield from _present(request.text("name"))
    yield from _present(*request.texts("secretIdList"))
    yield from _present(details.text("arn"), details.text("secretId"), details.text("name"), by_aws=True)
    yield from _present(*(arn for arn in parts.resources if ":secretsmanager:" in arn), by_aws=True)
    yield from _present(response.text("name"))
    destroyed = _DESTROYED.match(parts.request_id or "")
    yield from _present(destroyed and destroyed["arn"], by_aws=True)


def _replicas(primary: tuple[SecretRef, ...], parts: Parts) -> Iterator[SecretRef]:
    """Refer to the replicas that a call removes: the same name and suffix in another Region."""
    if parts.name != "RemoveRegionsFromReplication":
        return
    for secret in primary:
        for region in parts.request.texts("removeReplicaRegions"):
            if region != secret.region and _REGION.fullmatch(region):
                text = secret.text.replace(f":{secret.region}:", f":{region}:", 1) if secret.is_arn else secret.text
                yield replace(secret, text=text, region=region)


def _refused(message: str) -> Iterator[str]:
    """Read the target out of a refusal; a target of another service (a key, a role) is no secret."""
    found = _REFUSED.search(message)
    if found is None:
        return
    target = found["target"]
    foreign = target.startswith("arn:") and ":secret:" not in target
    if target != "*" and not foreign:
        yield target


def _present(*texts: str | None, by_aws: bool = False) -> Iterator[tuple[str, bool]]:
    yield from ((text, by_aws) for text in texts if text)
