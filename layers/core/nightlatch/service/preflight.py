"""Looks what an offer would do before anybody presses its button, and says so in the message."""

from __future__ import annotations

from datetime import datetime

from nightlatch.domain.answering.acting import Act, Seen, Terms
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import Response, ResponseState, Signal
from nightlatch.domain.errors import IllegalTransition, NotFound, Refused
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.course import Course


def show_preflight(course: Course, act: Act, policy: Policy, ports: RespondPorts, now: datetime) -> Response:
    """Note on an offer what it would do; end it where it cannot be done or is so already.

    Raises:
        IllegalTransition: It was looked at before, or somebody answered it just now.
        Unavailable: AWS or the ledger could not be asked; deliver the message again.
    """
    response = course.response
    if response.preflight or response.waits_because or now >= response.expires_at:
        raise IllegalTransition(f"response {response.id} is {ResponseState.PROPOSED}; it waits for a person")
    try:
        seen = ports.sight.look(response.action, act.needs)
        settled = act.settle(response.action, seen, terms_of(response, seen, policy, ports, now))
        plan = act.plan(settled, seen)
    except IllegalTransition:
        raise
    except (Refused, NotFound) as refusal:
        return course.end(Signal.EXPIRE, f"{act.label} is no longer offered: {refusal}")
    if not plan.calls:
        return course.end(Signal.EXPIRE, f"nothing to do: {plan.already or plan.says}")
    said = plan.preflight or (act.consequence,)
    course.move(Signal.LOOK, preflight=said, people=max(response.people, act.people(settled, seen)))
    course.tell()
    return course.response


def terms_of(response: Response, seen: Seen, policy: Policy, ports: RespondPorts, now: datetime) -> Terms:
    """Say what the operator allows, by the name that AWS gives and not by how the secret was called."""
    names = [seen.secret.name] if seen.secret is not None else [one.name for one in response.action.held]
    doubted = [o.action for o in ports.offers.on(response.action.keys) if o.action.kind is ActionKind.ROLL_BACK]
    suspects = {version for a in doubted for version in (*a.avoid, a.away_from) if version is not None}
    return Terms(
        policy=policy,
        protection=policy.least_protection_of(names or [response.action.name]),
        now=now,
        suspects=frozenset(suspects),
        by_policy=response.is_by_policy,
    )
