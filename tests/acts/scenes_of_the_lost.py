"""Moments after a secret was destroyed: it was vaulted, with all that a secret can have."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from acts.acting_world import AT, ActingWorld
from fakes_snapshots import a_copy, a_snapshot
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.metadata import RotationSettings
from worlds import ACCOUNT, REGION, a_client

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate"
VAULTED = Policy(default=Protection(mode=Mode.PROTECT, vault_days=90))
OF_A_STACK = ("aws:cloudformation:stack-name", "shop")
DESTROYED_AT = AT - timedelta(seconds=5)


def destroyed(world: ActingWorld, name: str = "prod/db") -> str:
    """Make a secret with all that it can have, keep it, and destroy it; give the ARN that it had."""
    client = a_client("secretsmanager")
    key = a_client("kms").create_key()["KeyMetadata"]["KeyId"]
    made = client.create_secret(
        Name=name,
        SecretString="planted",
        Description="the shop's",
        KmsKeyId=key,
        Tags=[{"Key": "team", "Value": "payments"}],
        AddReplicaRegions=[{"Region": "eu-central-1"}],
    )
    client.put_resource_policy(SecretId=name, ResourcePolicy=a_policy(made["ARN"]))
    metadata = AwsDescriptions(client).describe(world.secret(name)).metadata
    rotating = RotationSettings(enabled=True, lambda_arn=FUNCTION, days=30)
    metadata = replace(metadata, rotation=rotating, tags=(*metadata.tags, OF_A_STACK))
    snapshot = a_snapshot(DESTROYED_AT - timedelta(hours=2), metadata)
    copy = a_copy(made["VersionId"], at=DESTROYED_AT - timedelta(hours=2))
    copy = replace(copy, secret_arn=made["ARN"], secret_name=name, metadata_digest=snapshot.digest)
    world.snapshots.keep(snapshot)
    world.copies.keep(copy)
    world.policy = VAULTED
    client.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=["eu-central-1"])
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    return str(made["ARN"])


def a_function() -> None:
    """Make the rotation function."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = a_client("iam").create_role(RoleName="rotate", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as target:
        target.writestr("app.py", "")
    a_client("lambda").create_function(
        FunctionName="rotate",
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
    )


def a_policy(arn: str) -> str:
    """Write a resource policy as somebody writes it: its spaces are its own."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)


def everything(name: str = "prod/db") -> Mapping[str, Any]:
    """Describe all of a secret but its ARN and its value."""
    client = a_client("secretsmanager")
    found = client.describe_secret(SecretId=name)
    shown = ("Name", "Description", "KmsKeyId", "Tags", "RotationEnabled", "DeletedDate")
    return {
        **{field: found.get(field) for field in shown},
        "versions": found["VersionIdsToStages"],
        "policy": client.get_resource_policy(SecretId=name).get("ResourcePolicy"),
        "replicas": [one["Region"] for one in found.get("ReplicationStatus", ())],
    }


def resurrect(world: ActingWorld) -> Action:
    """Destroy a secret, and wish it back."""
    arn = destroyed(world)
    return Action(kind=ActionKind.RESURRECT, secret=of_aws(arn), at=DESTROYED_AT)


def rotates() -> bool:
    """Tell whether its rotation is on."""
    return bool(a_client("secretsmanager").describe_secret(SecretId="prod/db")["RotationEnabled"])


def settled() -> Mapping[str, Any]:
    """Leave out what differs from run to run: the copy is named by the ARN that the secret had, the key by chance."""
    state = everything()
    versions = [sorted(labels) for labels in state["versions"].values()]
    return {**state, "versions": versions, "policy": state["policy"] is not None, "KmsKeyId": bool(state["KmsKeyId"])}


def turn_on(world: ActingWorld) -> Action:
    """Have a secret back, and wish its rotation on."""
    was = destroyed(world)
    made = a_client("secretsmanager").create_secret(Name="prod/db", SecretString="planted")
    a_function()
    digest = world.snapshots.stored[0].digest
    return Action(kind=ActionKind.TURN_ON_ROTATION, secret=of_aws(made["ARN"]), snapshot=digest, was=was)


def of_aws(arn: str) -> SecretRef:
    """Refer to a secret by an ARN that AWS wrote."""
    return secret_ref(arn, account_id="", region="", by_aws=True)
