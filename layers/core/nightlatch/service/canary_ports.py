"""What planting decoys asks of the world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from nightlatch.domain.account.decoys import Decoy, Planted
from nightlatch.service.ports import Dispatch, Incidents


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A secret whose looks a decoy may take over; what it says is nobody's business."""

    name: str
    description: str = field(default="", repr=False)
    tags: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    key: str = ""  # KMS key; empty for AWS's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands under a name."""

    arn: str
    versions: frozenset[str]
    is_leaving: bool  # waits to be deleted


class Registry(Protocol):
    """Which secrets are decoys. All may raise Unavailable."""

    def all(self) -> Planted:
        """Give every decoy, those that are leaving among them."""

    def keep(self, decoy: Decoy) -> Decoy:
        """Write a decoy down as its next revision, and give it so; raises WorldMoved where somebody else has."""

    def forget(self, decoy: Decoy) -> None:
        """Remove an entry whose secret was never made; what somebody else made of it meanwhile stays."""


class Neighbours(Protocol):
    """The secrets that a decoy shall stand among. All may raise Refused or Unavailable."""

    def some(self) -> Sequence[Neighbour]:
        """Give as many as are needed to see how they are called."""

    def named(self, name: str) -> Neighbour:
        """Give one without touching it, or raise NotFound."""


class Ground(Protocol):
    """Secrets Manager with the credentials of whoever plants. All may raise Refused or Unavailable."""

    def look(self, name: str) -> Standing | None:
        """Tell what stands under a name; None where nothing does."""

    def create(self, decoy: Decoy, like: Neighbour | None) -> str:
        """Make a secret with a value that opens nothing; give its ARN. Raises WorldMoved where the name is taken."""

    def restore(self, decoy: Decoy) -> None:
        """Cancel a decoy's deletion, or raise NotFound."""

    def delete(self, decoy: Decoy, days: int) -> datetime:
        """Schedule a decoy's deletion and give when AWS deletes it, or raise NotFound."""

    def touch(self, decoy: Decoy) -> None:
        """Call a decoy, which is told like any touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryPorts:
    """What planting, trying and removing decoys needs."""

    registry: Registry
    neighbours: Neighbours
    ground: Ground
    incidents: Incidents
    dispatch: Dispatch
    mint: Callable[[], str]  # the id of a first version: 32 to 64 characters that nobody can guess
    region: str
