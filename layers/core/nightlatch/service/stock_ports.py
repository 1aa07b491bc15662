"""What taking the inventory asks of the world: the account as it stands, and a place where the pages are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.takings import Taking
from nightlatch.domain.answering.keeping import Listed
from nightlatch.domain.event.events import SecretEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of AWS's list: keys and functions stand there as AWS wrote them."""

    secrets: tuple[Holding, ...]
    token: str | None  # where it goes on; None at its end
    listed: tuple[Listed, ...] = ()  # what the keeper may have missed of them; none that wait to be deleted


class Account(Protocol):
    """The account as it stands, without its values.

    All may raise Unavailable, and all but the first NotFound and Refused, which are about the one thing asked for.
    """

    def secrets(self, token: str | None) -> Page:
        """List secrets from a place on; raises WorldMoved where the list can no longer be gone on with."""

    def replica_regions(self, arn: str) -> tuple[str, ...]:
        """Say in which Regions a primary has replicas."""

    def key_behind(self, alias: str) -> str:
        """Give the ARN of the key that an alias points to."""

    def role_of(self, function: str) -> str:
        """Give the execution role of a function, of the version or alias that is named."""

    def own_parts(self) -> tuple[str, ...]:
        """Name everything that nightlatch's stack is made of, by ARN where there is one."""


class Takings(Protocol):
    """Where an inventory is kept, page by page. All may raise Unavailable."""

    def begin(self, now: datetime, *, at_once: bool) -> Taking | None:
        """Take over the taking that stopped, or begin one when it is due, or `at_once`.

        None where the inventory is fresh, or where somebody else is taking it at this moment.
        """

    def keep(self, taking: Taking, page: int, found: Found) -> None:
        """Keep a page, and how far the taking has come with it."""

    def pause(self, taking: Taking) -> None:
        """Let somebody else go on with it from here."""

    def finish(self, taking: Taking) -> None:
        """Make this taking the inventory, whole; the one before it is forgotten."""

    def drop(self, taking: Taking) -> None:
        """Forget a taking that cannot be gone on with; the next begins anew."""


@dataclass(frozen=True, slots=True)
class StockPorts:
    """The world, as far as taking an inventory needs it."""

    account: Account
    takings: Takings
    before: Callable[[], Holdings]  # what counts until this one is finished; of secrets those with a tag
    postpone: Callable[[SecretEvent, str, datetime], None]  # keep an event for a rule, as judging does with what waits
    sweep: Callable[[Sequence[Listed], datetime], object] = lambda _listed, _now: (
        None
    )  # ask the keeper for what it missed
