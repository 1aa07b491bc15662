"""Puts incidents, actions and nightlatch's own health on an event bus, for whatever an operator builds on it.

`source` is `nightlatch`, which none of our own rules listens to. Each entry goes in a call of its own: two documents
together could pass the limit of one. After a failure between two calls the first comes again: consumers know an event
by incident, revision and response, never by EventBridge's id.

Source: EventBridge API reference, PutEvents (FailedEntryCount, ErrorCode per entry); EventBridge user guide,
eb-putevents, calculating the size (source, detail-type, detail and resources in UTF-8; 256 KB until 2025, 1 MB since).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nightlatch.adapters.channels.document import action_document, as_json, health_document, incident_document
from nightlatch.adapters.channels.place import remembered
from nightlatch.adapters.channels.publishing import publishing
from nightlatch.domain.answering.changes import Change, actions_taken, changes_of
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Unavailable, Undeliverable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "nightlatch"
ENTRY_LIMIT = 256 * 1024
MOST_RESOURCES = 50
DETAIL_TYPES = {
    Change.OPENED: "Secret Incident Opened",
    Change.UPDATED: "Secret Incident Updated",
    Change.RESOLVED: "Secret Incident Resolved",
}
ACTION = "Secret Action Taken"
HEALTH = "Monitor Health"
_LATER = frozenset({"InternalFailure", "InternalException", "ThrottlingException", "ServiceUnavailable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBridgeChannel:
    """An event bus as a way to machines."""

    client: EventBridgeClient
    bus: str  # name or ARN

    @property
    def name(self) -> str:
        """The name in notices, routes and logs."""
        return "eventbridge"

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Put what has changed on the bus.

        Raises:
            Undeliverable: EventBridge does not take an entry.
            Unavailable: It could not be asked.
        """
        memory = remembered(place)
        changes = changes_of(incident, responses, is_first=place is None)
        taken = actions_taken(responses, memory.told)
        for entry in self._entries(incident, responses, notes, changes, taken):
            self._put(entry)
        return memory.with_told((one.id for one in taken), is_resolved=Change.RESOLVED in changes).place

    def announce(self, bulletin: Bulletin) -> None:
        """Put how a channel does on the bus.

        Raises:
            Undeliverable: EventBridge does not take an entry.
            Unavailable: It could not be asked.
        """
        self._put(self._entry(HEALTH, health_document(bulletin), ()))

    def _entries(
        self,
        incident: Incident,
        responses: Sequence[Response],
        notes: Sequence[str],
        changes: Sequence[Change],
        taken: Sequence[Response],
    ) -> Iterator[PutEventsRequestEntryTypeDef]:
        arns = _arns(incident)
        for change in changes:
            yield self._entry(DETAIL_TYPES[change], incident_document(incident, responses, notes), arns)
        for response in taken:
            yield self._entry(ACTION, action_document(incident, response), arns)

    def _entry(
        self, detail_type: str, document: dict[str, object], arns: Sequence[str]
    ) -> PutEventsRequestEntryTypeDef:
        return {
            "EventBusName": self.bus,
            "Source": SOURCE,
            "DetailType": detail_type,
            "Detail": as_json(document),
            "Resources": [*arns],
        }

    def _put(self, entry: PutEventsRequestEntryTypeDef) -> None:
        with publishing("the event bus"):
            answer = self.client.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            code = next((one["ErrorCode"] for one in answer["Entries"] if "ErrorCode" in one), "no code")
            kind = Unavailable if code in _LATER else Undeliverable
            raise kind(f"the event bus did not take an event ({code}); look at its name and policy")


def _arns(incident: Incident) -> list[str]:
    """Give the ARNs of the incident's secrets, for patterns on `resources`."""
    texts = (secret.text for finding in incident.findings for secret in finding.secrets if secret.is_arn)
    plain_ones = (text for text in texts if text.isascii() and text.isprintable())
    return [*dict.fromkeys(text[:600] for text in plain_ones)][:MOST_RESOURCES]
