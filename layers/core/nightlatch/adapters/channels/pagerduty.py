"""Opens and resolves PagerDuty alerts; the incident's id is the key by which PagerDuty folds what comes later.

nightlatch never acknowledges: that would silence what it finds next, and is for the person who took the call.

Source: PagerDuty developer docs, events-API-v2: trigger events (dedup_key 255, summary 1,024 characters, severities
critical, error, warning, info; a trigger after a resolve opens a new alert, a resolve of nothing is dropped), overview
(512 KB; 202, 400, 429, 5xx and which to send again).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import requests

from nightlatch.adapters.channels.document import (
    as_json,
    health_document,
    incident_document,
    moment,
    summary_document,
)
from nightlatch.adapters.channels.place import remembered
from nightlatch.adapters.channels.sending import send
from nightlatch.adapters.channels.text import exact, plain
from nightlatch.domain.answering.changes import Change, changes_of
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.telling_ports import Pace

URL = "https://events.pagerduty.com/v2/enqueue"
BODY_LIMIT = 512 * 1024
SUMMARY_LIMIT = 1_024
KEY_LIMIT = 255
_STORM = "storm-"
_FIELD_LIMIT = 255
_SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    Severity.INFORMATIONAL: "info",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDutyChannel:
    """One service of PagerDuty."""

    routing_key: str = field(repr=False)
    url: str = field(default=URL, repr=False)
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    @property
    def name(self) -> str:
        """The name in notices, routes and logs."""
        return "pagerduty"

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Trigger, bring up to date, or resolve the incident's alert.

        Raises:
            Unavailable: PagerDuty did not take it.
        """
        changes = changes_of(incident, responses, is_first=place is None)
        for change in changes:
            if change is Change.RESOLVED:
                self._send({"event_action": "resolve", "dedup_key": _key(incident.id)})
            else:
                self._send(trigger(incident, responses, notes))
        return remembered(place).with_told((), is_resolved=Change.RESOLVED in changes).place

    @property
    def pace(self) -> Pace:
        """Whoever is on call is told news, and in a storm of the storm."""
        return Pace.NEWS

    def summarise(self, summary: Summary, place: str | None) -> str | None:
        """Trigger an alert for a storm, or bring it up to date; a digest is nothing to be called for.

        It is resolved by a person: when the storm is calm, its incidents are not.

        Raises:
            Unavailable: PagerDuty did not take it.
        """
        del place
        if summary.key.startswith(_STORM):
            document = summary_document(summary)
            self._trigger(summary.key, summary.sentence, "critical", "monitor.storm", document)
        return "posted"

    def announce(self, bulletin: Bulletin) -> None:
        """Trigger, or resolve, an alert about a channel.

        Raises:
            Unavailable: PagerDuty did not take it.
        """
        if bulletin.is_over:
            self._send({"event_action": "resolve", "dedup_key": _key(bulletin.key)})
            return
        text, document = f"{bulletin.title}: {bulletin.reason}", health_document(bulletin)
        self._trigger(bulletin.key, text, "warning", "monitor.channel", document)

    def _trigger(self, key: str, text: str, severity: str, kind: str, document: Mapping[str, object]) -> None:
        """Open an alert about what is no incident."""
        payload = {
            "summary": plain(text, SUMMARY_LIMIT),
            "source": "nightlatch",
            "severity": severity,
            "class": kind,
            "custom_details": document,
        }
        self._send({"event_action": "trigger", "dedup_key": _key(key), "payload": payload})

    def _send(self, event: Mapping[str, object]) -> None:
        body = as_json({**event, "routing_key": self.routing_key}).encode()
        send(self.session, self.url, body, channel=self.name, headers={})


def trigger(incident: Incident, responses: Sequence[Response], notes: Sequence[str] = ()) -> dict[str, object]:
    """Write the event that opens an alert or brings it up to date; the routing key is added where it is sent."""
    lead = incident.lead
    place = plain(f"{lead.account_id}/{lead.region}", _FIELD_LIMIT)
    return {
        "event_action": "trigger",
        "dedup_key": _key(incident.id),
        "client": "nightlatch",
        "payload": {
            "summary": plain(f"{incident.severity}: {lead.title}", SUMMARY_LIMIT),
            "source": place,
            "severity": _SEVERITIES[incident.severity],
            "timestamp": moment(incident.last_seen),
            "component": "AWS Secrets Manager",
            "group": place,
            "class": plain(lead.rule, _FIELD_LIMIT),
            "custom_details": incident_document(incident, responses, notes),
        },
    }


def _key(text: str) -> str:
    return exact(text, KEY_LIMIT)
