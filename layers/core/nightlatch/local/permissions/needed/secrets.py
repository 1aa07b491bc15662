"""What calls of Secrets Manager need: the action on the secret, what it implies, and the secret's key.

Reading asks KMS to decrypt, writing a value to make a data key and, when a retry compares, to decrypt; UpdateSecret
encrypts anew when the key changes. Which of a write's two rights AWS uses depends on what it finds, so a writer needs
both here. Where a secret is under AWS's own key, only an explicit Deny can refuse that part.

Source: service authorization reference (2026), list_awssecretsmanager; botocore 1.43 service model (what each
operation requires beside its own action); Secrets Manager user guide (2026), security-encryption. AWS asks about a
secret that does not exist yet by an ARN that only it knows; here that ARN lacks the six letters [B].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nightlatch.local.fidelity.condition_keys import carried, of_secret, requested_tags
from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, Write, by_way_of
from nightlatch.local.permissions.policies import Request

_VALIDATED = "RequestToValidateKeyAccess"  # the version that a trial of a new key names
_READ = ("Decrypt",)
_WRITE = ("GenerateDataKey", "Decrypt")


def _request(action: str, asked: Mapping[str, Any], inside: Insides) -> Request:
    named = str(asked.get("SecretId") or asked["Name"])
    arn = inside.secret(named)
    found = inside.found_secret(named)
    known = {"secretsmanager:secretid": arn} if found is None else of_secret(found)
    keys = {**(known if "SecretId" in asked else {}), **carried(action, asked)}
    if asked.get("KmsKeyId"):
        keys["secretsmanager:kmskeyarn"] = inside.key(str(asked["KmsKeyId"]))
    return Request(action=f"secretsmanager:{action}", resource=arn, keys=keys, named=named)


def _on_secret(*actions: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        for action in actions:
            yield _request(action, asked, inside)

    return write


def _get_value(asked: Mapping[str, Any], inside: Insides) -> Needs:
    request = _request("GetSecretValue", asked, inside)
    yield request
    version = inside.version(asked["SecretId"], asked.get("VersionId"), asked.get("VersionStage"))
    yield from _kms(_READ, inside.key_of_secret(asked["SecretId"], version), request.resource, version, inside)


def _put_value(asked: Mapping[str, Any], inside: Insides) -> Needs:
    request = _request("PutSecretValue", asked, inside)
    yield request
    key = inside.key_of_secret(asked["SecretId"])
    yield from _kms(_WRITE, key, request.resource, asked.get("ClientRequestToken"), inside)


def _create(asked: Mapping[str, Any], inside: Insides) -> Needs:
    request = _request("CreateSecret", asked, inside)
    yield request
    if asked.get("Tags"):
        yield _with_tags(request, asked)
    if asked.get("AddReplicaRegions"):
        yield _request("ReplicateSecretToRegions", asked, inside)
    key = inside.own_key(asked.get("KmsKeyId"))
    yield from _kms(_WRITE, key, request.resource, _VALIDATED, inside)
    yield from _in_replicas(asked, inside)


def _with_tags(request: Request, asked: Mapping[str, Any]) -> Request:
    keys = {**request.keys, **requested_tags(asked)}
    return Request(action="secretsmanager:TagResource", resource=request.resource, keys=keys, named=request.named)


def _update(asked: Mapping[str, Any], inside: Insides) -> Needs:
    request = _request("UpdateSecret", asked, inside)
    yield request
    if "KmsKeyId" in asked:  # an empty one is AWS's own
        key = inside.own_key(asked["KmsKeyId"])
        yield from _kms((*_WRITE, "Encrypt"), key, request.resource, _VALIDATED, inside)
    elif "SecretString" in asked or "SecretBinary" in asked:
        key = inside.key_of_secret(asked["SecretId"])
        yield from _kms(_WRITE, key, request.resource, asked.get("ClientRequestToken"), inside)


def _rotate(asked: Mapping[str, Any], inside: Insides) -> Needs:
    yield _request("RotateSecret", asked, inside)
    function = asked.get("RotationLambdaARN") or inside.rotation_function(asked["SecretId"])
    if function:
        # That AWS asks for it on the caller's behalf, and so with this key, is believed: only a real account can tell.
        on_behalf = {"aws:viaawsservice": "true"}
        yield Request(action="lambda:InvokeFunction", resource=inside.function(function), keys=on_behalf)


def _replicate(asked: Mapping[str, Any], inside: Insides) -> Needs:
    request = _request("ReplicateSecretToRegions", asked, inside)
    yield request
    yield from _kms(_READ, inside.key_of_secret(asked["SecretId"]), request.resource, None, inside)
    yield from _in_replicas(asked, inside)


def _in_replicas(asked: Mapping[str, Any], inside: Insides) -> Needs:
    """Give what the keys of other Regions are asked; AWS's own, the default, lets everybody in."""
    for wish in asked.get("AddReplicaRegions", ()):
        there = Insides(inside.account, wish["Region"])
        key = there.own_key(wish.get("KmsKeyId"))
        yield from by_way_of("secretsmanager", ("GenerateDataKey", "Encrypt"), key, there)


def _kms(
    operations: tuple[str, ...], key: str | None, secret_arn: str, version: str | None, inside: Insides
) -> Iterator[Request]:
    context = {"SecretARN": secret_arn, **({"SecretVersionId": version} if version else {})}
    return by_way_of("secretsmanager", operations, key, inside, context)


def _list_secrets(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del asked, inside
    yield Request(action="secretsmanager:ListSecrets", resource="*")  # AWS asks about no resource here


_ALONE = (
    "CancelRotateSecret",
    "DeleteResourcePolicy",
    "DeleteSecret",
    "DescribeSecret",
    "GetResourcePolicy",
    "ListSecretVersionIds",
    "PutResourcePolicy",
    "RemoveRegionsFromReplication",
    "RestoreSecret",
    "StopReplicationToReplica",
    "TagResource",
    "UntagResource",
    "UpdateSecretVersionStage",
)

TABLE: Table = {
    **{("secretsmanager", name): _on_secret(name) for name in _ALONE},
    ("secretsmanager", "ValidateResourcePolicy"): _on_secret("ValidateResourcePolicy", "PutResourcePolicy"),
    ("secretsmanager", "ListSecrets"): _list_secrets,
    ("secretsmanager", "GetSecretValue"): _get_value,
    ("secretsmanager", "PutSecretValue"): _put_value,
    ("secretsmanager", "CreateSecret"): _create,
    ("secretsmanager", "UpdateSecret"): _update,
    ("secretsmanager", "RotateSecret"): _rotate,
    ("secretsmanager", "ReplicateSecretToRegions"): _replicate,
}
