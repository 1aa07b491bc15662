"""Carries decisions out live: incidents first, then responses, then one notice per incident that changed.

Every step can be repeated: folding, proposing and linking do nothing the second time, and a notice
bears a mark that the notifier shows once. So a crash between any two steps loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from nightlatch.domain.answering.actions import Action
from nightlatch.domain.answering.decisions import Alert, Decision, Record
from nightlatch.domain.answering.incidents import Incident, incident_key
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import (
    BY_POLICY,
    Response,
    ResponseState,
    Signal,
    Step,
    response_id,
)
from nightlatch.domain.answering.stopping import lifted
from nightlatch.domain.errors import Unavailable, Unreadable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.principals import NOBODY
from nightlatch.domain.judging.findings import Finding
from nightlatch.service.act_ports import Offers
from nightlatch.service.ports import Dispatch, Incidents, Ledger, Notice
from nightlatch.service.standing import HOW, written

UNDO_LIVES = timedelta(days=7)  # after the offer of what it takes back; later: nightlatch contain --lift


@dataclass(frozen=True, slots=True)
class NoEffects:
    """What a hunt does about its decisions: nothing."""

    def carry_out(self, decisions: Sequence[Decision], *, policy: Policy, now: datetime) -> Mapping[str, str]:
        """Do nothing; nothing can fail."""
        del decisions, policy, now
        return {}


@dataclass(frozen=True, slots=True)
class NothingIsOwn:
    """In old logs nightlatch has done nothing."""

    def is_own(self, event: SecretEvent) -> bool:
        """Say no."""
        del event
        return False


@dataclass(frozen=True, slots=True)
class LiveEffects:
    """Writes incidents and the ledger, and wakes the notifier and the responder."""

    incidents: Incidents
    ledger: Ledger
    offers: Offers
    dispatch: Dispatch
    mint: Callable[[], str]  # opaque ids for buttons
    opened: Callable[[Incident, Policy, datetime], None] | None = None  # watches for storms

    def carry_out(self, decisions: Sequence[Decision], *, policy: Policy, now: datetime) -> Mapping[str, str]:
        """Carry out a batch's decisions; give the events whose decisions AWS did not take, and why."""
        failed: dict[str, str] = {}
        touched: dict[str, Incident] = {}
        for decision in decisions:
            try:
                self._perform(decision, touched, policy, now)
            except (Unavailable, Unreadable) as error:  # what cannot be read stops its own event, and no other
                failed.update(dict.fromkeys(_events_of(decision), str(error)))
        for incident in touched.values():
            try:
                self.dispatch.alert(Notice(incident.id, f"revision-{incident.revision}"))
            except Unavailable as error:
                ids = (event_id for finding in incident.findings for event_id in finding.event_ids)
                failed.update(dict.fromkeys(ids, str(error)))
        return failed

    def _perform(self, decision: Decision, touched: dict[str, Incident], policy: Policy, now: datetime) -> None:
        match decision:
            case Alert(finding):
                incident, is_new = self.incidents.fold(finding, policy_digest=policy.digest)
                touched[incident_key(finding)] = incident
                if is_new and incident.revision == 1 and self.opened is not None:
                    self.opened(incident, policy, now)
            case Record(finding, why):
                self.incidents.record(finding, why)
            case Respond():
                self._respond(decision, touched, policy, now)
            case _:
                assert_never(decision)

    def _respond(self, decision: Respond, touched: dict[str, Incident], policy: Policy, now: datetime) -> None:
        key = incident_key(decision.finding) if decision.finding else None
        incident = touched.get(key) if key else None
        if decision.per_incident and incident is None:
            return  # its incident could not be written; the events come again, and the offer with them
        wanted = _response(decision, incident, policy, now, self.mint())
        response, is_new = written(
            wanted, decision.happened_at, policy=policy, ledger=self.ledger, offers=self.offers, now=now
        )
        if incident is not None and key is not None:
            touched[key] = self.incidents.link(incident.id, response.id)
            if response.incident_id != incident.id:
                self.offers.tell_too(response.id, incident.id)
        if incident is not None and key is not None and (back := lifted(response.action)) is not None:
            undo = _way_back(response, back, self.mint())
            self.ledger.propose(undo)
            touched[key] = self.incidents.link(incident.id, undo.id)
        # An approved response that is not new may have lost its message to a crash; the queue drops a duplicate. A new
        # offer goes the same way, for the responder looks what it would do.
        is_ordered = response.state is ResponseState.APPROVED
        if (is_new and incident is not None) or (is_ordered and (is_new or decision.automatic)):
            self.dispatch.respond(response)


def _response(decision: Respond, incident: Incident | None, policy: Policy, now: datetime, button: str) -> Response:
    proposed = Response(
        id=response_id(decision.action, incident.id if decision.per_incident and incident else decision.cause),
        action=decision.action,
        state=ResponseState.PROPOSED,
        reason=decision.reason,
        caused_by=decision.caused_by or NOBODY,
        incident_id=incident.id if incident else None,
        proposed_at=now,
        expires_at=now + policy.buttons_live,
        button=button,
    )
    if not decision.automatic:
        return proposed
    step = Step(at=now, signal=Signal.APPROVE, actor=f"{BY_POLICY}{policy.digest}", how=HOW)
    return replace(proposed, state=ResponseState.APPROVED, steps=(step,))


def _way_back(stop: Response, back: Action, button: str) -> Response:
    """Write down how a measure is taken back; nobody is shown it before the measure was taken."""
    return replace(
        stop,
        id=response_id(back, stop.id),
        action=back,
        reason=f"takes back: {stop.action.kind}",
        expires_at=stop.proposed_at + UNDO_LIVES,
        button=button,
        after=stop.id,
    )


def _events_of(decision: Decision) -> Iterable[str]:
    finding: Finding | None = decision.finding
    if finding is not None:
        return finding.event_ids
    return (decision.cause,) if isinstance(decision, Respond) else ()
