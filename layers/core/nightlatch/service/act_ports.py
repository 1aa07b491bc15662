"""What acting asks of the world: eyes, one hand, a memory of what was done, and the brake."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nightlatch.domain.answering.acting import Call, Moved, Need, Seen
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.answering.brakes import Past
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.service.ports import Dispatch, KillSwitch, Ledger


class Sight(Protocol):
    """Looks at the world, as far as an act needs it; reads no value."""

    def look(self, action: Action, needs: Collection[Need]) -> Seen:
        """Look at what the action is on.

        Raises:
            Refused: It lies elsewhere, or a permission is missing.
            Unavailable: AWS could not be asked.
        """


class Readers(Protocol):
    """Knows who has read a secret lately."""

    def since(self, keys: Sequence[str], moment: datetime) -> tuple[str, ...]:
        """Name the principals that read a secret since a moment, a day ago at most; raises Unavailable."""


class Hand(Protocol):
    """Makes one call; nothing else in nightlatch writes to AWS's own things."""

    def perform(self, call: Call, on: str) -> str:
        """Make the call and give its AWS request id.

        Args:
            call: What to do.
            on: What people call the thing, for the message of an error.

        Raises:
            WorldMoved: The thing is no longer as the plan saw it.
            NotYet: AWS will take the call in some seconds.
            NotFound: The thing is gone.
            Refused: AWS said no, or a permission is missing.
            Unavailable: AWS could not be asked; whether it was done is then unknown.
        """


class Deeds(Protocol):
    """Remembers what nightlatch did. All may raise Unavailable."""

    def record_own(self, response: Response, request_id: str, *, version_id: str | None = None) -> None:
        """Remember the AWS request id of a call we made (and the version whose label it moved)."""

    def past(self, response: Response) -> Past:
        """Give what was started on the same subject within a day, and everywhere within an hour."""


class Moves(Protocol):
    """Remembers which secret became which when nightlatch created one again. All may raise Unavailable."""

    def record_moved(self, response: Response, moved: Moved) -> None:
        """Remember it for as long as anything of the old secret is kept; twice is once."""

    def earlier(self, arn: str) -> tuple[str, ...]:
        """Give the ARNs that a secret had before, the latest first; never those of a mere namesake."""


class Offers(Protocol):
    """The responses that wait for somebody, and where such a one is looked for. All may raise Unavailable."""

    def on(self, keys: Sequence[str]) -> Sequence[Response]:
        """Give those about a secret, a key or a principal, by any of its names."""

    def about(self, keys: Sequence[str]) -> Sequence[Response]:
        """Give what was lately offered or done about these, by any of their names, open or over."""

    def run_out(self, now: datetime) -> Sequence[Response]:
        """Give those of the last day that nobody answered in time, and those that ended so within minutes."""

    def tell_too(self, response_id: str, incident_id: str) -> None:
        """Note that another incident than its own shows a response; noting it twice is noting it once."""

    def told_too(self, response_id: str) -> Sequence[str]:
        """Give the other incidents that show a response."""


class Enquiries(Protocol):
    """Questions that another function answers in its own time, in the incident."""

    def who_points_to(self, moved: Moved, incident_id: str | None) -> None:
        """Have it looked for who still points to the old ARN of a secret.

        Raises:
            Refused: A permission is missing, or there is nobody to ask.
            NotFound: The function is gone.
            Unavailable: It could not be asked.
        """


class Allowances(Protocol):
    """The deletions that somebody allowed beforehand. All may raise Unavailable."""

    def on(self, secrets: Sequence[SecretRef]) -> Sequence[Allowance]:
        """Give what was allowed in the last 45 days of any of these secrets, over or not."""

    def begun(self, now: datetime) -> Sequence[Response]:
        """Give the responses that began to allow something, whatever came of them: until a day after their end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondPorts:
    """What acting needs."""

    ledger: Ledger
    deeds: Deeds
    moves: Moves
    offers: Offers
    sight: Sight
    hand: Hand
    dispatch: Dispatch
    kill_switch: KillSwitch
    enquiries: Enquiries
    mint: Callable[[], str]  # opaque ids for buttons
    pause: Callable[[float], None]  # waits so many seconds
