"""Fakes of what nightlatch watches itself with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.watching.beats import Pulse
from nightlatch.domain.watching.paths import Paths
from nightlatch.service.beat import Standing

NO_STORE = "table state could not be asked; try again later"


@dataclass
class FakeBeats:
    """Keeps the promises of the port `Beats` in memory."""

    waiting: dict[str, bool] = field(default_factory=dict)  # nonce -> whether it came back
    fails: bool = False
    _pulse: Pulse = field(default_factory=Pulse)

    def send(self, nonce: str, at: datetime) -> None:
        """Keep a nonce."""
        if self.fails:
            raise Unavailable(NO_STORE)
        self.waiting[nonce] = False
        self._pulse = replace(self._pulse, since=self._pulse.since or at, sent_at=at)

    def is_sent(self, nonce: str) -> bool:
        """Tell whether a nonce is one of ours."""
        return nonce in self.waiting

    def arrive(self, nonce: str, *, at: datetime, lag: timedelta) -> bool:
        """Use a nonce up."""
        if self.waiting.get(nonce, True):
            return False
        self.waiting[nonce] = True
        if self._pulse.arrived_at is None or self._pulse.arrived_at < at:
            self._pulse = replace(self._pulse, arrived_at=at, lag=lag)
        return True

    def pulse(self) -> Pulse:
        """Give how the heart has been beating."""
        return self._pulse

    def tell(self, silent_since: datetime) -> None:
        """Remember that a silence is told."""
        self._pulse = replace(self._pulse, told=silent_since)


@dataclass
class FakeStandings:
    """Keeps what is known of the paths."""

    standing: Standing = field(default_factory=Standing)
    fails: bool = False

    def last(self) -> Standing:
        """Give it as it was left."""
        if self.fails:
            raise Unavailable(NO_STORE)
        return self.standing

    def keep(self, standing: Standing) -> None:
        """Leave it."""
        if self.fails:
            raise Unavailable(NO_STORE)
        self.standing = standing


@dataclass
class FakeCall:
    """Remembers the nonces that it was called with, or refuses."""

    refuses: bool = False
    fails: bool = False
    nonces: list[str] = field(default_factory=list)

    def beat(self, nonce: str) -> None:
        """Call, or refuse."""
        if self.fails:
            raise Unavailable("Secrets Manager does not answer; try again later")
        if self.refuses:
            raise Refused("not permitted; add secretsmanager:GetSecretValue to the role that acts")
        self.nonces.append(nonce)


@dataclass
class FakeLook:
    """Shows the paths that it was given."""

    shown: Paths = field(default_factory=Paths)

    def paths(self) -> Paths:
        """Show them."""
        return self.shown


@dataclass
class Postponed:
    """Remembers the events that wait for a rule."""

    events: list[tuple[SecretEvent, str, datetime]] = field(default_factory=list)
    fails: bool = False

    def __call__(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event for a rule."""
        if self.fails:
            raise Unavailable(NO_STORE)
        self.events.append((event, rule_id, until))

    @property
    def names(self) -> Sequence[str]:
        """What waits, by the names of the events."""
        return [event.name for event, _, _ in self.events]
