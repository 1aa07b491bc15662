"""What an event means: a rule fired, how bad it is, who, which secrets, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from typing import TypeVar

from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef, distinct

_Part = TypeVar("_Part")
MOST_TAGS = 50  # of one finding: an incident must fit one stored item
RECONCILE = "reconcile"
COOL_DOWN = timedelta(minutes=60)  # a hit within this time of the last one belongs to the same finding


class Severity(StrEnum):
    """ASFF's labels, which Security Hub understands."""

    INFORMATIONAL = "INFORMATIONAL"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def rank(self) -> int:
        """0 (informational) to 4 (critical)."""
        return list(Severity).index(self)

    def raised(self) -> Severity:
        """Give the next severity up, CRITICAL at most."""
        return list(Severity)[min(self.rank + 1, Severity.CRITICAL.rank)]

    def lowered(self) -> Severity:
        """Give the next severity down, LOW at least: what fired is never nothing."""
        return list(Severity)[max(self.rank - 1, min(self.rank, Severity.LOW.rank))]


class Remedy(StrEnum):
    """How the thing seen can be taken back."""

    RESTORE = "restore"  # cancel a scheduled deletion
    RESURRECT = "resurrect"  # create a destroyed secret again from the vault
    RESCUE_KEY = "rescue-key"  # cancel the deletion of a key, and enable it
    REPLICATE = "replicate"  # make the replicas again that were taken away
    ROLL_BACK = "roll-back"  # make the earlier version current again
    PUT_POLICY_BACK = "put-policy-back"  # as the last snapshot before shows it, and so with the three that follow
    PUT_TAGS_BACK = "put-tags-back"  # and the description
    PUT_KEY_BACK = "put-key-back"
    PUT_ROTATION_BACK = "put-rotation-back"


@dataclass(frozen=True, slots=True)
class Undone:
    """What a remedy takes back, where that is another call than the one that was found."""

    cause: str  # its event id, so that whatever is found because of it offers the same response
    by: str | None = None  # the principal that made it, who may not decide about it
    at: datetime | None = None  # when it was made, where what was allowed then matters


class State(StrEnum):
    """Who hears of a finding."""

    OPEN = "open"  # a person, now
    DIGEST = "digest"  # a person, once a day
    LEARNING = "learning"  # nobody: recorded while the baseline is young


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's verdict about one subject; later hits within the cool-down fold into it."""

    rule: str
    catalogue: str
    severity: Severity
    state: State
    headline: str  # with {who}, {secrets} and {span}, filled in by `title` from what was really counted
    reason: str
    subject: str  # what hits fold on: a principal, a secret or a resource
    principal: Principal
    account_id: str
    region: str
    calls: tuple[str, ...]  # names of the events behind it, each once, sorted
    techniques: tuple[str, ...]
    event_ids: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    secrets: tuple[SecretRef, ...] = ()
    named: tuple[SecretRef, ...] = ()  # those that the headline is true of, where a milder hit brought in others
    remedy: Remedy | None = None
    avoid: tuple[str, ...] = ()  # versions that the same hand made before: no way back may end at them
    undoes: Undone | None = None  # what the remedy takes back, where that is not the found call itself
    contain: bool = False  # its principal is hostile or stolen: stopping it is offered
    tags: tuple[tuple[str, str], ...] = ()  # that the inventory saw on its secrets, for routing alone
    via: str = ""  # how its event came, where that was not the usual way: `reconcile`
    advice: str = ""  # how a person stops its principal, where nightlatch cannot or may not
    asked_for: bool = False  # somebody planted what was touched in order to hear of it: told in observe, too

    @property
    def id(self) -> str:
        """Stable over order, duplication and batching: rule, subject and the first event's second."""
        text = f"{self.rule}|{self.account_id}|{self.subject}|{self.first_seen.isoformat()}"
        return sha256(text.encode()).hexdigest()[:20]

    @property
    def count(self) -> int:
        """How many events stand behind it."""
        return len(self.event_ids)

    @property
    def title(self) -> str:
        """One sentence with the real count and names."""
        secrets = name_secrets(self.named or self.secrets)
        return self.headline.format(who=self.principal.title, secrets=secrets, span=_span(self))


def name_secrets(secrets: tuple[SecretRef, ...], *, shown: int = 3) -> str:
    """Say which secrets: the name of one, the names of a few, the count and the first of many."""
    names = ", ".join(secret.name for secret in secrets[:shown])
    if not secrets:
        return "no named secret"
    if len(secrets) == 1:
        return f"secret {names}"
    more = f" and {len(secrets) - shown} more" if len(secrets) > shown else ""
    return f"{len(secrets)} secrets ({names}{more})"


def _span(finding: Finding) -> str:
    seconds = int((finding.last_seen - finding.first_seen).total_seconds())
    if seconds < 1:
        return "within a second"
    if seconds < 120:  # noqa: PLR2004 - two minutes, where minutes start to read better
        return f"within {seconds} s"
    return f"within {-(-seconds // 60)} min"


def fold(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Join findings of one rule about one subject whose events lie within the cool-down of each other.

    The result does not depend on the order of the input; evidence and secrets are united, the highest
    severity and the most open state win, and headline and reason of the worst finding with most evidence are kept;
    the title names only the secrets that the headline is true of.
    """
    groups: list[list[Finding]] = []
    latest: dict[tuple[str, str, str], tuple[list[Finding], datetime]] = {}
    for finding in sorted(findings, key=lambda f: (f.first_seen, f.last_seen, f.event_ids)):
        about = (finding.rule, finding.account_id, finding.subject)
        group, last_seen = latest.get(about, (None, finding.first_seen))
        if group is None or finding.first_seen > last_seen + COOL_DOWN:
            group = []
            groups.append(group)
        group.append(finding)
        latest[about] = (group, max(last_seen, finding.last_seen))
    return tuple(_unite(group) for group in groups)


def belongs(one: Finding, other: Finding) -> bool:
    """Tell whether two findings are about the same thing and near enough in time."""
    same = (one.rule, one.account_id, one.subject) == (other.rule, other.account_id, other.subject)
    return same and other.first_seen <= one.last_seen + COOL_DOWN and one.first_seen <= other.last_seen + COOL_DOWN


def join(one: Finding, other: Finding) -> Finding:
    """Unite two findings about the same thing."""
    return _unite((one, other))


def _unite(findings: Sequence[Finding]) -> Finding:
    if len(findings) == 1:
        return findings[0]
    telling = max(findings, key=lambda f: (f.severity.rank, len(f.secrets), len(f.event_ids), f.reason, f.headline))
    openness = (State.LEARNING, State.DIGEST, State.OPEN)
    alike = [telling, *(f for f in findings if f.headline == telling.headline)]
    named = distinct(_chained(f.named or f.secrets for f in alike))
    secrets = distinct(chain(named, _chained(f.secrets for f in findings)))
    return replace(
        telling,
        severity=max((f.severity for f in findings), key=lambda s: s.rank),
        state=max((f.state for f in findings), key=openness.index),
        calls=tuple(sorted({call for f in findings for call in f.calls})),
        event_ids=tuple(sorted(set(_chained(f.event_ids for f in findings)))),
        first_seen=min(f.first_seen for f in findings),
        last_seen=max(f.last_seen for f in findings),
        avoid=tuple(sorted({version for f in findings for version in f.avoid})),
        contain=any(f.contain for f in findings),
        asked_for=any(f.asked_for for f in findings),
        tags=tuple(sorted({tag for f in findings for tag in f.tags}))[:MOST_TAGS],
        advice=max((f.advice for f in findings), default=""),
        via=max(f.via for f in findings),
        secrets=secrets,
        named=named if len(named) < len(secrets) else (),
    )


def _chained(some: Iterable[tuple[_Part, ...]]) -> Iterator[_Part]:
    """Chain tuples, the same object once: thousands of findings about one episode share what it holds."""
    return chain.from_iterable({id(one): one for one in some}.values())
