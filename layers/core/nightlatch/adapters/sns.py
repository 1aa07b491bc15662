"""Publishes incidents to SNS: a valid subject, a text for people, JSON for machines, attributes for filters.

Mail carries no link that acts: scanners press links. It carries the command to run.

Source: botocore service model, SNS Publish (subject below 100 characters, no line breaks or control
characters; MessageStructure json).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nightlatch.adapters.channels.document import as_json, health_document, incident_document, summary_document
from nightlatch.adapters.channels.publishing import publishing
from nightlatch.adapters.slack.stopping import advice
from nightlatch.adapters.slack.text import clip
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response, ResponseState, awaiting
from nightlatch.domain.answering.stopping import LIFTS
from nightlatch.domain.answering.summaries import Summary
from nightlatch.service.telling_ports import Pace

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

SUBJECT_LIMIT = 99
SMS_LIMIT = 140
MOST_NAMES = 50
LINE_LIMIT = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class SnsChannel:
    """An SNS topic as a way to people and machines."""

    client: SNSClient
    topic_arn: str

    @property
    def name(self) -> str:
        """The name in notices and logs."""
        return "sns"

    @property
    def pace(self) -> Pace:
        """SNS cannot edit: people are sent what is news, not each revision."""
        return Pace.NEWS

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Publish the incident as it stands; SNS cannot edit, so an update is a message of its own.

        Raises:
            Unavailable: SNS did not take it.
        """
        with publishing(f"topic {self.topic_arn}"):
            self.client.publish(
                TopicArn=self.topic_arn,
                Subject=subject(incident, is_update=place is not None),
                MessageStructure="json",
                Message=json.dumps(
                    {
                        "default": as_json(incident_document(incident, responses, notes)),
                        "email": human_text(incident, responses, notes),
                        "sms": clip(_plain(f"{incident.severity} {incident.lead.title}"), SMS_LIMIT),
                    }
                ),
                MessageAttributes={
                    key: {"DataType": "String", "StringValue": value} for key, value in _attributes(incident).items()
                },
            )
        return "published"

    def summarise(self, summary: Summary, place: str | None) -> str | None:
        """Publish a digest or a storm as it stands.

        Raises:
            Unavailable: SNS did not take it.
        """
        del place
        text = "\n".join([_plain(summary.sentence), "", *(clip(_plain(line), LINE_LIMIT) for line in summary.lines)])
        self._publish(summary.title, document=summary_document(summary), email=text, kind="summary")
        return "published"

    def announce(self, bulletin: Bulletin) -> None:
        """Publish that another channel takes no messages, or takes them again.

        Raises:
            Unavailable: SNS did not take it.
        """
        text = _plain(f"{bulletin.title}. {bulletin.text}")
        self._publish(bulletin.title, document=health_document(bulletin), email=text, kind="health")

    def _publish(self, title: str, *, document: dict[str, object], email: str, kind: str) -> None:
        """Publish what is no incident."""
        message = {"default": as_json(document), "email": email, "sms": clip(_plain(title), SMS_LIMIT)}
        with publishing(f"topic {self.topic_arn}"):
            self.client.publish(
                TopicArn=self.topic_arn,
                Subject=_subject(title),
                MessageStructure="json",
                Message=json.dumps(message),
                MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
            )


def subject(incident: Incident, *, is_update: bool = False) -> str:
    """Make a subject that SNS accepts: ASCII, one line, severity first."""
    prefix = "Update: " if is_update else ""
    return _subject(f"{prefix}[{incident.severity}] {incident.lead.title}")


def _subject(text: str) -> str:
    ascii_text = "".join(c if " " <= c <= "~" else "?" for c in text)
    return ascii_text[:SUBJECT_LIMIT]


def human_text(incident: Incident, responses: Sequence[Response], notes: Sequence[str] = ()) -> str:
    """Write the mail."""
    lead, open_ones = incident.lead, awaiting(responses)
    lines = [
        lead.title,
        "",
        f"Severity  {incident.severity}",
        f"Who       {lead.principal.title}",
        f"          {lead.principal.arn or 'no ARN in the record'}",
        f"Where     account {lead.account_id}, {lead.region}",
        f"When      {incident.opened_at:%Y-%m-%d %H:%M:%S} to {incident.last_seen:%H:%M:%S} UTC",
        f"Secrets   {', '.join(_names(incident)) or 'none named'}",
        "",
        *(f"Why       {finding.rule}: {finding.reason}" for finding in incident.findings),
        *(f"Changed   {note}" for note in notes),
        "",
        *(_response_line(response) for response in responses if response.after is None or response in open_ones),
        *(f"Found out {note}" for note in incident.notes),
        *(f"By hand   {text}" for text in advice(incident)),
        "",
        f"incident {incident.id} · policy {incident.policy_digest}",
    ]
    return "\n".join(_plain(line) for line in lines)


def _attributes(incident: Incident) -> dict[str, str]:
    return {
        "severity": incident.severity,
        "rule_id": incident.lead.rule,
        "account": incident.lead.account_id,
        "region": incident.lead.region,
    }


def _names(incident: Incident) -> list[str]:
    names = list(dict.fromkeys(secret.name for finding in incident.findings for secret in finding.secrets))
    return names[:MOST_NAMES]


def _response_line(response: Response) -> str:
    if response.state is ResponseState.PROPOSED:
        why = f" ({response.reason})" if response.action.kind in LIFTS else ""
        return f"To {response.action.kind}: nightlatch approve {response.id}{why}"
    return f"{response.action.kind}: {response.state}. {response.result}"


def _plain(text: str) -> str:
    """Drop control characters; line breaks are ours alone."""
    return "".join(c if c.isprintable() else " " for c in text)
