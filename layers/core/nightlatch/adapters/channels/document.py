"""The documents that machines get: an incident, an action taken, a digest or storm, how a channel of nightlatch does.

Each names the version of its shape, and `schemas/` holds the shape as a JSON Schema: `incident-1.json` is the shape of
version 1 for good. A field more, a field less or another meaning is a new version with a file of its own.

Texts are bounded, and lists are shortened until the whole fits the narrowest channel (EventBridge, SNS: 256 KB);
`truncated` says so. A name stands as the record has it, for a machine compares it; titles and reasons are for reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from nightlatch.adapters.channels.text import exact, plain
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.judging.findings import Finding

VERSION = 1
MOST_BYTES = 180_000  # of 256 KB, with room for what stands around the document
NAME_LIMIT = 512  # a secret's name on AWS; a call that failed may name anything
TEXT_LIMIT = 1_000
_LISTS = ("secrets", "findings", "responses", "changed", "notes", "lines")


def incident_document(
    incident: Incident, responses: Sequence[Response], notes: Sequence[str] = ()
) -> dict[str, object]:
    """Give an incident as data, in the shape of `schemas/incident-1.json`."""
    return fitted(
        {
            **_head(incident),
            "state": "resolved" if is_settled(incident, responses) else "open",
            "secrets": [exact(name, NAME_LIMIT) for name in secret_names(incident)],
            "changed": [plain(note, TEXT_LIMIT) for note in notes],
            "findings": [_finding(finding) for finding in incident.findings],
            "responses": [_response(response) for response in responses],
            "notes": [plain(note, TEXT_LIMIT) for note in incident.notes],
            "policy": incident.policy_digest,
            "truncated": False,
        },
        MOST_BYTES,
    )


def _head(incident: Incident) -> dict[str, object]:
    lead = incident.lead
    return {
        "schema_version": VERSION,
        "incident_id": incident.id,
        "revision": incident.revision,
        "severity": incident.severity.value,
        "title": plain(lead.title, TEXT_LIMIT),
        "account_id": exact(lead.account_id, NAME_LIMIT),
        "region": exact(lead.region, NAME_LIMIT),
        "principal": exact(lead.principal.key, NAME_LIMIT),
        "opened_at": moment(incident.opened_at),
        "last_seen": moment(incident.last_seen),
    }


def action_document(incident: Incident, response: Response) -> dict[str, object]:
    """Give what was done about an incident, in the shape of `schemas/action-1.json`."""
    finished = response.steps[-1].at if response.steps else response.proposed_at
    return {
        "schema_version": VERSION,
        "incident_id": incident.id,
        "severity": incident.severity.value,
        "account_id": exact(incident.lead.account_id, NAME_LIMIT),
        **_response(response),
        "approved_by": plain(response.approved_by or "", TEXT_LIMIT),
        "finished_at": moment(finished),
    }


def health_document(bulletin: Bulletin) -> dict[str, object]:
    """Give how a channel does, in the shape of `schemas/health-1.json`."""
    return {
        "schema_version": VERSION,
        "channel": bulletin.channel,
        "state": "recovered" if bulletin.is_over else "failing",
        "since": moment(bulletin.since),
        "until": moment(bulletin.until) if bulletin.until else None,
        "reason": plain(bulletin.reason, TEXT_LIMIT),
    }


def summary_document(summary: Summary) -> dict[str, object]:
    """Give a digest or a storm, in the shape of `schemas/summary-1.json`."""
    return fitted(
        {
            "schema_version": VERSION,
            "summary": summary.key,
            "title": plain(summary.title, TEXT_LIMIT),
            "is_over": summary.is_over,
            "lines": [plain(line, TEXT_LIMIT) for line in summary.lines],
            "truncated": False,
        },
        MOST_BYTES,
    )


def secret_names(incident: Incident) -> tuple[str, ...]:
    """Name the incident's secrets, each once, in order of first mention."""
    return tuple(dict.fromkeys(secret.name for finding in incident.findings for secret in finding.secrets))


def size_of(document: object) -> int:
    """Give how many bytes a document has on the wire."""
    return len(as_json(document).encode())


def as_json(document: object) -> str:
    """Write a document; letters beyond ASCII stay letters, for an escape takes six bytes and more."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def fitted(document: dict[str, object], most_bytes: int) -> dict[str, object]:
    """Halve the longest list of a document until the whole fits, and say so in it."""
    while size_of(document) > most_bytes:
        lists = {name: found for name in _LISTS if isinstance(found := document.get(name), list) and found}
        if not lists:
            break
        longest = max(lists, key=lambda name: size_of(lists[name]))
        document = {**document, longest: lists[longest][: len(lists[longest]) // 2], "truncated": True}
    return document


def moment(at: datetime) -> str:
    """Write a moment as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "catalogue": finding.catalogue,
        "severity": finding.severity.value,
        "title": plain(finding.title, TEXT_LIMIT),
        "reason": plain(finding.reason, TEXT_LIMIT),
        "techniques": [*finding.techniques],
        "count": finding.count,
        "first_event": exact(_first(finding.event_ids), NAME_LIMIT),
    }


def _response(response: Response) -> dict[str, object]:
    return {
        "response_id": response.id,
        "action": response.action.kind.value,
        "state": response.state.value,
        "secret": exact(response.action.name, NAME_LIMIT),
        "result": plain(response.result, TEXT_LIMIT),
    }


def _first(texts: Iterable[str]) -> str:
    return next(iter(texts), "")
