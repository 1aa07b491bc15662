"""Every response, in DynamoDB: what may happen once is a conditional write, and every move leaves a line for good.

    pk                    sk               holds                                            kept
    response#<id>         response         the response as JSON, its state and steps        400 days
    response#<id>         step#<n>         what its n-th step was; written once             400 days
    button#<button>       button           the id of the response behind it                 7 days after it expires
    offers                <expiry>#<id>    that it waits for somebody until then            7 days after it expires
    offers#<key>          <expiry>#<id>    that it waits, about this secret or key          7 days after it expires
    runs#<key>            <id>             that it was started on this secret or key        1 day
    hour#<hour>           <id>             that it was started in this hour                 1 day
    pins#<hour>           <id>             the same of a pin                                1 day
    lapses                <until>#<id>     that its effect ends then                        7 days after it
    allowed#<key>         <id>             that it allowed something of this secret, or     45 days after it
                                           ended that

A move names the state and the number of steps it was made from: two responders that both find a lease run out
cannot both take the act over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import encode
from nightlatch.adapters.ledger.stored import response_in
from nightlatch.adapters.packing import packed
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.brakes import is_quiet
from nightlatch.domain.answering.responses import Response, ResponseState, Signal
from nightlatch.domain.errors import IllegalTransition, NotFound

RESPONSES_KEPT = timedelta(days=400)
OFFERS_KEPT = timedelta(days=7)
ALLOWANCES_KEPT = timedelta(days=45)  # whoever scheduled a deletion is told of its end 30 days later, or somewhat more
RUNNING_KEPT = timedelta(days=1)


class DynamoLedger:
    """The port `Ledger` on the response table."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now

    def propose(self, response: Response) -> tuple[Response, bool]:
        """Write a response unless its id is there; give the stored one and whether it is new.

        Raises:
            Unavailable: The table could not be asked.
        """
        try:
            self._table.put(self._item(response), when="attribute_not_exists(#pk)")
            stored, is_new = response, True
        except Conflict:
            stored, is_new = self.get(response.id), False
        # Again where it is not new: a crash may have kept them from being written.
        self._table.put_all(_pointers(stored, self._now()))
        self.note(stored)
        return stored, is_new

    def get(self, response_id: str) -> Response:
        """Give a response.

        Raises:
            NotFound: There is no such response.
            Unavailable: The table could not be asked.
        """
        item = self._table.get(f"response#{key_part(response_id)}", "response")
        if item is None:
            raise NotFound(f"response {response_id} does not exist")
        return response_in(item)

    def by_button(self, button: str) -> Response:
        """Give the response behind a button.

        Raises:
            NotFound: The button means nothing, or no longer does.
            Unavailable: The table could not be asked.
        """
        item = self._table.get(f"button#{key_part(button)}", "button") if button else None
        if item is None:
            raise NotFound("this button means nothing any more; look at the incident's latest message")
        return self.get(str(item["response"]))

    def move(self, response: Response, *, was: ResponseState) -> None:
        """Store a response that has just advanced by one step.

        Raises:
            IllegalTransition: Somebody else moved it first.
            Unavailable: The table could not be asked.
        """
        before: Item = {"was": was.value, "steps": len(response.steps) - 1}
        # First: our call may come back as an event, and a button be pressed, before anything else is written.
        self._table.put_all(_pointers(response, self._now()))
        self._keep_line(response, len(response.steps) - 1)
        try:
            self._table.put(self._item(response), when="#state = :was AND #steps = :steps", given=before)
        except Conflict:
            raise IllegalTransition(
                f"response {response.id} is no longer {was}; somebody else has just decided about it"
            ) from None
        self.note(response)

    def note(self, response: Response) -> None:
        """Write the line of the last step for good, where a crash has kept it from being written.

        Raises:
            Unavailable: The table could not be asked.
        """
        self._keep_line(response, len(response.steps))

    def _keep_line(self, response: Response, number: int) -> None:
        """Write a line once. The one before goes first at each move: at most the last can be missing after a crash."""
        until = replace(response, steps=response.steps[:number])
        first = _offer(response) if number == _offered_with(response) else {}
        kept = {"pk": f"response#{key_part(response.id)}", "expires_at": self._item(response)["expires_at"]}
        self._table.keep({**first, **_line(until), **kept})

    def _item(self, response: Response) -> Item:
        return {
            "pk": f"response#{key_part(response.id)}",
            "sk": "response",
            "response": packed(encode(response)),
            "state": response.state.value,
            "steps": len(response.steps),
            "expires_at": _seconds(max(self._now(), response.proposed_at) + RESPONSES_KEPT),
        }


def _offered_with(response: Response) -> int:
    """Say how many steps a response began with: one where it was approved when it was written."""
    at_once = [step for step in response.steps[:1] if step.at <= response.proposed_at and step.signal is Signal.APPROVE]
    return len(at_once)


def _offer(response: Response) -> Item:
    """Say in the first line what was offered or ordered, because of whom and why."""
    action = response.action
    return {
        "act": action.kind.value,
        "on": action.keys[0],
        "offered_at": response.proposed_at.isoformat(),
        "because_of": response.caused_by.key,
        "reason": response.reason,
    }


def _line(response: Response) -> Item:
    """Write the last step for good: who, how they were known, when, what, and what AWS answered."""
    number = f"step#{len(response.steps):04d}"
    if not response.steps:
        return {"sk": number}
    step = response.steps[-1]
    who: Item = {"actor": step.actor, "how": step.how, "at": step.at.isoformat()}
    what: Item = {
        "signal": step.signal.value,
        "note": step.note,
        "current": step.current,
        "request_id": step.request_id,
    }
    return {"sk": number, **who, **what}


def _pointers(response: Response, now: datetime) -> Iterator[Item]:
    """Write where else a response is looked for, as it stands; what it means, the response says."""
    fact: Item = {"response": response.id}
    if response.state is ResponseState.PROPOSED:
        kept = _seconds(response.expires_at + OFFERS_KEPT)
        if response.button:
            yield {**fact, "pk": f"button#{key_part(response.button)}", "sk": "button", "expires_at": kept}
        place = f"{moment(response.expires_at)}#{response.id}"
        yield {**fact, "pk": "offers", "sk": place, "expires_at": kept}
        for key in response.action.keys:
            yield {**fact, "pk": f"offers#{key_part(key)}", "sk": place, "expires_at": kept}
    until = response.action.until
    if response.state is ResponseState.RUNNING and until is not None:
        kept = _seconds(until + OFFERS_KEPT)
        yield {**fact, "pk": "lapses", "sk": f"{moment(until)}#{response.id}", "expires_at": kept}
    if response.state is ResponseState.RUNNING and (until is not None or _ends_an_allowance(response)):
        kept = _seconds((until or now) + ALLOWANCES_KEPT)
        for key in response.action.keys:
            yield {**fact, "pk": f"allowed#{key_part(key)}", "sk": key_part(response.id), "expires_at": kept}
    if response.state is ResponseState.RUNNING:
        started, kept = response.started_at or now, _seconds(now + RUNNING_KEPT)
        for key in response.action.keys:
            yield {**fact, "pk": f"runs#{key_part(key)}", "sk": key_part(response.id), "expires_at": kept}
        hour = {"pk": hour_of(response, started), "sk": key_part(response.id), "at": started.isoformat()}
        yield {**fact, **hour, "expires_at": kept}


def _ends_an_allowance(response: Response) -> bool:
    """Whether it is read beside what was allowed: it cuts that off."""
    return response.action.kind is ActionKind.END_ALLOWANCE


def hour_of(response: Response, at: datetime) -> str:
    """Name what began in the same hour and shares a budget with a response."""
    return f"{'pins' if is_quiet(response) else 'hour'}#{at:%Y-%m-%dT%H}"


def moment(at: datetime) -> str:
    """Write a time so that texts sort as times do."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
