"""Ends the offers that nobody answered in time, so that their buttons go and the message says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.errors import IllegalTransition
from nightlatch.service.act_ports import Offers
from nightlatch.service.ports import Dispatch, Ledger, Notice

_CLOCK = "the clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpirePorts:
    """What ending offers needs."""

    ledger: Ledger
    offers: Offers
    dispatch: Dispatch


def expire_offers(ports: ExpirePorts, now: datetime) -> tuple[Response, ...]:
    """End what ran out; give what was ended.

    Raises:
        Unavailable: The ledger or the queue could not be asked; the next tick does the rest.
    """
    ended = []
    for offer in ports.offers.run_out(now):
        gone = _ended(offer, ports.ledger, now) if offer.state is ResponseState.PROPOSED else offer
        if gone is None:
            continue
        # One that ended within the last minutes is told again: a crash may have kept it silent, and a notice that was
        # shown is not shown twice.
        for incident_id in dict.fromkeys([offer.incident_id, *ports.offers.told_too(offer.id)]):
            if incident_id is not None:
                ports.dispatch.alert(Notice(incident_id, f"{gone.id}-{len(gone.steps)}"))
        ended.append(gone)
    return tuple(ended)


def _ended(offer: Response, ledger: Ledger, now: datetime) -> Response | None:
    note = f"{offer.action.kind} of {offer.action.name}: nobody answered until {offer.expires_at:%H:%M} UTC"
    gone = advance(offer, Signal.EXPIRE, actor=_CLOCK, now=now, note=note)
    try:
        ledger.move(gone, was=offer.state)
    except IllegalTransition:  # somebody answered at the last moment
        return None
    return gone
