"""What people, their keys and the company's roles are denied on the stage: every right is theirs that nobody takes.

So a Deny that is attached to a role or a user takes effect at once, and so does a key of KMS that does not let them in.
What they are allowed is not read: the company's policies need not be written down for a scene to play.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.iam.models import iam_backends

from nightlatch.local.aws.callers import Caller
from nightlatch.local.permissions.roles import NoSuchRole, in_force, policies_of


def policies_with_denials(caller: Caller) -> tuple[str, ...]:
    """Give those policies of a role, or of a user and the user's groups, in which a Deny may stand."""
    if caller.session is not None:
        try:
            texts = policies_of(caller.principal_arn)
        except NoSuchRole:
            return ()  # STS on the stage lends roles that nobody made
    else:
        texts = tuple(_of_user(caller))
    return tuple(text for text in texts if "Deny" in text)


def _of_user(caller: Caller) -> Iterator[str]:
    identities = iam_backends[caller.account_id]["aws"]
    user = identities.users.get(caller.user_name or "")
    if user is None:
        return  # root, whom IAM cannot deny
    for holder in (user, *identities.get_groups_for_user(user.name)):
        yield from _texts(holder)


def _texts(holder: Any) -> Iterator[str]:
    yield from holder.policies.values()
    yield from map(in_force, holder.managed_policies.values())
