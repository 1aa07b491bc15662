"""For each act a moment in which it has something to do: how the world stands, what is wished, what is so afterwards.

A new act brings a scene; `test_every_act.py` fails until it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from acts.acting_world import BREAK_GLASS, GUARDING, ActingWorld
from nightlatch.domain.actions import Action, ActionKind
from nightlatch.domain.guard_texts import merge
from nightlatch.domain.guards import Guard
from worlds import ACCOUNT, a_client


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
    labels = [sorted(version["VersionStages"]) for version in sorted(listed, key=lambda one: one["CreatedDate"])]
    return {"labels": labels, "deleted": "DeletedDate" in found}


def _written_twice(name: str = "prod/db") -> tuple[str, str]:
    client = a_client("secretsmanager")
    first = client.create_secret(Name=name, SecretString="planted")["VersionId"]
    return first, client.put_secret_value(SecretId=name, SecretString="planted again")["VersionId"]


def _pin(world: ActingWorld) -> Action:
    _, second = _written_twice()
    return Action(kind=ActionKind.PIN_SUPERSEDED, secret=world.secret("prod/db"), to=second)


def _restore(world: ActingWorld) -> Action:
    _written_twice()
    a_client("secretsmanager").delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)
    return Action(kind=ActionKind.RESTORE_DELETED, secret=world.secret("prod/db"))


def _roll_back(world: ActingWorld) -> Action:
    _, second = _written_twice()
    return Action(kind=ActionKind.ROLL_BACK, secret=world.secret("prod/db"), away_from=second)


_READERS = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Sid": "Read", "Effect": "Allow", "Principal": {"AWS": ACCOUNT},
     "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}, indent=3,
)  # fmt: skip


def _policy_text(name: str = "prod/db") -> str | None:
    return a_client("secretsmanager").get_resource_policy(SecretId=name).get("ResourcePolicy")


def _with_policy(world: ActingWorld, text: str | None) -> None:
    world.policy = GUARDING
    client = a_client("secretsmanager")
    client.create_secret(Name="prod/db", SecretString="planted")
    if text is not None:
        client.put_resource_policy(SecretId="prod/db", ResourcePolicy=text)


def _guard(world: ActingWorld) -> Action:
    _with_policy(world, _READERS)
    return Action(kind=ActionKind.APPLY_GUARD, secret=world.secret("prod/db"))


def _unguard(world: ActingWorld) -> Action:
    guard = Guard(account_id=ACCOUNT, spared=(BREAK_GLASS,))
    _with_policy(world, merge(_READERS, guard))
    return Action(kind=ActionKind.REMOVE_GUARD, secret=world.secret("prod/db"))


def _allow(world: ActingWorld) -> Action:
    guard = Guard(account_id=ACCOUNT, spared=(BREAK_GLASS,))
    _with_policy(world, merge(None, guard))
    kind, secret = ActionKind.ALLOW_DELETION, world.secret("prod/db")
    return Action(kind=kind, secret=secret, force=True, lasting=timedelta(hours=2), note="the stack is torn down")


SCENES: Mapping[ActionKind, Scene] = {
    ActionKind.PIN_SUPERSEDED: Scene(_pin, lambda: len(_described("prod/db")["labels"][0])),
    ActionKind.RESTORE_DELETED: Scene(_restore, lambda: _described("prod/db")),
    ActionKind.ROLL_BACK: Scene(_roll_back, lambda: _described("prod/db")),
    ActionKind.APPLY_GUARD: Scene(_guard, _policy_text),
    ActionKind.REMOVE_GUARD: Scene(_unguard, _policy_text, people=2),
    ActionKind.ALLOW_DELETION: Scene(_allow, _policy_text, people=2),
}
