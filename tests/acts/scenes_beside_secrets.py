"""Moments of the acts on users, roles, keys and replicas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from acts.acting_world import AT, ActingWorld
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.containing.deny_policies import SECRETS_POLICY, SESSIONS_POLICY, denial, revocation
from nightlatch.domain.containing.iam_identities import key_target
from worlds import ACCOUNT, a_client

_ROLE, _USER = (f"arn:aws:iam::{ACCOUNT}:{what}" for what in ("role/app", "user/ci-deploy"))
_TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def a_role_with(name: str | None = None, document: str = "") -> None:
    """Make a role, with a policy of ours where a name is given."""
    iam = a_client("iam")
    iam.create_role(
        RoleName="app", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]})
    )
    iam.put_role_policy(RoleName="app", PolicyName="theirs", PolicyDocument=denial())
    if name is not None:
        iam.put_role_policy(RoleName="app", PolicyName=name, PolicyDocument=document)


def policies_of_the_role() -> Mapping[str, Any]:
    """Give all inline policies of the role."""
    iam = a_client("iam")
    names = iam.list_role_policies(RoleName="app")["PolicyNames"]
    return {name: iam.get_role_policy(RoleName="app", PolicyName=name)["PolicyDocument"] for name in names}


def deny_secrets(_: ActingWorld) -> Action:
    """A role that is denied nothing yet."""
    a_role_with()
    return Action(kind=ActionKind.DENY_SECRETS, target=_ROLE)


def lift_deny(_: ActingWorld) -> Action:
    """A role that is denied secrets."""
    a_role_with(SECRETS_POLICY, denial())
    return Action(kind=ActionKind.LIFT_DENY, target=_ROLE)


def revoke_sessions(_: ActingWorld) -> Action:
    """A role whose sessions were ended once before."""
    a_role_with(SESSIONS_POLICY, revocation(AT.replace(year=2025)))
    return Action(kind=ActionKind.REVOKE_SESSIONS, target=_ROLE)


def lift_revocation(_: ActingWorld) -> Action:
    """A role whose sessions were ended."""
    a_role_with(SESSIONS_POLICY, revocation(AT))
    return Action(kind=ActionKind.LIFT_REVOCATION, target=_ROLE)


def _a_key(status: str) -> str:
    iam = a_client("iam")
    iam.create_user(UserName="ci-deploy")
    keys = [iam.create_access_key(UserName="ci-deploy")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    iam.update_access_key(UserName="ci-deploy", AccessKeyId=keys[0], Status=status)
    return key_target(_USER, keys[0])


def deactivate_key(_: ActingWorld) -> Action:
    """A user with two active keys."""
    return Action(kind=ActionKind.DEACTIVATE_KEY, target=_a_key("Active"))


def reactivate_key(_: ActingWorld) -> Action:
    """A user one of whose keys is inactive."""
    return Action(kind=ActionKind.REACTIVATE_KEY, target=_a_key("Inactive"))


def statuses() -> list[str]:
    """Give the statuses of the user's keys, in the order in which they were made."""
    return [key["Status"] for key in a_client("iam").list_access_keys(UserName="ci-deploy")["AccessKeyMetadata"]]


def rescue_key(world: ActingWorld) -> Action:
    """A key that waits to be deleted."""
    kms = a_client("kms")
    found = kms.create_key()["KeyMetadata"]
    kms.schedule_key_deletion(KeyId=found["KeyId"], PendingWindowInDays=7)
    return Action(kind=ActionKind.RESCUE_KEY, target=found["Arn"], held=(world.secret("prod/db"),))


def states_of_keys() -> list[str]:
    """Give the states of all keys."""
    kms = a_client("kms")
    ids = [key["KeyId"] for key in kms.list_keys()["Keys"]]
    return sorted(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in ids)


def replicate_again(world: ActingWorld) -> Action:
    """A secret whose replica was taken away."""
    a_client("secretsmanager").create_secret(Name="prod/db", SecretString="planted")
    return Action(kind=ActionKind.REPLICATE_AGAIN, secret=world.secret("prod/db"), regions=("us-east-1",))


def replicas() -> list[str]:
    """Give where the secret has replicas."""
    found = a_client("secretsmanager").describe_secret(SecretId="prod/db")
    return [one["Region"] for one in found.get("ReplicationStatus", ())]
