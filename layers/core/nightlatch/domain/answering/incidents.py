"""Findings about one problem become one incident: one message, with what was found, offered and done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.answering.snoozes import Snooze
from nightlatch.domain.errors import IllegalTransition
from nightlatch.domain.judging.findings import COOL_DOWN, Finding, Remedy, Severity, belongs, join

MOST_EVIDENCE = 1_000  # event ids and secrets kept per finding: an incident must fit one stored item
MOST_NOTES = 20
_BLINDS = "monitor."  # while nobody sees, whatever else was done may only be the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Everything to say about one problem; `revision` rises with each change worth showing."""

    id: str
    key: str
    opened_at: datetime
    last_seen: datetime
    findings: tuple[Finding, ...]
    responses: tuple[str, ...] = ()  # ids in the ledger, offered or done
    notes: tuple[str, ...] = ()  # what was found out later, such as who still uses an ARN that is no more
    policy_digest: str = ""
    revision: int = 1
    snooze: Snooze | None = None  # the latest, over or not
    ours: tuple[Declaration, ...] = ()  # what of it somebody said was theirs

    @property
    def severity(self) -> Severity:
        """The worst of its findings."""
        return max((finding.severity for finding in self.findings), key=lambda severity: severity.rank)

    @property
    def lead(self) -> Finding:
        """The finding that names the incident: the worst; of these what blinds us, then what has most behind it."""
        return max(
            self.findings, key=lambda f: (f.severity.rank, f.rule.startswith(_BLINDS), len(f.secrets), f.count, f.rule)
        )

    @property
    def snoozes(self) -> int:
        """How often it was snoozed."""
        return self.snooze.number if self.snooze is not None else 0

    @property
    def extent(self) -> int:
        """How much was found: each finding, and each secret in it."""
        return sum(1 + len(finding.secrets) for finding in self.findings)

    def is_asleep(self, now: datetime) -> bool:
        """Tell whether people asked not to hear of it now."""
        return self.snooze is not None and self.snooze.covers(now, self.severity, self.extent)

    def accepts(self, finding: Finding) -> bool:
        """Tell whether a finding is near enough in time to be the same problem."""
        return self.opened_at - COOL_DOWN <= finding.last_seen and finding.first_seen <= self.last_seen + COOL_DOWN


def incident_key(finding: Finding) -> str:
    """Say what a problem turns on: who does it, or what it is done to where nobody is named."""
    if not finding.principal.is_somebody:
        return f"{finding.account_id}|{finding.subject}"
    return f"{finding.account_id}|principal:{finding.principal.key}"


def open_incident(finding: Finding, *, policy_digest: str = "") -> Incident:
    """Begin an incident with its first finding."""
    key = incident_key(finding)
    digest = sha256(f"{key}|{finding.first_seen.isoformat()}".encode()).hexdigest()
    return Incident(
        id=f"inc-{digest[:16]}",
        key=key,
        opened_at=finding.first_seen,
        last_seen=finding.last_seen,
        findings=(_bounded(finding),),
        policy_digest=policy_digest,
    )


def add(incident: Incident, finding: Finding) -> Incident:
    """Fold a finding in; the very same incident comes back when it says nothing new."""
    for index, known in enumerate(incident.findings):
        if belongs(known, finding):
            joined = _bounded(join(known, finding))
            if joined == known:
                return incident
            findings = (*incident.findings[:index], joined, *incident.findings[index + 1 :])
            return _revised(incident, findings)
    return _revised(incident, (*incident.findings, _bounded(finding)))


def link(incident: Incident, response_id: str) -> Incident:
    """Note that a response belongs to the incident."""
    if response_id in incident.responses:
        return incident
    return replace(incident, responses=(*incident.responses, response_id), revision=incident.revision + 1)


def note(incident: Incident, text: str) -> Incident:
    """Add what was found out later; the same note again changes nothing."""
    if text in incident.notes:
        return incident
    return replace(incident, notes=(*incident.notes, text)[-MOST_NOTES:], revision=incident.revision + 1)


def put_to_sleep(incident: Incident, snooze: Snooze) -> Incident:
    """Note that nobody wants to hear of it for a while; the very same incident comes back for the same snooze.

    Raises:
        IllegalTransition: Somebody has snoozed it since whoever asks looked at it.
    """
    if incident.snooze == snooze:
        return incident
    if snooze.number != incident.snoozes + 1:
        raise IllegalTransition(f"incident {incident.id} has been snoozed since this was shown; look at it again")
    return replace(incident, snooze=snooze, revision=incident.revision + 1)


def vouch(incident: Incident, declared: Sequence[Declaration], number: int) -> Incident:
    """Note that somebody said what was found was theirs.

    Raises:
        IllegalTransition: Somebody has since whoever asks looked at it.
    """
    if {one.id for one in declared} <= {one.id for one in incident.ours}:
        return incident
    if number != len(incident.ours):
        raise IllegalTransition(f"incident {incident.id} was declared by somebody meanwhile; look at it again")
    return replace(incident, ours=(*incident.ours, *declared), revision=incident.revision + 1)


_ANSWERS = {
    # A scheduled deletion that became final before anybody restored it is answered by a resurrection.
    Remedy.RESTORE: frozenset({ActionKind.RESTORE_DELETED, ActionKind.RESURRECT, ActionKind.ALLOW_DELETION}),
    Remedy.RESURRECT: frozenset({ActionKind.RESURRECT, ActionKind.ALLOW_DELETION}),
    Remedy.ROLL_BACK: frozenset({ActionKind.ROLL_BACK}),
    Remedy.RESCUE_KEY: frozenset({ActionKind.RESCUE_KEY}),
    Remedy.REPLICATE: frozenset({ActionKind.REPLICATE_AGAIN}),
    Remedy.PUT_POLICY_BACK: frozenset({ActionKind.PUT_BACK}),
    Remedy.PUT_TAGS_BACK: frozenset({ActionKind.PUT_BACK}),
    Remedy.PUT_KEY_BACK: frozenset({ActionKind.PUT_BACK}),
    Remedy.PUT_ROTATION_BACK: frozenset({ActionKind.PUT_BACK}),
}
_OPEN = frozenset({ResponseState.PROPOSED, ResponseState.APPROVED, ResponseState.RUNNING})
_SETTLED = frozenset({ResponseState.SUCCEEDED, ResponseState.DENIED})  # done, or left as it is by somebody's choice


def is_settled(incident: Incident, responses: Sequence[Response]) -> bool:
    """Tell whether nothing is left to decide: every finding can be taken back, and of each of its secrets it was.

    What nobody can take back (a value that was read, a trail that was stopped) stays open, whatever else was done.
    """
    settled = [one for one in responses if one.state in _SETTLED and not _came_to_nothing(one)]
    answered = {(one.action.kind, key) for one in settled for key in one.action.keys}
    answered |= {(one.action.kind, key) for one in settled for secret in one.action.held for key in secret.keys}
    if incident.ours and all(_is_ours(incident, finding) for finding in incident.findings):
        return not any(response.state in _OPEN and response.after is None for response in responses)
    open_ones = [r for r in responses if r.state not in _SETTLED and r.after is None and not _came_to_nothing(r)]
    done = any(response.state is ResponseState.SUCCEEDED for response in responses)
    return done and not open_ones and all(_is_answered(incident, finding, answered) for finding in incident.findings)


def _is_ours(incident: Incident, finding: Finding) -> bool:
    return any(one.covers(finding) for one in incident.ours)


def _came_to_nothing(response: Response) -> bool:
    """Tell whether it was an allowance that nobody gave in the end: then all is as if it had not been asked for."""
    is_over = response.state not in {*_OPEN, ResponseState.SUCCEEDED}
    return response.action.kind is ActionKind.ALLOW_DELETION and is_over


def _is_answered(incident: Incident, finding: Finding, answered: Collection[tuple[ActionKind, str]]) -> bool:
    if _is_ours(incident, finding):
        return True
    if finding.remedy is None or not finding.secrets:
        return False
    kinds = _ANSWERS[finding.remedy]
    return all(any((kind, key) in answered for kind in kinds for key in secret.keys) for secret in finding.secrets)


def _revised(incident: Incident, findings: tuple[Finding, ...]) -> Incident:
    return replace(
        incident,
        findings=findings,
        opened_at=min(incident.opened_at, *(finding.first_seen for finding in findings)),
        last_seen=max(incident.last_seen, *(finding.last_seen for finding in findings)),
        revision=incident.revision + 1,
    )


def _bounded(finding: Finding) -> Finding:
    return replace(
        finding,
        event_ids=finding.event_ids[:MOST_EVIDENCE],
        secrets=finding.secrets[:MOST_EVIDENCE],
        named=finding.named[:MOST_EVIDENCE],
    )
