"""Which channels hear of an incident: the operator's routes, the first that fits each finding, together.

What fits no route goes to every channel. A route can narrow who hears of something, and never to nobody: where none of
its channels is there, everybody is told. So a CRITICAL incident always reaches at least one channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.routes import Route


@dataclass(frozen=True, slots=True)
class Destination:
    """Who hears of an incident."""

    channels: tuple[str, ...]
    slack_channel: str = ""  # empty for the one of the credentials


def destination(incident: Incident, routes: Sequence[Route], available: Sequence[str]) -> Destination:
    """Choose the channels of an incident.

    Args:
        incident: What is to be told.
        routes: The operator's, in their order.
        available: Names of the channels that the stack has.
    """
    taken = [next((one for one in routes if one.fits(finding)), None) for finding in incident.findings]
    wanted: set[str] = set()
    for route in taken:
        known = set(available) if route is None else {*route.channels} & {*available}
        wanted |= known or set(available)
    override = _slack_channel(incident, taken)
    return Destination(tuple(name for name in available if name in wanted), override)


def _slack_channel(incident: Incident, taken: Sequence[Route | None]) -> str:
    """Give the Slack channel of the worst finding: one message stands in one channel."""
    worst_first = sorted(zip(incident.findings, taken, strict=True), key=lambda pair: -pair[0].severity.rank)
    _, route = worst_first[0]
    return route.slack_channel if route is not None else ""
