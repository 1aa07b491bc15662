"""What the use cases ask of the world: small protocols, each with its promise and its errors.

Every port has one fake in `tests/fakes.py` or a memory adapter, and one adapter for AWS, and both keep
the same contract tests.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Finding
from nightlatch.domain.secret.versions import SecretState


class Baselines(Protocol):
    """History: remembers events and answers what was known around each. All may raise Unavailable."""

    def observe(self, events: Sequence[SecretEvent], own: Collection[str] = ()) -> Sequence[Baseline]:
        """Remember every event once (by event id), then give the baseline of each, in the given order.

        `own` are the ids of events that are nightlatch's own calls: history like others, but marked as such.

        All events of the batch are remembered before any baseline is put together, so a burst looks
        the same however it was cut into batches.
        """

    def learn(self, events: Sequence[SecretEvent]) -> None:
        """Take history in: pairs, creators, written versions, changes and deletions; no bursts."""

    def postpone(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event that a rule cannot judge yet; keeping it twice is keeping it once."""

    def due(self, now: datetime) -> Sequence[tuple[SecretEvent, str, Baseline]]:
        """Give the kept events whose time has come, with rule id and today's baseline (`elapsed`)."""

    def settle(self, event: SecretEvent, rule_id: str) -> None:
        """Forget a kept event that has been judged."""


class OwnActions(Protocol):
    """Recognises our own calls when they come back as events (ruling 5)."""

    def is_own(self, event: SecretEvent) -> bool:
        """Tell whether the ledger holds this call's AWS request id, or runs this call on this secret."""


class Incidents(Protocol):
    """The open problems. All may raise Unavailable."""

    def fold(self, finding: Finding, *, policy_digest: str) -> tuple[Incident, bool]:
        """Add a finding to the open incident it belongs to, or open one; say whether anything is new.

        Safe under concurrent and repeated calls: the same finding twice changes nothing.
        """

    def link(self, incident_id: str, response_id: str) -> Incident:
        """Attach a response to an incident; attaching it twice is attaching it once."""

    def note(self, incident_id: str, text: str) -> Incident:
        """Add to an incident what was found out later; the same note twice is one note."""

    def get(self, incident_id: str) -> Incident:
        """Give an incident, or raise NotFound."""

    def record(self, finding: Finding, why: str) -> None:
        """Keep a finding that nobody is told of now, for history and digest."""


class Ledger(Protocol):
    """Every response ever proposed, with its history; each move is a conditional write."""

    def propose(self, response: Response) -> tuple[Response, bool]:
        """Write a response unless its id is there; give the stored one and whether it is new."""

    def get(self, response_id: str) -> Response:
        """Give a response, or raise NotFound."""

    def by_button(self, button: str) -> Response:
        """Give the response behind a button's opaque id, or raise NotFound."""

    def move(self, response: Response, *, was: ResponseState) -> None:
        """Store a response that has just advanced, if it still stands where it was.

        Raises:
            IllegalTransition: Somebody else moved it first.
        """

    def note(self, response: Response) -> None:
        """Write the line of the last step for good, where a crash has kept it from being written."""


class Dispatch(Protocol):
    """Queues to the other functions; at least once. May raise Unavailable."""

    def alert(self, notice: Notice) -> None:
        """Ask the notifier to show an incident as it stands now."""

    def respond(self, response: Response) -> None:
        """Hand an approved response to the responder, in order per secret."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about an incident is worth showing; `mark` is the same for the same change."""

    incident_id: str
    mark: str


class Notices(Protocol):
    """Which notices were shown: one message per change, however often it was asked for."""

    def claim(self, notice: Notice, now: datetime) -> bool:
        """Take a notice to show it; False when it was shown.

        Raises:
            Unavailable: Another process is showing it now; ask again later.
        """

    def shown(self, notice: Notice) -> None:
        """Mark a claimed notice as shown."""

    def thread(self, incident_id: str, channel: str) -> str | None:
        """Give where a channel holds the incident's message (Slack's channel and ts), None to who may post it first.

        Of several who ask at once one gets None and posts; the others wait a moment for the place.

        Raises:
            Unavailable: Another process has been posting it for too long; ask again later.
        """

    def remember(self, incident_id: str, channel: str, place: str | None) -> None:
        """Keep where a channel holds the incident's message; None lets somebody else post it first."""


class Secrets(Protocol):
    """Secrets Manager without values."""

    def describe(self, secret: SecretRef) -> SecretState:
        """Describe a secret with its versions; raises NotFound, Refused or Unavailable."""


class KillSwitch(Protocol):
    """The operator's brake."""

    def is_on(self) -> bool:
        """Tell whether acting is forbidden; on doubt it is (act closed)."""


class MessageChannel(Protocol):
    """A way to people that can show an incident."""

    @property
    def name(self) -> str:
        """What the channel is called in notices and logs: `slack`, `sns`."""

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Post or update the message, with what is known of the change; give where it is. Raises Unavailable."""
