"""Every response and every call of ours, in DynamoDB: what may happen once is a conditional write.

    pk                              sk          holds                                          kept
    response#<id>                   response    the response as JSON, its state and steps      400 days
    button#<button>                 button      the id of the response behind it               7 days after it expires
    runs#<secret key>               <id>        that the response was started                  1 day
    own#request#<request id>        own         that we made this call                         7 days
    own#version#<secret>#<version>  own         when we moved a label of this version          7 days

A move names the state and the number of steps it was made from: two responders that both find a lease run out
cannot both take the act over. Our own events are known by the request id, or while the act runs by secret and
call; the native label event names neither caller nor request, so it is known by secret, version and time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.errors import IllegalTransition, NotFound
from nightlatch.domain.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.responses import LEASE, Response, ResponseState
from nightlatch.domain.secrets import SecretRef

RESPONSES_KEPT = timedelta(days=400)
BUTTONS_KEPT = timedelta(days=7)
OWN_KEPT = timedelta(days=7)
RUNNING_KEPT = timedelta(days=1)
EARLY = timedelta(seconds=5)  # CloudTrail cuts times to the second, and two clocks are never quite one
_MOST_RUNNING = 100
_LABEL_CALL = "UpdateSecretVersionStage"


class DynamoLedger:
    """The ports `Ledger` and `OwnActions` on the response table."""

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
        if stored.state is ResponseState.PROPOSED:
            self._put_button(stored)  # again where it is not new: a crash may have kept it from being written
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
        return decode(Response, str(item["response"]))

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
        if response.state is ResponseState.RUNNING:
            self._put_runs(response)  # first: our call may come back as an event before anything else is written
        try:
            self._table.put(self._item(response), when="#state = :was AND #steps = :steps", given=before)
        except Conflict:
            raise IllegalTransition(
                f"response {response.id} is no longer {was}; somebody else has just decided about it"
            ) from None

    def record_own(self, response: Response, request_id: str, *, version_id: str | None = None) -> None:
        """Remember the AWS request id of a call we made, and the version whose label it moved.

        Raises:
            Unavailable: The table could not be asked.
        """
        now = self._now()
        fact: Item = {
            "sk": "own",
            "response": response.id,
            "at": now.isoformat(),
            "expires_at": _seconds(now + OWN_KEPT),
        }
        keys = [f"own#request#{key_part(request_id)}"]
        if version_id is not None:
            keys.extend(_version_keys(response.action.secret, version_id))
        self._table.put_all({**fact, "pk": key} for key in keys)

    def is_own(self, event: SecretEvent) -> bool:
        """Tell whether an event shows a call of ours.

        Raises:
            Unavailable: The table could not be asked.
        """
        # An act records its calls before it ends. So first whether one runs, then what is recorded: asked the other way
        # round, an act that ends in between would be neither.
        if self._runs(event):
            return True
        if event.name == LABEL_UPDATED and self._moved_label(event):
            return True
        return bool(event.request_id and self._table.get(f"own#request#{key_part(event.request_id)}", "own"))

    def _runs(self, event: SecretEvent) -> bool:
        call = _LABEL_CALL if event.name == LABEL_UPDATED else event.name
        return any(
            response.state is ResponseState.RUNNING
            and response.started_at is not None
            and ran(event.at, call=call, calls=response.action.calls, started=response.started_at)
            for response in self._started(event)
        )

    def _started(self, event: SecretEvent) -> Iterator[Response]:
        """Give the responses that were lately started on the event's secrets, as they stand now."""
        keys = dict.fromkeys(key for secret in event.secrets for key in secret.keys)
        found = [self._table.query(f"runs#{key_part(key)}", since="!", until="~", most=_MOST_RUNNING) for key in keys]
        ids = dict.fromkeys(str(item["response"]) for items in found for item in items)
        for item in self._table.get_all((f"response#{key_part(response_id)}", "response") for response_id in ids):
            yield decode(Response, str(item["response"]))

    def _moved_label(self, event: SecretEvent) -> bool:
        if event.version_id is None:
            return False
        keys = [key for secret in event.secrets for key in _version_keys(secret, str(event.version_id))]
        found = self._table.get_all((key, "own") for key in keys)
        return any(near(event.at, _time(item, "at")) for item in found)

    def _item(self, response: Response) -> Item:
        return {
            "pk": f"response#{key_part(response.id)}",
            "sk": "response",
            "response": encode(response),
            "state": response.state.value,
            "steps": len(response.steps),
            "expires_at": _seconds(max(self._now(), response.proposed_at) + RESPONSES_KEPT),
        }

    def _put_button(self, response: Response) -> None:
        if response.button:
            kept = _seconds(response.expires_at + BUTTONS_KEPT)
            key = f"button#{key_part(response.button)}"
            self._table.put({"pk": key, "sk": "button", "response": response.id, "expires_at": kept})

    def _put_runs(self, response: Response) -> None:
        """Say under each name of the secret where to look for an act that runs; whether it does, the response says."""
        fact: Item = {"sk": key_part(response.id), "response": response.id}
        kept = _seconds(self._now() + RUNNING_KEPT)
        self._table.put_all(
            {**fact, "pk": f"runs#{key_part(key)}", "expires_at": kept} for key in response.action.secret.keys
        )


def ran(at: datetime, *, call: str, calls: frozenset[str], started: datetime) -> bool:
    """Tell whether a call at a moment is one that an act makes, within its lease."""
    return call in calls and started - EARLY <= at <= started + LEASE


def near(at: datetime, recorded: datetime) -> bool:
    """Tell whether a label event is as old as the record of our own label move."""
    return recorded - LEASE <= at <= recorded + EARLY


def _version_keys(secret: SecretRef, version_id: str) -> list[str]:
    return [f"own#version#{key_part(key)}#{key_part(version_id)}" for key in secret.keys]


def _time(item: Item, name: str) -> datetime:
    return datetime.fromisoformat(str(item[name]))


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
