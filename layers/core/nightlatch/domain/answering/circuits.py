"""Whether a channel is tried at all: after a failure it is left alone for a while, then one process tries it.

::

                 failed                              failed: a longer pause
        well ───────────────> failing, left alone ───────────────┐
          ▲                     │        ▲                       │
          │ succeeded           │        └───────────────────────┘
          └──────────────── one tries it   (the pause is over)

A channel that answers and refuses (a wrong token, or one message that it does not like) is told as failing, but left
alone only when it has refused several in a row, or one poisonous name would silence it.

That a channel began to fail is news, and so is that it is well again: each stays news until somebody was told. One that
fails again soon after it was well is news only once that lasts, or a shaky line would fill every other channel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(seconds=120)  # shorter than SQS hides a message: each redelivery finds a channel to try
MOST_ASKED = timedelta(minutes=10)  # of what a channel asks for: it must not silence itself for a day
SHAKY = timedelta(minutes=15)  # who fails so soon after it was well has told enough already
LASTING = timedelta(minutes=5)  # unless it goes on for so long
PROBE = timedelta(seconds=20)  # longer than one try takes; then another process may
MOST_REFUSALS = 3  # in a row, before a channel that answers is left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """How one channel has done lately."""

    channel: str
    failures: int = 0  # messages in a row that it did not take
    since: datetime | None = None  # when it began to fail, also once that is over
    until: datetime | None = None  # when it was well again the last time
    left_alone_until: datetime | None = None
    reason: str = ""
    is_news: bool = False
    is_told: bool = False  # that it fails
    revision: int = 0

    @property
    def is_failing(self) -> bool:
        """Whether the last message did not go through."""
        return self.failures > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What to tell about a channel through the others."""

    channel: str
    since: datetime
    until: datetime | None  # None while it fails
    reason: str

    @property
    def is_over(self) -> bool:
        """Whether the channel is well again."""
        return self.until is not None

    @property
    def key(self) -> str:
        """The same for the beginning and the end of one failure: a ticket is opened and closed by it."""
        return f"nightlatch-channel-{self.channel}"

    @property
    def mark(self) -> str:
        """The same for the same news, however often it is found."""
        return f"{'back' if self.is_over else 'down'}-{self.since:%Y%m%dT%H%M%S.%f}"

    @property
    def title(self) -> str:
        """One line."""
        what = "takes messages again" if self.is_over else "takes no messages"
        return f"nightlatch: the channel {self.channel} {what}"

    @property
    def text(self) -> str:
        """What happened and what to do, in sentences."""
        if self.until is not None:
            return (
                f"It had failed since {self.since:%Y-%m-%d %H:%M} UTC. What it missed in the last quarter of an"
                " hour comes again by itself; older ones lie in the dead-letter queue of alerts: redrive it."
            )
        return (
            f"It has failed since {self.since:%Y-%m-%d %H:%M} UTC: {self.reason}. Incidents reach the other"
            " channels. Check its credentials; what it missed comes again for a quarter of an hour."
        )


def may_try(circuit: Circuit, now: datetime) -> bool:
    """Tell whether a channel may be tried now."""
    return circuit.left_alone_until is None or now >= circuit.left_alone_until


def probing(circuit: Circuit, now: datetime) -> Circuit:
    """Take the one try that a failing channel gets; a well one needs no turn and comes back as it is."""
    if circuit.left_alone_until is None:
        return circuit
    return replace(circuit, left_alone_until=now + PROBE, revision=circuit.revision + 1)


def failed(
    circuit: Circuit, reason: str, now: datetime, *, refused: bool = False, asked: timedelta = timedelta(0)
) -> Circuit:
    """Note a message that did not go through.

    Args:
        circuit: How the channel did until now.
        reason: Why, in words that hold no credential.
        now: When.
        refused: Whether the channel answered, and did not want this message.
        asked: For how long the channel asked to be left alone, which is believed within bounds.
    """
    count = circuit.failures + 1
    pause = max(min(FIRST_PAUSE * 2 ** min(count - 1, 8), LONGEST_PAUSE), min(asked, MOST_ASKED))
    since = circuit.since if circuit.is_failing and circuit.since else now
    was_calm = circuit.until is None or since - circuit.until >= SHAKY
    is_told = circuit.is_failing and circuit.is_told
    return replace(
        circuit,
        failures=count,
        since=since,
        left_alone_until=None if refused and count < MOST_REFUSALS else now + pause,
        reason=reason,
        is_news=circuit.is_news or (not is_told and (was_calm or now - since >= LASTING)),
        is_told=is_told,
        revision=circuit.revision + 1,
    )


def succeeded(circuit: Circuit, now: datetime) -> Circuit:
    """Note a message that went through; the very same circuit comes back where nothing had failed."""
    if not circuit.is_failing:
        return circuit
    return replace(
        circuit,
        failures=0,
        until=now,
        left_alone_until=None,
        is_news=circuit.is_news or circuit.is_told,
        is_told=False,
        revision=circuit.revision + 1,
    )


def told(circuit: Circuit) -> Circuit:
    """Note that the news was told."""
    return replace(circuit, is_news=False, is_told=circuit.is_failing, revision=circuit.revision + 1)


def bulletin(circuit: Circuit) -> Bulletin | None:
    """Give what is news of a channel, None where nothing is."""
    if not circuit.is_news or circuit.since is None:
        return None
    return Bulletin(
        channel=circuit.channel,
        since=circuit.since,
        until=None if circuit.is_failing else circuit.until,
        reason=circuit.reason,
    )
