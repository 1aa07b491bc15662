"""What somebody may still decide in an incident, and for each offer whether they may, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nightlatch.acts import ACTS
from nightlatch.console.desk import Standing
from nightlatch.domain.answering.acting import Act
from nightlatch.domain.answering.responses import Response, awaiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One offer, for one person."""

    response: Response
    act: Act
    why_not: str  # empty where they may say yes

    @property
    def said_yes(self) -> str:
        """Who said yes already, where more than one person must."""
        return " and ".join(self.response.persons)


def offered(responses: Sequence[Response], standing: Standing) -> list[Offered]:
    """Give the offers that wait for somebody."""
    return [
        Offered(response=one, act=ACTS[one.action.kind], why_not=why_not(one, standing)) for one in awaiting(responses)
    ]


def why_not(response: Response, standing: Standing) -> str:
    """Say why somebody may not say yes; the service that takes the answer decides, this only tells beforehand."""
    approver = standing.approver
    if approver is None:
        return standing.why_not
    if approver.title in response.yeses:
        return "you have said yes; another approver must, too"
    if any(approver.is_also(actor) for actor in response.actors):
        return "you acted in this event, so another approver decides"
    return ""
