"""What stands in an incident's thread: all that a message has no room for, as lines that never change once said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response, Step
from nightlatch.domain.event.secrets import distinct

NAMES_SHOWN = 8  # in the message itself
MOST_SECRETS = 100
MOST_EVENTS = 100


def details_of(incident: Incident, responses: Sequence[Response]) -> tuple[str, ...]:
    """Give the lines of an incident, what is known longest first."""
    lines = [*_who(incident), *_rules(incident), *_secrets(incident), *_events(incident), *_snoozed(incident)]
    lines += [line for response in responses for line in _course(response)]
    return tuple(dict.fromkeys(lines))


def _who(incident: Incident) -> Iterator[str]:
    for principal in {finding.principal.key: finding.principal for finding in incident.findings}.values():
        yield f"Who: {principal.title}, {principal.arn or principal.key}"


def _rules(incident: Incident) -> Iterator[str]:
    for finding in incident.findings:
        yield f"Rule: {finding.rule} ({finding.catalogue}), runbook docs/runbooks/{finding.rule}.md"
    if incident.policy_digest:
        yield f"Policy: {incident.policy_digest}"


def _secrets(incident: Incident) -> Iterator[str]:
    """Name every secret whose ARN is known, and all of them where the message has no room."""
    some = distinct(secret for finding in incident.findings for secret in finding.secrets)
    is_full = len({secret.name for secret in some}) > NAMES_SHOWN
    worth_it = [one for one in some if one.is_arn or is_full]
    for secret in worth_it[:MOST_SECRETS]:
        yield f"Secret: {secret.name}" + (f", {secret.text}" if secret.is_arn else "")
    if len(worth_it) > MOST_SECRETS:
        yield f"More than {MOST_SECRETS} secrets; the rest stands in the incident"


def _events(incident: Incident) -> Iterator[str]:
    ids = dict.fromkeys(event_id for finding in incident.findings for event_id in finding.event_ids)
    yield from (f"Event: {event_id}" for event_id in islice(ids, MOST_EVENTS))
    if len(ids) > MOST_EVENTS:
        yield f"More than {MOST_EVENTS} events; the rest stands in the incident"


def _snoozed(incident: Incident) -> Iterable[str]:
    one = incident.snooze
    if one is None:
        return ()
    return (f"Snoozed until {_when(one.until)} by {one.by} ({one.how}): {one.reason}",)


def _course(response: Response) -> Iterator[str]:
    """Tell what became of a response, step by step: who, how they were known, what AWS answered."""
    what = f"{response.action.kind} of {response.action.name}"
    yield f"{response.id}: {what}, offered {_when(response.proposed_at)} because {response.reason}"
    yield from (f"{response.id}: {_step(step)}" for step in response.steps)


def _step(step: Step) -> str:
    said = f": {step.note}" if step.note else ""
    request = f" (AWS request {step.request_id})" if step.request_id else ""
    how = f" ({step.how})" if step.how else ""
    return f"{_when(step.at)} {step.signal} by {step.actor}{how}{said}{request}"


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
