"""Ends the sessions of a role, or the tokens of a user, that began before now: they are denied everything.

The moment is chosen once, when the act begins, and some seconds ahead as the console does: tried again after a crash it
ends no session that began in between, and a yes that came late ends those which began while it was waited for.
Long-term keys are not touched: the condition is there only with temporary credentials.

Source: IAM user guide, revoking role sessions; design facts 8.1.
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_identity import identity_seen, our_policy, put_policy, settle_to_stop, takes_itself
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.containing.deny_policies import AHEAD, SESSIONS_POLICY, revocation, revoked_before
from nightlatch.domain.errors import Refused


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    settle_to_stop(action, seen, terms)
    return replace(action, before=(terms.now + AHEAD).replace(microsecond=0))


def _plan(action: Action, seen: Seen) -> Plan:
    state = identity_seen(action, seen)
    if action.before is None:
        raise Refused("not done: the moment before which sessions end was never settled; offer it again")
    says = f"sessions of {state.identity.title} that began before {action.before:%Y-%m-%d %H:%M:%S} UTC are denied all"
    there = our_policy(state, SESSIONS_POLICY)
    until = revoked_before(there) if there is not None else None
    if until is not None and until >= action.before:
        return Plan(calls=(), says=says)
    put = put_policy(state, SESSIONS_POLICY, revocation(action.before))
    return Plan(calls=(put,), says=says, warnings=takes_itself(state))


ACT = Act(
    kind=ActionKind.REVOKE_SESSIONS,
    label="Revoke sessions",
    consequence="Whoever has a session of it now must begin a new one, and whoever can begin none is out.",
    needs=frozenset({Need.IDENTITY}),
    calls=frozenset({"iam:PutRolePolicy", "iam:PutUserPolicy"}),
    settle=_settle,
    plan=_plan,
)
