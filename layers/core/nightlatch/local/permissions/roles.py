"""The policies that a role has at this moment: its inline ones and those attached, as texts.

They are read at each call, so that a permission taken away is gone at once, as soon as on AWS or sooner.
"""

from __future__ import annotations

from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from nightlatch.local.aws.callers import Caller
from nightlatch.local.fidelity.conditions import CannotEvaluate


class NoSuchRole(LookupError):
    """A function's role is not on the stage: write it into the template."""


def policies_of(role_arn: str) -> tuple[str, ...]:
    """Give the texts of a role's policies.

    Raises:
        NoSuchRole: There is no such role.
    """
    account = role_arn.split(":")[4]
    try:
        role = iam_backends[account]["aws"].get_role_by_arn(role_arn)
    except NotFoundException as error:
        raise NoSuchRole(f"the role {role_arn} does not exist") from error
    return (*role.policies.values(), *map(in_force, role.managed_policies.values()))


def refuse_boundary(role_arn: str) -> None:
    """Refuse to judge a role that a permissions boundary limits.

    Raises:
        CannotEvaluate: One does.
    """
    role = iam_backends[role_arn.split(":")[4]]["aws"].get_role_by_arn(role_arn)
    if role.permissions_boundary_arn:
        raise CannotEvaluate(f"the permissions boundary of {role_arn}")


def in_force(attached: Any) -> str:
    """Give the text of a managed policy's default version."""
    (text,) = (one.document for one in attached.versions if one.version_id == attached.default_version_id)
    return str(text)


def refuse_session_policy(caller: Caller) -> None:
    """Refuse to judge a session that carries a policy of its own.

    Raises:
        CannotEvaluate: It does.
    """
    session = sts_backends[caller.account_id]["aws"].get_assumed_role_from_access_key(caller.access_key_id)
    if session is not None and session.policy:
        raise CannotEvaluate(f"the session policy of {caller.arn}")
