"""Runs `contain`: finds who is meant and what fits, says what else would stop, then does it as any other act."""

from __future__ import annotations

from dataclasses import dataclass

import typer

from nightlatch.adapters.history.known_uses import radius_known
from nightlatch.cli.acts.acting import Asked, act
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import plain
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.stopping import LIFTS, STOPS
from nightlatch.domain.containing.containment import Measure, Offer, WhyNot, measures_for
from nightlatch.domain.containing.deny_policies import SECRETS_POLICY, SESSIONS_POLICY, is_ours
from nightlatch.domain.containing.iam_identities import Identity, IdentityKind, IdentityState, identity_of, key_target
from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect

_POLICIES = {SECRETS_POLICY: Measure.DENY_SECRETS, SESSIONS_POLICY: Measure.REVOKE_SESSIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom to stop or let go, and how."""

    principal: str
    measure: Measure | None = None
    key: str | None = None
    lift: bool = False


def run(wish: Wish, asked: Asked, where: Where) -> ExitCode:
    """Stop somebody, or take that back.

    Raises:
        NotFound: No stage, stack, user or role of that name.
        Refused: It is nobody whom nightlatch may stop, you are no approver, or AWS refused.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    state = connection.identities.describe(_arn(wish.principal, connection))
    if wish.lift:
        return act([_lifting(wish, state)], asked, where, connection)
    offer = _offer(wish, state, connection)
    typer.echo("\n".join(plain(line) for line in _radius(offer, state, connection)))
    action = Action(kind=STOPS[offer.measure], target=offer.target)
    named = f" --key {wish.key}" if wish.key and offer.measure is Measure.DEACTIVATE_KEY else ""
    undo = f"contain {state.identity.arn} --lift --measure {offer.measure}{named}"
    return act([action], asked, where, connection, undo=lambda _done: undo)


def _arn(text: str, connection: Connection) -> str:
    """Write out whom the caller means.

    Raises:
        Refused: It is neither a user nor a role.
    """
    if text.startswith(("user/", "role/")):
        caller = connection.caller()
        partition = (caller.arn or "arn:aws").split(":")[1]
        text = f"arn:{partition}:iam::{caller.account_id}:{text}"
    if identity_of(text) is None:
        raise Refused(f"{text} is neither a user nor a role; write user/NAME, role/NAME or the ARN of one")
    return text


def _offer(wish: Wish, state: IdentityState, connection: Connection) -> Offer:
    policy, identity = connection.policy(), state.identity
    found = measures_for(
        _principal(identity, _key(wish, state)),
        account_id=identity.account_id,
        inventory=policy.inventory,
        own_roles=policy.own_roles,
    )
    if isinstance(found, WhyNot):
        raise Refused(found.text)
    fits = [offer for offer in found if wish.measure in {None, offer.measure}]
    if not fits:
        raise Refused(
            f"{identity.title}: {wish.measure} does not fit; what does: {', '.join(o.measure for o in found)}"
        )
    return fits[0]


def _principal(identity: Identity, key: str | None) -> Principal:
    return Principal(
        key=identity.arn,
        kind=PrincipalKind(identity.kind),
        name=identity.name,
        account_id=identity.account_id,
        access_key_id=key,
    )


def _key(wish: Wish, state: IdentityState) -> str | None:
    """Choose the access key: the one named, or the only one that is active.

    Raises:
        Refused: The key is none of theirs, or several could be meant.
    """
    if state.identity.kind is IdentityKind.ROLE or wish.measure not in {None, Measure.DEACTIVATE_KEY}:
        return None
    if wish.key is not None:
        if wish.key not in {key.id for key in state.keys}:
            raise Refused(f"{state.identity.title} has no access key {wish.key}")
        return wish.key
    active = [key.id for key in state.keys if key.is_active]
    if len(active) > 1:
        raise Refused(f"{state.identity.title} has several active keys ({', '.join(active)}); name one with --key")
    return active[0] if active else None


def _lifting(wish: Wish, state: IdentityState) -> Action:
    """Find what there is to take back.

    Raises:
        NothingToRestore: Nothing of ours holds them.
        Refused: Several things do.
    """
    if wish.measure is Measure.DEACTIVATE_KEY or wish.key is not None:
        inactive = [key.id for key in state.keys if not key.is_active and wish.key in {None, key.id}]
        if len(inactive) != 1:
            raise Refused(f"{state.identity.title} has {len(inactive)} such inactive keys; name one with --key")
        return Action(kind=ActionKind.REACTIVATE_KEY, target=key_target(state.identity.arn, inactive[0]))
    ours = [one for name, one in _POLICIES.items() if is_ours(name, state.policies.get(name, ""))]
    wanted = [one for one in ours if wish.measure in {None, one}]
    if not wanted:
        raise NothingToRestore(
            f"{state.identity.title} is held by no policy of nightlatch; for a key say --measure deactivate-key"
        )
    if len(wanted) > 1:
        raise Refused(f"{state.identity.title} is held by {' and '.join(wanted)}; say which with --measure")
    return Action(kind=LIFTS[STOPS[wanted[0]]], target=state.identity.arn)


def _radius(offer: Offer, state: IdentityState, connection: Connection) -> list[str]:
    radius = radius_known(connection.trails, state.identity.arn, connection.now())
    lines = [f"{'Does':<9}{offer.effect}", *(f"{'Also':<9}{line}" for line in radius.lines)]
    if state.services:
        lines.append(f"{'Also':<9}it is taken by {', '.join(state.services)}, which begins new sessions at once")
    if state.last_used is not None:
        lines.append(f"{'Also':<9}IAM says it was last used {state.last_used:%Y-%m-%d %H:%M} UTC, for whatever it was")
    return lines
