"""What every page works with: one nightlatch, reached as whoever runs the console, and what they may do there."""

from __future__ import annotations

from dataclasses import dataclass

from nightlatch.domain.answering.policy import Approver, Policy
from nightlatch.domain.errors import NightlatchError, Unauthorised
from nightlatch.domain.event.principals import Principal
from nightlatch.reach.connection import Connection
from nightlatch.reach.hints import placed
from nightlatch.reach.where import Where
from nightlatch.service.approve import approver_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The place that one person works at."""

    connection: Connection
    where: Where
    who: Principal  # as AWS named them when the console was started; before each act AWS is asked again
    look_every_s: float = 3.0  # how often an open page looks whether anything is new

    @property
    def place(self) -> str:
        """The options that reach the same nightlatch from the command line."""
        return self.where.options

    @property
    def name(self) -> str:
        """What this nightlatch is called."""
        return "the stage on this machine" if self.where.local else f"stack {self.where.stack}"

    @property
    def human(self) -> str:
        """Whoever runs the console, by the name that people use."""
        return self.who.session_name or self.who.name

    def said(self, text: str) -> str:
        """Give a text whose commands name the place."""
        return placed(text, self.place)

    def standing(self, policy: Policy) -> Standing:
        """Tell whether whoever runs the console may decide."""
        try:
            return Standing(approver=approver_of(self.who, policy))
        except Unauthorised as refusal:
            return Standing(why_not=str(refusal))

    def standing_now(self) -> Standing:
        """Tell the same by the policy in force; where that cannot be read, nobody may decide."""
        try:
            return self.standing(self.connection.policy())
        except NightlatchError as error:
            return Standing(why_not=str(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether somebody may say yes, and if not, why."""

    approver: Approver | None = None
    why_not: str = ""
