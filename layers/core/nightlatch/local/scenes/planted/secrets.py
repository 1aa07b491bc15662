"""Plants one secret as it is described; left as it is, every check is content with it.

Source: botocore 1.44 service model of Secrets Manager; what a rotation function does at its end (finishSecret moves
AWSCURRENT and drops AWSPENDING), facts 6.1.
"""

from __future__ import annotations

import json
import secrets as entropy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nightlatch.domain.secret.versions import CURRENT, PENDING
from nightlatch.local.scenes.planted.ground import Ground


class Rotation(StrEnum):
    """How far its rotation came."""

    DONE = "done"
    NEVER = "never succeeded"
    OFF = "turned off"
    NONE = "never set up"


class Key(StrEnum):
    """What encrypts it."""

    OWN = "a key of the customer's"
    BY_AWS = "AWS's own"
    UNAPPROVED = "a key that the policy does not approve"
    DISABLED = "a disabled key"
    WAITS = "a key that waits to be deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedSecret:
    """What a secret is to be."""

    description: str = "The login of a service."
    tags: tuple[tuple[str, str], ...] = (("owner", "orders"),)
    key: Key = Key.OWN
    made_days: float = 40  # before the audit
    value_days: float = 10  # the age of its current value
    rotation: Rotation = Rotation.DONE
    rotation_days: int = 30
    set_up_days: float = 10  # when its rotation was set up
    read_days: float | None = 1  # None: nobody ever read it
    pending_days: float | None = None  # since when a rotation hangs
    policy: str | None = None
    replica: str | None = None  # a Region
    replica_fails: bool = False
    labels: int = 0  # of somebody's own
    unlabelled: int = 0  # versions
    is_deleted: bool = False


def plant_secret(ground: Ground, name: str, what: PlantedSecret, *, rotator: str) -> str:
    """Plant a secret; give its ARN.

    Args:
        ground: Where.
        name: What it is called.
        what: What it is to be.
        rotator: ARN of the function that rotates it.
    """
    client = ground.client("secretsmanager")
    with ground.ago(what.made_days):
        key = _key(ground, what.key)
        asked: dict[str, Any] = {} if key is None else {"KmsKeyId": key}
        tags = [{"Key": one, "Value": value} for one, value in what.tags]
        arn = str(
            client.create_secret(Name=name, SecretString=_value(), Description=what.description, Tags=tags, **asked)[
                "ARN"
            ]
        )
        _grow(client, arn, what)
    _rotate(ground, client, arn, what, rotator)
    if what.read_days is not None:
        with ground.ago(what.read_days):
            client.get_secret_value(SecretId=arn)
    _hang(ground, client, arn, what)
    _replicate(ground, client, name, arn, what)
    if what.policy is not None:
        with ground.ago(what.value_days):
            client.put_resource_policy(SecretId=arn, ResourcePolicy=what.policy)
    _spoil(ground, key, what)
    if what.is_deleted:
        client.delete_secret(SecretId=arn, RecoveryWindowInDays=30)
    return arn


def _value() -> str:
    return json.dumps({"username": "app", "password": entropy.token_urlsafe(18)})


def _key(ground: Ground, key: Key) -> str | None:
    match key:
        case Key.OWN:
            return ground.key
        case Key.BY_AWS:
            return None
        case Key.UNAPPROVED | Key.DISABLED | Key.WAITS:
            return ground.a_key()


def _grow(client: Any, arn: str, what: PlantedSecret) -> None:
    """Give it versions and labels that nobody needs."""
    for _ in range(what.unlabelled):
        client.put_secret_value(SecretId=arn, SecretString=_value())
    current = _holder(client, arn, CURRENT)
    for number in range(what.labels):
        client.update_secret_version_stage(SecretId=arn, VersionStage=f"release-{number}", MoveToVersionId=current)


def _rotate(ground: Ground, client: Any, arn: str, what: PlantedSecret, rotator: str) -> None:
    """Renew its value, and say when it is to be renewed again."""
    if what.rotation is Rotation.DONE:
        with ground.ago(what.value_days):
            client.rotate_secret(SecretId=arn, RotationLambdaARN=rotator, **_rules(what))
            _finish(client, arn)
        return
    if what.value_days < what.made_days:
        with ground.ago(what.value_days):
            client.put_secret_value(SecretId=arn, SecretString=_value())
    if what.rotation is Rotation.NONE:
        return
    with ground.ago(what.set_up_days):
        client.rotate_secret(SecretId=arn, RotationLambdaARN=rotator, RotateImmediately=False, **_rules(what))
        if what.rotation is Rotation.OFF:
            client.cancel_rotate_secret(SecretId=arn)


def _rules(what: PlantedSecret) -> dict[str, Any]:
    return {"RotationRules": {"AutomaticallyAfterDays": what.rotation_days}}


def _finish(client: Any, arn: str) -> None:
    """Do what a rotation function does, for the planted one does nothing."""
    version = _holder(client, arn, PENDING)
    client.put_secret_value(SecretId=arn, ClientRequestToken=version, SecretString=_value(), VersionStages=[PENDING])
    client.update_secret_version_stage(
        SecretId=arn,
        VersionStage=CURRENT,
        MoveToVersionId=version,
        RemoveFromVersionId=_holder(client, arn, CURRENT),
    )


def _hang(ground: Ground, client: Any, arn: str, what: PlantedSecret) -> None:
    if what.pending_days is not None:
        with ground.ago(what.pending_days):
            client.put_secret_value(SecretId=arn, SecretString=_value(), VersionStages=[PENDING])


def _replicate(ground: Ground, client: Any, name: str, arn: str, what: PlantedSecret) -> None:
    if what.replica is None:
        return
    with ground.ago(what.value_days):
        if what.replica_fails:  # a namesake stands in the way
            there = ground.client("secretsmanager", region_name=what.replica)
            there.create_secret(Name=name, SecretString=_value())
        client.replicate_secret_to_regions(SecretId=arn, AddReplicaRegions=[{"Region": what.replica}])


def _spoil(ground: Ground, key: str | None, what: PlantedSecret) -> None:
    if key is None:
        return
    if what.key is Key.UNAPPROVED:
        ground.keys.remove(key)
    if what.key is Key.DISABLED:
        ground.client("kms").disable_key(KeyId=key.rpartition("/")[2])
    if what.key is Key.WAITS:
        ground.client("kms").schedule_key_deletion(KeyId=key.rpartition("/")[2])


def _holder(client: Any, arn: str, label: str) -> str:
    labels = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    return str(next(version for version, borne in labels.items() if label in borne))
