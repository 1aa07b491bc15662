"""What acts on a user or role share: who it really is, that it may be touched, and one inline policy of ours on it."""

from __future__ import annotations

from nightlatch.domain.answering.acting import Call, Seen, Terms
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.containing.containment import why_never
from nightlatch.domain.containing.deny_policies import is_ours
from nightlatch.domain.containing.iam_identities import IdentityState
from nightlatch.domain.errors import NotFound, Refused


def identity_seen(action: Action, seen: Seen) -> IdentityState:
    """Give the user or role that was looked at.

    Raises:
        NotFound: It is not there.
    """
    if seen.identity is None:
        raise NotFound(f"{action.target} does not exist in this account")
    return seen.identity


def settle_to_stop(action: Action, seen: Seen, terms: Terms) -> Action:
    """Take the wish as it is, where the ARN that IAM gives is of nobody whom nightlatch must not stop.

    Raises:
        NotFound: The user or role is not there.
        Refused: It is nightlatch's own, kept for emergencies, or AWS's.
    """
    identity = identity_seen(action, seen).identity
    never = why_never(identity, inventory=terms.policy.inventory, own_roles=terms.policy.own_roles)
    if never is not None:
        raise Refused(f"never done: {never.text}")
    return action


def settle_to_let_go(action: Action, seen: Seen, terms: Terms) -> Action:
    """Take the wish to undo as it is: what was stopped may be let go, whoever it is.

    Raises:
        NotFound: The user or role is not there.
    """
    del terms
    identity_seen(action, seen)
    return action


def our_policy(state: IdentityState, name: str) -> str | None:
    """Give our inline policy; None where there is none of its name.

    Raises:
        Refused: Somebody else has put another policy under this name.
    """
    document = state.policies.get(name)
    if document is not None and not is_ours(name, document):
        raise Refused(
            f"{state.identity.title} has a policy {name} that is not nightlatch's; look at it, and rename or remove it"
        )
    return document


def put_policy(state: IdentityState, name: str, document: str) -> Call:
    """Write the call that attaches an inline policy.

    Raises:
        Refused: It does not fit beside the others.
    """
    if not state.room_for(name, document):
        raise Refused(
            f"{state.identity.title} has no room for policy {name}: its inline policies may have"
            f" {state.identity.kind.room:,} characters in all; make one of them a managed policy"
        )
    kind = state.identity.kind.capitalize()
    return Call(
        service="iam",
        operation=f"Put{kind}Policy",
        parameters={f"{kind}Name": state.identity.name, "PolicyName": name, "PolicyDocument": document},
    )


def delete_policy(state: IdentityState, name: str) -> Call:
    """Write the call that takes an inline policy away."""
    kind = state.identity.kind.capitalize()
    return Call(
        service="iam",
        operation=f"Delete{kind}Policy",
        parameters={f"{kind}Name": state.identity.name, "PolicyName": name},
    )


def takes_itself(state: IdentityState) -> tuple[str, ...]:
    """Warn where a service takes the role by itself, so that an ended session is a new one at once."""
    if not state.services:
        return ()
    who = ", ".join(state.services)
    return (f"{who} takes this role by itself and begins a new session at once; what stops it is to deny it secrets",)
