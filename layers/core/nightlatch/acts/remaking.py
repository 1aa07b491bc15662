"""The calls that make a destroyed secret again, each made once however often they are planned, and what to warn of.

A policy goes in byte for byte, after AWS has checked it; a replica that somebody else's secret keeps out stays out.

Source: Secrets Manager API reference, CreateSecret, PutSecretValue, PutResourcePolicy (BlockPublicPolicy),
ReplicateSecretToRegions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.domain.answering.acting import Call
from nightlatch.domain.event.resources import written_out
from nightlatch.domain.recovering.putting_back import put_policy
from nightlatch.domain.recovering.resurrection import own_tags, reserved_tags, says_the_same
from nightlatch.domain.secret.copies import Copy, client_token
from nightlatch.domain.secret.metadata import SecretMetadata
from nightlatch.domain.secret.versions import SecretState

SERVICE = "secretsmanager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What was destroyed, as it shall be again."""

    arn: str
    copy: Copy
    metadata: SecretMetadata
    replicas: Mapping[str, str | None]  # Region -> key
    at: datetime | None
    copied_as: SecretMetadata | None  # what it was when the value was copied, where that is known
    chosen_key: str | None = None  # what two people chose instead

    @property
    def key_id(self) -> str | None:
        """Give the key to create it under: the one that its value was under when it was copied.

        Who may change a secret and may not read it could else have us put its value under a key of theirs.
        """
        return self.chosen_key or (self.copied_as or self.metadata).key_id

    @property
    def keeps_its_key(self) -> bool:
        """Whether the value goes back under a key that it was under before."""
        return self.chosen_key is None and self.copied_as is not None

    @property
    def token(self) -> str:
        """Give the id that its value gets as a version."""
        return client_token(self.copy)


def cancelled(there: SecretState | None) -> Iterator[Call]:
    """Try to cancel what is described as scheduled: once, for a deletion by force goes on all the same."""
    if there is not None:
        yield Call(service=SERVICE, operation="RestoreSecret", parameters={"SecretId": there.arn}, may_be_refused=True)


def created(lost: Lost) -> Call:
    """Create it with its value; its rotation stays off."""
    metadata, tags = lost.metadata, own_tags(lost.metadata)
    optional = {
        "Description": metadata.description,
        "KmsKeyId": lost.key_id,
        "Tags": [{"Key": key, "Value": value} for key, value in tags],
        "Type": metadata.type,
    }
    wished = {name: value for name, value in optional.items() if value}
    parameters = {"Name": metadata.name, "ClientRequestToken": lost.token, **wished}
    return Call(
        service=SERVICE,
        operation="CreateSecret",
        parameters=parameters,
        version_id=lost.token,
        value_from=lost.copy.id,
        otherwise=_another_key(lost),
    )


def put(lost: Lost, there: SecretState) -> Call:
    """Put its value into a secret that somebody else created: a new version, the one before stays."""
    return Call(
        service=SERVICE,
        operation="PutSecretValue",
        parameters={"SecretId": there.arn, "ClientRequestToken": lost.token},
        version_id=lost.token,
        value_from=lost.copy.id,
    )


def completed(lost: Lost, there: SecretState | None, now: SecretMetadata | None) -> Iterator[Call]:
    """Give what is missing beside the value; each is tried even where AWS refuses the other."""
    secret_id = there.arn if there is not None else lost.metadata.name
    policy = lost.metadata.policy_text
    if policy is not None and not says_the_same(policy, now.policy_text if now is not None else None):
        yield replace(put_policy(secret_id, policy), may_be_refused=True)
    present = {one.region for one in now.replicas} if now is not None else set()
    missing = {region: key for region, key in lost.replicas.items() if region not in present}
    if missing:
        wished = [{"Region": region, **({"KmsKeyId": key} if key else {})} for region, key in missing.items()]
        yield Call(
            service=SERVICE,
            operation="ReplicateSecretToRegions",
            parameters={"SecretId": secret_id, "AddReplicaRegions": wished},
            may_be_refused=True,
        )


def warnings_of(lost: Lost, doubted: Collection[str]) -> tuple[str, ...]:
    """Say what is not as it was, or not as it should be."""
    reserved = reserved_tags(lost.metadata)
    then, now = _key(lost.copied_as), _key(lost.metadata)
    is_moved = lost.copied_as is not None and lost.copied_as.key_id != lost.metadata.key_id
    policy = lost.metadata.policy_text or ""
    found = {
        f"its key was {then} when its value was copied, and {now} at the end": is_moved,
        f"which key its value was under when it was copied is unknown; it was {now} at the end": lost.copied_as is None,
        f"it is created under {lost.chosen_key}, which was chosen: who may use that key?": bool(lost.chosen_key),
        f"its resource policy names the old ARN {lost.arn}": lost.arn in policy,
        f"AWS alone sets {', '.join(reserved)}, which are missing: import it where a stack manages it": bool(reserved),
    }
    doubts = (
        f"it was offered to go back from version {one}, and nobody has answered: look who wrote it" for one in doubted
    )
    return (*doubts, *(text for text, is_so in found.items() if is_so))


def _another_key(lost: Lost) -> str:
    """Say what helps where a key no longer works; another one is put under it by two people's word alone."""
    other = f"two people may choose another key: nightlatch restore {lost.arn} --key KEY"
    region, account = lost.arn.split(":")[3:5]
    key = written_out(lost.key_id, service="kms", region=region, account=account) if lost.key_id else ""
    if ":key/" not in key:  # AWS's own key, or an alias, which may lead to another key by now
        return other
    return f"if KMS will not use its key, put it back (nightlatch rescue-key {key}) and try again; or {other}"


def _key(metadata: SecretMetadata | None) -> str:
    return "unknown" if metadata is None else metadata.key_id or "aws/secretsmanager"
