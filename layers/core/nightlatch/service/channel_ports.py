"""What keeping channels alive asks of the world: how each has done lately, and that it can say so of another."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from nightlatch.domain.answering.circuits import Bulletin, Circuit
from nightlatch.service.ports import MessageChannel


class Circuits(Protocol):
    """How each channel has done lately, the same for all processes. All may raise Unavailable."""

    def of(self, channel: str) -> Circuit:
        """Give how a channel has done; well, where nothing is known."""

    def move(self, circuit: Circuit, *, was: Circuit) -> bool:
        """Store how a channel does now; False where another process has written since."""


@runtime_checkable
class Herald(Protocol):
    """A channel that can tell how another does."""

    def announce(self, bulletin: Bulletin) -> None:
        """Tell that another channel takes no messages, or takes them again.

        Raises:
            Unavailable: It could not be told here.
        """


class Channel(MessageChannel, Herald, Protocol):
    """A channel as all of ours are."""
