"""Carries out what somebody chose beside the offers: to be left alone, to allow a deletion, to say that it was them.

Each is looked up anew: the person must be an approver who did not act in the incident, and what they chose must still
stand as it was shown, so that a request sent again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.choices import ALLOWED_FOR, OURS_SPANS, Choice, ChoiceKind, Deleted, deleted, seen_of
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Approver, Policy
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, awaiting, response_id
from nightlatch.domain.answering.snoozes import SPANS
from nightlatch.domain.errors import IllegalTransition, Refused
from nightlatch.service.approve import ApprovePorts, settle
from nightlatch.service.ports import Incidents
from nightlatch.service.snooze import Rest, SnoozePorts, refuse_those_who_acted, snooze
from nightlatch.service.vouch import Vouched, VouchPorts, vouch_for

CHOICES_LIVE = timedelta(days=7)  # what stands in an old message decides nothing any more
_UNDOINGS = frozenset({ActionKind.RESTORE_DELETED, ActionKind.RESURRECT})
_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePorts:
    """What choosing needs."""

    incidents: Incidents
    approving: ApprovePorts
    snoozing: SnoozePorts
    vouching: VouchPorts
    mint: Callable[[], str]  # opaque ids for buttons


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who chooses, and how they are known."""

    approver: Approver
    how: str
    reason: str = ""  # in their own words; a button has none


def choose(choice: Choice, person: Person, *, policy: Policy, ports: ChoosePorts, now: datetime) -> str:
    """Do what was chosen; give what the person is told.

    Raises:
        NotFound: There is no such incident.
        Unauthorised: They acted in it.
        IllegalTransition: It was chosen before, or something changed meanwhile.
        Unavailable: A table or queue could not be asked; choose again.
    """
    if choice.kind is not ChoiceKind.ALLOW:
        _refuse_what_was_not_seen(choice, ports.incidents.get(choice.incident_id))
    if choice.kind is ChoiceKind.SNOOZE:
        return _snooze(choice, person, ports, now)
    if now > ports.incidents.get(choice.incident_id).last_seen + CHOICES_LIVE:
        raise IllegalTransition(f"incident {choice.incident_id} is long over; use nightlatch allow, or nightlatch ours")
    if choice.kind is ChoiceKind.OURS:
        return _vouch(choice, person, ports, now)
    return _allow(choice, person, policy, ports, now)


def _refuse_what_was_not_seen(choice: Choice, incident: Incident) -> None:
    """Keep people from keeping quiet about what came since they looked."""
    if choice.seen != seen_of(incident):
        raise IllegalTransition(f"incident {incident.id} has changed since this was shown; look at it again")


def _snooze(choice: Choice, person: Person, ports: ChoosePorts, now: datetime) -> str:
    rest = Rest(
        lasting=_span(SPANS, choice), reason=person.reason or f"for {choice.what}, in Slack", number=choice.number
    )
    asleep = snooze(choice.incident_id, rest, approver=person.approver, how=person.how, ports=ports.snoozing, now=now)
    until = asleep.snooze.until if asleep.snooze is not None else now
    return f"Snoozed until {until:%Y-%m-%d %H:%M} UTC; it wakes when it gets worse."


def _vouch(choice: Choice, person: Person, ports: ChoosePorts, now: datetime) -> str:
    reason = person.reason or f"this was us, for {choice.what}, said in Slack"
    said = Vouched(lasting=_span(OURS_SPANS, choice), reason=reason, number=choice.number)
    declared = vouch_for(
        choice.incident_id, said, approver=person.approver, how=person.how, ports=ports.vouching, now=now
    )
    rules = ", ".join(sorted({one.rule for one in declared}))
    return f"Noted: this was yours ({rules}) for {choice.what}. To end it: nightlatch ours --list"


def _allow(choice: Choice, person: Person, policy: Policy, ports: ChoosePorts, now: datetime) -> str:
    incident = ports.incidents.get(choice.incident_id)
    refuse_those_who_acted(incident, person.approver)
    one = next((found for found in deleted(incident) if found.token == choice.what), None)
    if one is None:
        raise IllegalTransition(f"incident {incident.id} knows no such deletion; look at it again")
    wanted = _wanted(choice, one, incident, policy, ports, now)
    if choice.number != len(incident.responses) and wanted.id not in incident.responses:
        raise IllegalTransition(f"incident {incident.id} has changed since this was shown; look at it again")
    # Its id knows nothing of the reason: of two people who allow the same, each has their own words.
    action = replace(wanted.action, note=person.reason or wanted.action.note)
    response, _ = ports.approving.ledger.propose(replace(wanted, action=action))
    ports.incidents.link(incident.id, response.id)
    settled = settle(response, person.approver, Signal.APPROVE, ports.approving, now, how=person.how)
    _leave_deleted(incident, one, person, ports, now)
    if settled.state is ResponseState.PROPOSED:
        return f"Noted: you said yes to deletions of {one.secret.name} without recovery. One more person must."
    return f"Approved: {one.secret.name} may be deleted for {ALLOWED_FOR // timedelta(hours=1)} hours."


def _wanted(  # noqa: PLR0913, PLR0917 - what was chosen, of what, and the world
    choice: Choice, one: Deleted, incident: Incident, policy: Policy, ports: ChoosePorts, now: datetime
) -> Response:
    action = Action(
        kind=ActionKind.ALLOW_DELETION,
        secret=one.secret,
        force=one.force,
        lasting=ALLOWED_FOR,
        note=f"allowed in the message of {incident.id}",
    )
    actors = list({finding.principal.key: finding.principal for finding in incident.findings}.values())
    return Response(
        id=response_id(action, choice.value),
        action=action,
        state=ResponseState.PROPOSED,
        reason=incident.lead.title,
        caused_by=actors[0],
        also_by=tuple(actors[1:]),
        incident_id=incident.id,
        proposed_at=now,
        expires_at=now + policy.buttons_live,
        button=ports.mint(),
        people=_TWO if one.force else 1,
    )


def _leave_deleted(incident: Incident, one: Deleted, person: Person, ports: ChoosePorts, now: datetime) -> None:
    """Say no to undoing what was just allowed; what somebody else has decided stays."""
    if one.force:  # another person must still agree
        return
    ledger = ports.approving.ledger
    for offer in awaiting([ledger.get(known) for known in incident.responses]):
        if offer.action.kind in _UNDOINGS and {*offer.action.keys} & {*one.secret.keys}:
            try:
                settle(offer, person.approver, Signal.DENY, ports.approving, now, how=person.how)
            except Refused:
                continue


def _span(spans: dict[str, timedelta], choice: Choice) -> timedelta:
    if choice.what not in spans:
        raise IllegalTransition(f"there is no choice {choice.what}; look at it again")
    return spans[choice.what]
