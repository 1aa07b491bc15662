"""The heartbeat: a harmless read of a secret of our own, which must come back as an event.

    every 14 min   the heartbeat function  --nonce kept--> state table
                                           --GetSecretValue--> CloudTrail -> EventBridge -> reads lane -> detector
    the detector   knows the nonce in the record, notes that it came, counts HeartbeatsArrived
    each minute    the detector: nothing came for 30 minutes? then MON-03
    apart from it  a CloudWatch alarm on HeartbeatsArrived, missing data breaching, straight to the topic

The nonce is drawn anew for each beat, kept before the call and used up by the first record that bears it. It travels
in the user agent, the one part of a read that the caller writes and that CloudTrail keeps. Whoever can read the trail
can read it: it proves that *a* record of this call came through, not that all others do.

Source: CloudTrail user guide, record contents (userAgent); ruling 19; design facts 7.6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.watching.signs import Place, Sign, blindness

BEAT_EVERY = timedelta(minutes=14)  # so that two beats and the time they need are within half an hour
SILENT_AFTER = timedelta(minutes=30)
LATE_AFTER = timedelta(minutes=10)
AGENT = "nightlatch-beat"
_BEAT = re.compile(rf"(?:^|\s|/){AGENT}/([A-Za-z0-9_-]{{16,64}})(?:\s|$|\])")
_READ = "GetSecretValue"
_ABOUT = "heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heart:
    """Whose reads of which secret are heartbeats."""

    secret: str  # ARN
    role: str  # ARN of the function's role

    @property
    def place(self) -> Place:
        """Where it beats."""
        parts = self.secret.split(":")
        return Place(account_id=parts[4], region=parts[3])

    def nonce_in(self, event: SecretEvent) -> str | None:
        """Give the nonce of what claims to be a heartbeat; whether it was sent, only the one who sent it knows."""
        if not self.secret or not event.called(_READ) or not event.succeeded or event.principal.key != self.role:
            return None
        if not any(secret.text == self.secret for secret in event.secrets):
            return None
        found = _BEAT.search(event.origin.user_agent or "")
        return found[1] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How the heart has been beating."""

    since: datetime | None = None  # the first beat that was ever sent
    sent_at: datetime | None = None  # the last
    arrived_at: datetime | None = None  # when the last that came back was judged
    lag: timedelta | None = None  # from that call to its judging
    told: datetime | None = None  # the start of the silence that was told

    @property
    def heard_until(self) -> datetime | None:
        """Until when it surely saw, or since when it should have seen; None before the first beat."""
        return self.arrived_at or self.since

    def age(self, now: datetime) -> timedelta | None:
        """Give how long it has been silent."""
        return None if self.heard_until is None else now - self.heard_until


def silence(pulse: Pulse, heart: Heart, now: datetime) -> SecretEvent | None:
    """Give the sign that heartbeats stay out, None while they come; the same silence is the same event."""
    until = pulse.heard_until
    if until is None or now - until < SILENT_AFTER:
        return None
    why = (
        f"no heartbeat has come back since {until:%Y-%m-%d %H:%M} UTC"
        if pulse.arrived_at is not None
        else f"no heartbeat has ever come back, since the first was sent at {until:%Y-%m-%d %H:%M} UTC"
    )
    sending = "" if _is_sent(pulse, now) else "; none is being sent either"
    return blindness(Sign.SILENT, at=until + SILENT_AFTER, place=heart.place, about=_ABOUT, why=f"{why}{sending}")


def _is_sent(pulse: Pulse, now: datetime) -> bool:
    return pulse.sent_at is not None and now - pulse.sent_at < BEAT_EVERY * 2


def lateness(event: SecretEvent, lag: timedelta, heart: Heart) -> SecretEvent | None:
    """Give the sign that a heartbeat took far too long, None where it was in time."""
    if lag < LATE_AFTER:
        return None
    minutes = int(lag.total_seconds()) // 60
    why = f"an event needed {minutes} minutes to be judged"
    return blindness(Sign.LATE, at=event.at, place=heart.place, about="lag", why=why)
