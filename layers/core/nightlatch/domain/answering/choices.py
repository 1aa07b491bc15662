"""What people may choose beside the offers of a message: to be left alone, to allow a deletion, to say it was them.

A choice carries no authority: it names an incident, how often this was chosen before, so that the same request sent
again finds another number and is refused, and what was seen when it was offered, so that nobody keeps quiet about more
than they saw. Who may choose is looked up each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from nightlatch.domain.answering.declarations import may_be_declared
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.snoozes import SPANS
from nightlatch.domain.event.secrets import SecretRef, distinct

OURS_SPANS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
ALLOWED_FOR = timedelta(hours=2)
MOST_ALLOWED = 5  # secrets in one message; the rest by `nightlatch allow`
_VALUE = re.compile(
    r"(?P<kind>snooze|allow|ours):(?P<incident>inc-[0-9a-f]{16}):(?P<number>\d{1,6}):(?P<what>[\w-]{1,32})"
    r"(?::(?P<seen>[0-9a-f]{12}))?"
)
_WINDOWED = frozenset({"deletion.deletion-scheduled", "deletion.mass-deletion"})
_FORCED = frozenset({"deletion.force-delete"})


class ChoiceKind(StrEnum):
    """What can be chosen."""

    SNOOZE = "snooze"
    ALLOW = "allow"
    OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that somebody may choose about an incident."""

    kind: ChoiceKind
    incident_id: str
    number: int
    what: str  # a span's name, or the short name of a secret
    seen: str = ""  # what the incident was when it was offered, by `seen_of`; a deletion is named by itself

    @property
    def value(self) -> str:
        """What a message carries; an option of Slack's menus holds 75 characters."""
        return f"{self.kind}:{self.incident_id}:{self.number}:{self.what}{f':{self.seen}' if self.seen else ''}"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A secret that was deleted in an incident, with a recovery window or by force."""

    secret: SecretRef
    force: bool

    @property
    def token(self) -> str:
        """Name it within its incident."""
        return sha256(f"{self.secret.keys[0]}|{self.force}".encode()).hexdigest()[:16]


def read_choice(value: str) -> Choice | None:
    """Read what a message carried; None where it is nothing of ours."""
    found = _VALUE.fullmatch(value)
    if found is None:
        return None
    return Choice(
        kind=ChoiceKind(found["kind"]),
        incident_id=found["incident"],
        number=int(found["number"]),
        what=found["what"],
        seen=found["seen"] or "",
    )


def seen_of(incident: Incident) -> str:
    """Name what an incident found: its severity, and by each rule who did it to which secrets; not how often."""
    found = sorted(
        f"{one.rule}|{one.principal.key}|{one.severity}|{','.join(sorted(secret.keys[0] for secret in one.secrets))}"
        for one in incident.findings
    )
    return sha256("\n".join(found).encode(errors="replace")).hexdigest()[:12]


def snoozes(incident: Incident) -> list[Choice]:
    """Give the times for which an incident can be snoozed."""
    seen = seen_of(incident)
    return [_choice(incident, ChoiceKind.SNOOZE, incident.snoozes + 1, span, seen) for span in SPANS]


def allowances(incident: Incident) -> list[tuple[Choice, Deleted]]:
    """Give the deletions that can be allowed."""
    some = list(deleted(incident))[:MOST_ALLOWED]
    return [(_choice(incident, ChoiceKind.ALLOW, len(incident.responses), one.token), one) for one in some]


def declarations(incident: Incident) -> list[Choice]:
    """Give the times for which somebody can say that what was found was theirs; none where nothing of it may be."""
    if not undeclared(incident):
        return []
    seen = seen_of(incident)
    return [_choice(incident, ChoiceKind.OURS, len(incident.ours), span, seen) for span in OURS_SPANS]


def undeclared(incident: Incident) -> list[int]:
    """Give the places of the findings that may be declared and are not."""
    return [
        index
        for index, finding in enumerate(incident.findings)
        if may_be_declared(finding) and not any(one.covers(finding) for one in incident.ours)
    ]


def deleted(incident: Incident) -> Iterator[Deleted]:
    """Give the secrets that were deleted, each once: one by force needs its own allowance."""
    for rules, force in ((_FORCED, True), (_WINDOWED, False)):
        found = distinct(secret for finding in incident.findings if finding.rule in rules for secret in finding.secrets)
        yield from (Deleted(secret, force) for secret in found)


def _choice(incident: Incident, kind: ChoiceKind, number: int, what: str, seen: str = "") -> Choice:
    return Choice(kind=kind, incident_id=incident.id, number=number, what=what, seen=seen)
