"""A response on its way: each move is written before it counts, and told once it is over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from nightlatch.domain.answering.acting import Need, Seen
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.errors import IllegalTransition
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.ports import Notice

RESPONDER = "responder"


class Course:
    """One response, as it stands now."""

    def __init__(self, response: Response, ports: RespondPorts, now: datetime) -> None:
        self.response = response
        self._ports = ports
        self.now = now
        self._current = ""  # the version that readers got at the last look

    def look(self, needs: Collection[Need]) -> Seen:
        """Look at what the act is on; the moves that follow say which version was current then.

        Raises:
            NotFound: It must be there and is not.
            Refused: It lies elsewhere, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        seen = self._ports.sight.look(self.response.action, needs)
        current = seen.secret.current if seen.secret is not None else None
        self._current = current.id if current is not None else ""
        return seen

    def move(self, signal: Signal, note: str = "", *, request_id: str = "", **changes: Any) -> Response:
        """Write a move down.

        Raises:
            IllegalTransition: It is not allowed, or somebody else moved the response first.
            Unavailable: The ledger could not be asked.
        """
        moved = advance(
            replace(self.response, **changes),
            signal,
            actor=RESPONDER,
            now=self.now,
            note=note,
            request_id=request_id,
            current=self._current,
        )
        self._ports.ledger.move(moved, was=self.response.state)
        self.response = moved
        return moved

    def end(self, signal: Signal, note: str, **changes: Any) -> Response:
        """Write the last move down and tell it."""
        self.move(signal, note, **changes)
        self.tell()
        return self.response

    def hold(self, note: str, expires_at: datetime, signal: Signal = Signal.HOLD, **changes: Any) -> Response:
        """Make it an offer again, with the reason; where nobody is shown offers it is over."""
        if self.response.incident_id is None and self.response.is_by_policy:
            return self.end(Signal.FAIL, f"not done: {note}")
        self.move(signal, note, expires_at=expires_at, **changes)
        self.tell()
        return self.response

    def tell(self) -> None:
        """Have every incident that shows the response shown as it stands."""
        response = self.response
        mark = f"{response.id}-{len(response.steps)}"
        own = (response.incident_id,) if response.incident_id is not None else ()
        for incident_id in dict.fromkeys([*own, *self._ports.offers.told_too(response.id)]):
            self._ports.dispatch.alert(Notice(incident_id, mark))

    def make_moot(self) -> None:
        """Take back the offers of the very same act, where it is done."""
        done = self.response
        if done.state is not ResponseState.SUCCEEDED:
            return
        for other in self._ports.offers.on(done.action.keys):
            if other.id == done.id or other.action.kind is not done.action.kind:
                continue
            if other.state is not ResponseState.PROPOSED or not _is_met(other, done):
                continue
            try:
                Course(other, self._ports, self.now).end(Signal.EXPIRE, f"done already: {done.result} ({done.id})")
            except IllegalTransition:  # somebody answers it at this very moment, and is told that it is done
                continue


def _is_met(offer: Response, done: Response) -> bool:
    """Tell whether what was done is what was offered.

    A rollback away from another version is not, nor are other parts put back, or as they were after what the offer
    undoes: an attacker who changes two things would have the offer of one take back the other.
    """
    wished, made = offer.action, done.action
    if wished.away_from not in {None, made.away_from}:
        return False
    if not ({*wished.parts} <= {*made.parts} and {*wished.regions} <= {*made.regions}):
        return False
    return not wished.parts or wished.at is None or (made.at is not None and made.at <= wished.at)
