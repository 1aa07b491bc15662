"""What the two acts on an access key share: the key as IAM lists it, and the call that sets its status."""

from __future__ import annotations

from nightlatch.acts.on_identity import identity_seen
from nightlatch.domain.answering.acting import Call, Seen
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.containing.iam_identities import AccessKey, IdentityState, split_target
from nightlatch.domain.errors import NotFound


def key_seen(action: Action, seen: Seen) -> tuple[IdentityState, AccessKey]:
    """Give the user and the access key that the target names.

    Raises:
        NotFound: The user or the key is not there (any more).
    """
    state = identity_seen(action, seen)
    wanted = split_target(action.target)[1]
    key = next((key for key in state.keys if key.id == wanted), None)
    if key is None:
        raise NotFound(f"{state.identity.title} has no access key {wanted}; it was deleted, or is another user's")
    return state, key


def set_status(state: IdentityState, key: AccessKey, *, active: bool) -> Call:
    """Write the call that activates or deactivates a key."""
    return Call(
        service="iam",
        operation="UpdateAccessKey",
        parameters={
            "UserName": state.identity.name,
            "AccessKeyId": key.id,
            "Status": "Active" if active else "Inactive",
        },
    )
