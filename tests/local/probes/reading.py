"""Questions about what a secret shows of itself, and about one that waits to be deleted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError
from moto.secretsmanager.models import secretsmanager_backends

from local.probes.world import Probe, World, refused
from nightlatch.local import fidelity

A_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ],
    }
)


def an_old_secret(world: World) -> tuple[str, str, str]:
    """Three versions: one unlabelled, one previous, one current."""
    return world.a_secret(), world.put(), world.put()


def versions_in_describe(world: World) -> object:
    an_old_secret(world)
    return len(world.secrets.describe_secret(SecretId="prod/db")["VersionIdsToStages"])


def versions_listed(world: World) -> object:
    an_old_secret(world)
    return [
        len(world.secrets.list_secret_version_ids(SecretId="prod/db", IncludeDeprecated=too)["Versions"])
        for too in (False, True)
    ]


def age_listed_after_an_hour(world: World) -> object:
    world.a_secret()
    # Corrected moto goes by the world's clock; uncorrected moto by the wall's, so its version is made old by
    # hand.
    world.advance(timedelta(hours=1))
    if not fidelity.is_installed():
        (secret,) = secretsmanager_backends["123456789012"]["eu-west-1"].secrets.values()
        next(iter(secret.versions.values()))["createdate"] -= 3600
    value = world.secrets.get_secret_value(SecretId="prod/db")
    listed = world.secrets.list_secret_version_ids(SecretId="prod/db")["Versions"][0]
    return listed["CreatedDate"] == value["CreatedDate"]


def arn_listed(world: World) -> object:
    world.a_secret()
    return world.secrets.list_secret_version_ids(SecretId="prod/db")["ARN"].startswith("arn:aws:secretsmanager:")


def keys_after_a_change(world: World) -> object:
    pinned = world.a_secret()
    world.label("golden", pinned)
    for _ in range(2):
        world.put()
    key = world.client("kms").create_key()["KeyMetadata"]["KeyId"]
    world.client("kms").create_alias(AliasName="alias/ours", TargetKeyId=key)
    world.secrets.update_secret(SecretId="prod/db", KmsKeyId="alias/ours")
    listed = world.secrets.list_secret_version_ids(SecretId="prod/db")["Versions"]
    return {tuple(sorted(each["VersionStages"])): each.get("KmsKeyIds") for each in listed if each["VersionStages"]}


def day_of_last_read(world: World) -> object:
    world.a_secret()
    world.secrets.get_secret_value(SecretId="prod/db")
    read_on = world.secrets.describe_secret(SecretId="prod/db").get("LastAccessedDate")
    return read_on is not None and read_on.timestamp() % 86400 == 0


def batch_with_a_valueless_secret(world: World) -> object:
    world.a_secret()
    world.secrets.create_secret(Name="empty")
    try:
        batch = world.secrets.batch_get_secret_value(SecretIdList=["prod/db", "empty"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return [value["Name"] for value in batch["SecretValues"]], [error["SecretId"] for error in batch["Errors"]]


def writes_while_pending(world: World) -> object:
    version_id = world.a_secret()
    secrets = world.secrets
    secrets.delete_secret(SecretId="prod/db")
    calls: dict[str, tuple[Any, dict[str, Any]]] = {
        "put": (secrets.put_secret_value, {"SecretString": "2"}),
        "stage": (secrets.update_secret_version_stage, {"VersionStage": "golden", "MoveToVersionId": version_id}),
        "tag": (secrets.tag_resource, {"Tags": [{"Key": "team", "Value": "db"}]}),
        "untag": (secrets.untag_resource, {"TagKeys": ["team"]}),
        "put policy": (secrets.put_resource_policy, {"ResourcePolicy": A_POLICY}),
        "get policy": (secrets.get_resource_policy, {}),
        "delete policy": (secrets.delete_resource_policy, {}),
        "update": (secrets.update_secret, {"SecretString": "2"}),
        "rotate": (secrets.rotate_secret, {"RotationRules": {"AutomaticallyAfterDays": 7}}),
        "cancel rotation": (secrets.cancel_rotate_secret, {}),
        "delete": (secrets.delete_secret, {"RecoveryWindowInDays": 7}),
    }
    passed = {name for name, (call, rest) in calls.items() if refused(call, SecretId="prod/db", **rest) is None}
    allowed = {
        "describe": refused(secrets.describe_secret, SecretId="prod/db"),
        "versions": refused(secrets.list_secret_version_ids, SecretId="prod/db"),
        "restore": refused(secrets.restore_secret, SecretId="prod/db"),
    }
    return passed, {name for name, code in allowed.items() if code is None}


def text_while_pending(world: World) -> object:
    world.a_secret()
    world.secrets.delete_secret(SecretId="prod/db")
    try:
        world.secrets.get_secret_value(SecretId="prod/db")
    except ClientError as error:
        return "because it was marked for deletion." in error.response["Error"]["Message"]
    return "no error"


def create_while_pending(world: World) -> object:
    world.a_secret()
    world.secrets.delete_secret(SecretId="prod/db")
    return refused(world.a_secret)


_ALWAYS = {"describe", "versions", "restore"}

PROBES = {
    "describe-hides-unlabelled": Probe(ask=versions_in_describe, aws=2, moto=3),
    "list-honours-include-deprecated": Probe(ask=versions_listed, aws=[2, 3], moto=[3, 3]),
    "list-created-date-is-stable": Probe(ask=age_listed_after_an_hour, aws=True, moto=False),
    "list-full-arn": Probe(ask=arn_listed, aws=True, moto=False),
    "list-key-ids": Probe(
        ask=keys_after_a_change,
        aws={
            ("golden",): ["DefaultEncryptionKey"],
            ("AWSPREVIOUS",): ["alias/ours", "DefaultEncryptionKey"],
            ("AWSCURRENT",): ["alias/ours", "DefaultEncryptionKey"],
        },
        moto={("AWSPREVIOUS",): None, ("AWSCURRENT",): None},
    ),
    "last-accessed-date": Probe(ask=day_of_last_read, aws=True, moto=False),
    "batch-reports-valueless": Probe(
        ask=batch_with_a_valueless_secret, aws=(["prod/db"], ["empty"]), moto="ResourceNotFoundException"
    ),
    "pending-refuses-writes": Probe(
        ask=writes_while_pending,
        aws=(set(), _ALWAYS),
        moto=({"put", "stage", "tag", "untag", "put policy", "get policy", "delete policy"}, _ALWAYS),
    ),
    "pending-text": Probe(ask=text_while_pending, aws=True, moto=False),
    "create-while-pending": Probe(
        ask=create_while_pending, aws="InvalidRequestException", moto="ResourceExistsException"
    ),
}
