"""What nightlatch did lately, in DynamoDB: so that it knows its own calls again, and knows when it does too much.

    pk                              sk     holds                                        kept
    own#request#<request id>        own    that we made this call, for which response   92 days
    own#version#<secret>#<version>  own    when we moved a label of this version        92 days

Our own events are known by the request id, or by subject and call while the act runs or where it was cut off. The
native label event names neither caller nor request, so it is known by secret, version and time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.ledger.responses import hour_of
from nightlatch.adapters.ledger.stored import Complaints, stored_under
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.brakes import HOUR, Past
from nightlatch.domain.answering.responses import LEASE, Response, Signal
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent

OWN_KEPT = timedelta(days=92)  # as long as history shows a secret's changes, and so may ask whose word they were
EARLY = timedelta(seconds=5)  # CloudTrail cuts times to the second, and two clocks are never quite one
_LABEL_CALLS = frozenset({"UpdateSecretVersionStage", "PutSecretValue", "CreateSecret"})


class DynamoDeeds:
    """The ports `Deeds` and `OwnActions` on the response table."""

    def __init__(self, table: Table, *, now: Clock, complaints: Complaints | None = None) -> None:
        self._table = table
        self._now = now
        self._complaints = complaints or Complaints()

    def record_own(self, response: Response, request_id: str, *, version_id: str | None = None) -> None:
        """Remember the AWS request id of a call we made, and the version whose label it moved.

        Raises:
            Unavailable: The table could not be asked.
        """
        now = self._now()
        fact: Item = {
            "sk": "own",
            "response": response.id,
            "request": request_id,
            "at": now.isoformat(),
            "expires_at": int((now + OWN_KEPT).timestamp()),
        }
        keys = [request_key(request_id)]
        if version_id is not None:
            keys.extend(version_keys(response.action.keys, version_id))
        self._table.put_all({**fact, "pk": key} for key in keys)

    def past(self, response: Response) -> Past:
        """Give what was started on the same subject within a day, and what shares its budget within an hour.

        What cannot be read may have been anything, so it is counted and not left out: acting by policy ends the sooner
        for it, and people still decide. It must not be an error, which would end every act on the secret for a day.

        Raises:
            Unavailable: The table could not be asked.
        """
        now = self._now()
        hours = dict.fromkeys(hour_of(response, at) for at in (now - HOUR, now))
        items = [item for hour in hours for item in self._partition(hour)]
        stored = self._started(response.action.keys)
        here = tuple(self._complaints.readable(stored))
        return Past(
            here=here,
            everywhere=tuple(datetime.fromisoformat(str(item["at"])) for item in items),
            unreadable=len(stored) - len(here),
        )

    def is_own(self, event: SecretEvent) -> bool:
        """Tell whether an event shows a call of ours.

        Of an act that cannot be read only the calls that were recorded are: the others are judged as anybody's.

        Raises:
            Unavailable: The table could not be asked.
        """
        # An act records its calls before it ends. So first whether one runs, then what is recorded: asked the other way
        # round, an act that ends in between would be neither.
        if self._runs(event):
            return True
        if event.name == LABEL_UPDATED and self._moved_label(event):
            return True
        return bool(event.request_id and self._table.get(request_key(event.request_id), "own"))

    def _runs(self, event: SecretEvent) -> bool:
        keys = tuple(dict.fromkeys(key for secret in event.secrets for key in secret.keys))
        return any(is_running_call(event, response) for response in self._complaints.readable(self._started(keys)))

    def _started(self, keys: Sequence[str]) -> list[Item]:
        """Give the responses that were started within a day under any of these names, as they stand now."""
        now = int(self._now().timestamp())  # DynamoDB may take days to remove what has expired
        found = [
            item for key in keys for item in self._partition(f"runs#{key_part(key)}") if not _has_expired(item, now)
        ]
        return list(stored_under((str(item["response"]) for item in found), self._table))

    def _partition(self, pk: str) -> list[Item]:
        """Read all of it: what is left out would count in no budget, and the budgets keep it small."""
        return list(self._table.every(pk, since="!", until="~"))

    def _moved_label(self, event: SecretEvent) -> bool:
        if event.version_id is None:
            return False
        keys = [key for secret in event.secrets for key in version_keys(secret.keys, str(event.version_id))]
        found = self._table.get_all((key, "own") for key in keys)
        return any(near(event.at, datetime.fromisoformat(str(item["at"]))) for item in found)


def _has_expired(item: Item, now: int) -> bool:
    return int(item.get("expires_at", now)) < now


def is_running_call(event: SecretEvent, response: Response) -> bool:
    """Tell whether an event is a call that an act may have made and not written down yet, or never.

    The latter where its process was cut off: another took it over, and what the first had done came back as news.
    """
    calls = _LABEL_CALLS if event.name == LABEL_UPDATED else {event.name}
    if not response.operations & calls:
        return False
    return any(began - EARLY <= event.at <= began + LEASE for began in _without_end(response))


def _without_end(response: Response) -> Iterator[datetime]:
    """Give the starts that no end was written of: of the process that runs now, and of those that were cut off."""
    began: datetime | None = None
    for step in response.steps:
        if step.signal is Signal.START:
            if began is not None:
                yield began
            began = step.at
        elif step.signal is not Signal.CALL:
            began = None
    if began is not None:
        yield began


def near(at: datetime, recorded: datetime) -> bool:
    """Tell whether a label event is as old as the record of our own label move."""
    return recorded - LEASE <= at <= recorded + EARLY


def request_key(request_id: str) -> str:
    """Name the fact that we made a call."""
    return f"own#request#{key_part(request_id)}"


def version_keys(keys: Sequence[str], version_id: str) -> list[str]:
    """Name the fact that we moved a label of a version, under each name of its secret."""
    return [f"own#version#{key_part(key)}#{key_part(version_id)}" for key in keys]
