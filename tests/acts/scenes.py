"""For each act a moment in which it has something to do: how the world stands, what is wished, what is so afterwards.

A new act brings a scene; `test_every_act.py` fails until it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from acts.acting_world import ActingWorld
from nightlatch.domain.actions import Action, ActionKind
from worlds import a_client


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment."""

    prepare: Callable[[ActingWorld], Action]
    state: Callable[[], Any]  # all that the act may touch, without times and ids that differ from run to run


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


SCENES: Mapping[ActionKind, Scene] = {
    ActionKind.PIN_SUPERSEDED: Scene(_pin, lambda: len(_described("prod/db")["labels"][0])),
    ActionKind.RESTORE_DELETED: Scene(_restore, lambda: _described("prod/db")),
    ActionKind.ROLL_BACK: Scene(_roll_back, lambda: _described("prod/db")),
}
