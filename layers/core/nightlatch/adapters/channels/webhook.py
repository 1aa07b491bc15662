"""Posts signed JSON to an address of the operator's: Jira, a SIEM, anything that can check an HMAC.

::

    X-Nightlatch-Id: 2f9c...                        the same when the same is sent again: drop what you have seen
    X-Nightlatch-Timestamp: 1772442300              refuse what is older than five minutes
    X-Nightlatch-Signature: v1=5257a8...,v1=...     HMAC-SHA-256 over `<timestamp>.<body>`, one for each key
    {"id": "2f9c...", "type": "incident.opened", "data": {...}}

There are two keys while one is being replaced; a receiver takes the message where any signature is right. The id is in
the body, too, and so is signed.

Source: RFC 2104; the scheme is that of Slack and Stripe (a timestamp in what is signed makes a copy useless later).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import requests

from nightlatch.adapters.channels.document import action_document, as_json, health_document, incident_document
from nightlatch.adapters.channels.place import remembered
from nightlatch.adapters.channels.sending import send
from nightlatch.adapters.clock import Clock
from nightlatch.domain.answering.changes import Change, actions_taken, changes_of
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response

ID, TIMESTAMP, SIGNATURE = "X-Nightlatch-Id", "X-Nightlatch-Timestamp", "X-Nightlatch-Signature"
SCHEME = "v1"
MAX_AGE = timedelta(minutes=5)
ACTION, HEALTH = "action.taken", "monitor.health"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChannel:
    """An address of the operator's."""

    url: str = field(repr=False)
    signing_keys: tuple[str, ...] = field(repr=False)
    now: Clock
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    @property
    def name(self) -> str:
        """The name in notices, routes and logs."""
        return "webhook"

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Post what has changed, and each action that was taken since.

        Raises:
            Unavailable: The receiver did not take it.
        """
        memory = remembered(place)
        changes = changes_of(incident, responses, is_first=place is None)
        taken = actions_taken(responses, memory.told)
        for change in changes:
            self._post(envelope(f"incident.{change}", incident_document(incident, responses, notes)))
        for response in taken:
            self._post(envelope(ACTION, action_document(incident, response)))
        return memory.with_told((one.id for one in taken), is_resolved=Change.RESOLVED in changes).place

    def announce(self, bulletin: Bulletin) -> None:
        """Post how a channel does.

        Raises:
            Unavailable: The receiver did not take it.
        """
        self._post(envelope(HEALTH, health_document(bulletin)))

    def _post(self, message: Mapping[str, object]) -> None:
        body = as_json(message).encode()
        stamp = str(int(self.now().timestamp()))
        headers = {
            ID: str(message["id"]),
            TIMESTAMP: stamp,
            SIGNATURE: ",".join(sign(body, stamp, key) for key in self.signing_keys),
        }
        send(self.session, self.url, body, channel=self.name, headers=headers)


def envelope(kind: str, document: Mapping[str, object]) -> dict[str, object]:
    """Wrap a document, in the shape of `schemas/webhook-1.json`; its id follows from its kind and content."""
    uid = sha256(f"{kind}|{as_json(document)}".encode()).hexdigest()[:32]
    return {"schema_version": 1, "id": uid, "type": kind, "data": document}


def sign(body: bytes, stamp: str, key: str) -> str:
    """Sign a body and the second in which it is sent."""
    return f"{SCHEME}={hmac.new(key.encode(), stamp.encode() + b'.' + body, sha256).hexdigest()}"


def is_ours(body: bytes, headers: Mapping[str, str], key: str, now: datetime) -> bool:
    """Tell whether a message was signed with a key within the last five minutes, as a receiver should."""
    stamp = headers.get(TIMESTAMP, "")
    if not (stamp.isascii() and stamp.isdecimal()) or abs(now.timestamp() - int(stamp)) > MAX_AGE.total_seconds():
        return False
    wanted = sign(body, stamp, key).encode()
    given = headers.get(SIGNATURE, "").split(",")
    return any(hmac.compare_digest(wanted, one.strip().encode()) for one in given)
