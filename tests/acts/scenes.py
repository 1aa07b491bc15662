"""For each act a moment in which it has something to do: how the world stands, what is wished, what is so afterwards.

A new act brings a scene; `test_every_act.py` fails until it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from acts import scenes_beside_secrets as beside
from acts import scenes_of_the_lost as lost
from acts.acting_world import AT, ActingWorld
from acts.guard_scenes import allowing, ending, guarding, policy_text, unguarding
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.secret.metadata import MetadataSnapshot
from nightlatch.domain.secret.versions import PIN_PREFIX
from worlds import a_client


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment."""

    prepare: Callable[[ActingWorld], Action]
    state: Callable[[], Any]  # all that the act may touch, without times and ids that differ from run to run
    people: int = 0  # who must say yes; none where policy orders it


def _described(name: str) -> Mapping[str, Any]:
    """Give a secret's labels, by the order in which its versions were made, and whether it is deleted."""
    client = a_client("secretsmanager")
    found = client.describe_secret(SecretId=name)
    listed = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    in_order = sorted(listed, key=lambda one: one["CreatedDate"])
    labels = [sorted(_without_id(label) for label in version["VersionStages"]) for version in in_order]
    return {"labels": labels, "deleted": "DeletedDate" in found}


def _without_id(label: str) -> str:
    """Leave the version's id out of a pin, for it is another in each run."""
    return label.rpartition("-")[0] if label.startswith(PIN_PREFIX) else label


def _written_twice(name: str = "prod/db") -> tuple[str, str]:
    client = a_client("secretsmanager")
    first = client.create_secret(Name=name, SecretString="planted")["VersionId"]
    return first, client.put_secret_value(SecretId=name, SecretString="planted again")["VersionId"]


def _pin(world: ActingWorld) -> Action:
    _, second = _written_twice()
    return Action(kind=ActionKind.PIN_SUPERSEDED, secret=world.secret("prod/db"), to=second)


def _take(world: ActingWorld) -> Action:
    _written_twice()
    return Action(kind=ActionKind.PIN_VERSION, secret=world.secret("prod/db"))


def _pinned(*hours: int) -> None:
    first, _ = _written_twice()
    for hour in hours:
        label = f"nightlatch/20260302T{hour:02}0000Z-{first[:8]}"
        a_client("secretsmanager").update_secret_version_stage(
            SecretId="prod/db", VersionStage=label, MoveToVersionId=first
        )


def _prune(world: ActingWorld) -> Action:
    _pinned(1, 2, 3)
    return Action(kind=ActionKind.PRUNE_PINS, secret=world.secret("prod/db"), keep=1)


def _purge(world: ActingWorld) -> Action:
    _pinned(1, 2, 3)
    return Action(kind=ActionKind.PURGE_PINS, secret=world.secret("prod/db"), at=AT.replace(hour=2))


def _restore(world: ActingWorld) -> Action:
    _written_twice()
    a_client("secretsmanager").delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)
    return Action(kind=ActionKind.RESTORE_DELETED, secret=world.secret("prod/db"))


def _roll_back(world: ActingWorld) -> Action:
    _, second = _written_twice()
    return Action(kind=ActionKind.ROLL_BACK, secret=world.secret("prod/db"), away_from=second)


_BROAD = '{"Version": "2012-10-17", "Statement": []}'


def _put_back(world: ActingWorld) -> Action:
    """Everything but the rotation, which moto cannot turn on without a function; see test_put_back.py."""
    client = a_client("secretsmanager")
    arn = client.create_secret(
        Name="prod/db", SecretString="planted", Description="of old", Tags=[{"Key": "team", "Value": "a"}]
    )["ARN"]
    then = AwsDescriptions(client).describe(world.secret("prod/db")).metadata
    world.snapshots.keep(MetadataSnapshot(taken_at=AT, metadata=then))
    key = a_client("kms").create_key()["KeyMetadata"]["Arn"]
    client.update_secret(SecretId=arn, Description="new", KmsKeyId=key)
    client.tag_resource(SecretId=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "more", "Value": "c"}])
    client.put_resource_policy(SecretId=arn, ResourcePolicy=_BROAD)
    return Action(kind=ActionKind.PUT_BACK, secret=world.secret("prod/db"), at=AT)


def _metadata(name: str) -> Mapping[str, Any]:
    client = a_client("secretsmanager")
    found = client.describe_secret(SecretId=name)
    wanted = {key: found.get(key) for key in ("Description", "KmsKeyId", "Tags")}
    return {**wanted, "policy": client.get_resource_policy(SecretId=name).get("ResourcePolicy")}


SCENES: Mapping[ActionKind, Scene] = {
    ActionKind.PIN_SUPERSEDED: Scene(_pin, lambda: len(_described("prod/db")["labels"][0])),
    ActionKind.PIN_VERSION: Scene(_take, lambda: len(_described("prod/db")["labels"][1])),
    ActionKind.PRUNE_PINS: Scene(_prune, lambda: len(_described("prod/db")["labels"][0])),
    ActionKind.PURGE_PINS: Scene(_purge, lambda: len(_described("prod/db")["labels"][0]), people=2),
    ActionKind.RESTORE_DELETED: Scene(_restore, lambda: _described("prod/db")),
    ActionKind.RESURRECT: Scene(lost.resurrect, lost.settled),
    ActionKind.ROLL_BACK: Scene(_roll_back, lambda: _described("prod/db")),
    ActionKind.PUT_BACK: Scene(_put_back, lambda: _metadata("prod/db")),
    ActionKind.DENY_SECRETS: Scene(beside.deny_secrets, beside.policies_of_the_role),
    ActionKind.LIFT_DENY: Scene(beside.lift_deny, beside.policies_of_the_role),
    ActionKind.REVOKE_SESSIONS: Scene(beside.revoke_sessions, beside.policies_of_the_role),
    ActionKind.LIFT_REVOCATION: Scene(beside.lift_revocation, beside.policies_of_the_role),
    ActionKind.DEACTIVATE_KEY: Scene(beside.deactivate_key, beside.statuses),
    ActionKind.REACTIVATE_KEY: Scene(beside.reactivate_key, beside.statuses),
    ActionKind.RESCUE_KEY: Scene(beside.rescue_key, beside.states_of_keys),
    ActionKind.REPLICATE_AGAIN: Scene(beside.replicate_again, beside.replicas),
    ActionKind.TURN_ON_ROTATION: Scene(lost.turn_on, lost.rotates, people=1),
    ActionKind.APPLY_GUARD: Scene(guarding, policy_text),
    ActionKind.REMOVE_GUARD: Scene(unguarding, policy_text, people=2),
    ActionKind.ALLOW_DELETION: Scene(allowing, policy_text, people=2),
    ActionKind.END_ALLOWANCE: Scene(ending, policy_text, people=1),
}
