"""Ends what somebody allowed before its time: from then on deletions are answered again, and the guard stands.

The succeeded response is itself the end (`domain/answering/allowances.py`): it cuts off whatever was allowed of its
secret before. It makes nothing less safe, so one person ends what two allowed.
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import our_secret
from nightlatch.acts.resource_policy import PUT_CALLS, guard_of, metadata_of, put_policy
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.guarding.guard_texts import drift, merge


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Make out the guard that shall stand again, once; none where the policy asks for none or AWS takes none."""
    secret = our_secret(action, seen)
    if secret.deleted_at is not None or not terms.protection.is_guarded:
        return action
    return replace(action, guard=guard_of(secret, seen, terms))


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    ended = f"deletions of secret {secret.name} are no longer allowed"
    if secret.deleted_at is not None:
        waits = "it waits to be deleted, and AWS takes no guard for it; restore it, then guard it"
        return Plan(calls=(), says=ended, warnings=(waits,), takes_note=True)
    if action.guard is None:
        return Plan(calls=(), says=ended, takes_note=True)
    text = metadata_of(seen, secret).policy_text
    calls = (put_policy(secret, merge(text, action.guard)),) if drift(text, action.guard) else ()
    return Plan(calls=calls, says=f"{ended}, and its guard stands", takes_note=True)


ACT = Act(
    kind=ActionKind.END_ALLOWANCE,
    label="End allowance",
    consequence="Deletions of this secret are answered again, and its guard is back where the policy asks for one.",
    needs=frozenset({Need.SECRET, Need.METADATA}),
    calls=PUT_CALLS,
    settle=_settle,
    plan=_plan,
)
