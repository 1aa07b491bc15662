"""What live fire asks of the world: a secret to shoot at, whoever looks what came of it, and patience.

After this module a reader knows what a target must be able to do, and that an alert is told when a channel has shown
it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from nightlatch.domain.event.secrets import SecretRef


class Target(Protocol):
    """A secret to shoot at, with the caller's own rights. All methods may raise Refused and Unavailable."""

    @property
    def is_made(self) -> bool:
        """Whether it may be there: it was asked for, and nobody knows that it was not made."""

    @property
    def command(self) -> str:
        """What destroys it by hand."""

    def make(self) -> SecretRef:
        """Make it, with a value that nobody knows."""

    def read(self) -> None:
        """Read its value and look at it not."""

    def change(self) -> None:
        """Give it another value."""

    def schedule(self) -> None:
        """Schedule its deletion."""

    def destroy(self) -> None:
        """Delete it for good; nothing where it is gone."""

    def is_there(self) -> bool:
        """Tell whether there is a secret of its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An incident about the deletion, and who has taken it."""

    incident: str
    shown_on: tuple[str, ...] = ()  # channels that took it since the deletion is in it
    is_held: bool = False  # a storm of incidents is on, and people hear of this one in its summary
    failing: tuple[tuple[str, str], ...] = ()  # channels that take no messages now, each with its reason


class Spotter(Protocol):
    """What nightlatch has made of the shots. All may raise Unavailable."""

    def has_judged(self, call: str, secret: SecretRef, times: int = 1) -> bool:
        """Tell whether so many calls of ours on the secret stand in its history."""

    def told_of(self, secret: SecretRef) -> Told | None:
        """Give the incident that tells of its deletion, and who has taken it."""

    def is_restored(self, secret: SecretRef) -> bool:
        """Tell whether its deletion is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is expected of nightlatch, by the policy in force."""

    is_told: bool  # else the mode is observe, and it is only recorded
    is_undone: bool


class Wait(Protocol):
    """Waits for something."""

    def __call__(self, came: Callable[[], bool], at_most_s: float | None = None) -> float | None:
        """Give after how many seconds it came, None where it did not come in time."""
