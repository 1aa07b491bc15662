"""Moments in which an act on a secret's resource policy has something to do."""

from __future__ import annotations

import json
from datetime import timedelta

from acts.acting_world import BREAK_GLASS, GUARDING, ActingWorld
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.guarding.guard_texts import merge
from nightlatch.domain.guarding.guards import Guard
from worlds import ACCOUNT, a_client

_READ = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
_READERS = json.dumps({"Version": "2012-10-17", "Statement": _READ}, indent=3)
_GUARD = Guard(account_id=ACCOUNT, spared=(BREAK_GLASS,))


def policy_text(name: str = "prod/db") -> str | None:
    """Give the policy as it stands."""
    text: str | None = a_client("secretsmanager").get_resource_policy(SecretId=name).get("ResourcePolicy")
    return text


def _with_policy(world: ActingWorld, text: str) -> None:
    world.policy = GUARDING
    client = a_client("secretsmanager")
    client.create_secret(Name="prod/db", SecretString="planted")
    client.put_resource_policy(SecretId="prod/db", ResourcePolicy=text)


def guarding(world: ActingWorld) -> Action:
    """A policy of others, which shall have a guard."""
    _with_policy(world, _READERS)
    return Action(kind=ActionKind.APPLY_GUARD, secret=world.secret("prod/db"))


def unguarding(world: ActingWorld) -> Action:
    """A guard in a policy of others, which shall go."""
    _with_policy(world, merge(_READERS, _GUARD))
    return Action(kind=ActionKind.REMOVE_GUARD, secret=world.secret("prod/db"))


def allowing(world: ActingWorld) -> Action:
    """A guard where there was no policy, which shall be off for two hours."""
    _with_policy(world, merge(None, _GUARD))
    kind, secret = ActionKind.ALLOW_DELETION, world.secret("prod/db")
    return Action(kind=kind, secret=secret, force=True, lasting=timedelta(hours=2), note="the stack is torn down")


def ending(world: ActingWorld) -> Action:
    """A guard that is off because somebody allowed a deletion, and shall be back now."""
    _with_policy(world, _READERS)
    return Action(kind=ActionKind.END_ALLOWANCE, secret=world.secret("prod/db"))
