"""Which channels hear of an incident: the operator's routes, the first that fits each secret of a finding, together.

One finding folds many secrets, so the route is chosen for each of them: nobody can touch a secret of the sandbox first
to have what follows told there. What fits no route goes to every channel. A route can narrow who hears of something,
and never to nobody: where none of its channels is there, everybody is told. So a CRITICAL incident always reaches at
least one channel. What may fit a route, and may not, goes where it would go either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nightlatch.domain.answering.incidents import MOST_EVIDENCE, Incident
from nightlatch.domain.answering.routes import ChannelName, Fit, Route
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Finding

Taken = tuple[Route | None, ...]
"""The routes that a finding takes, each once; None where it goes to everybody."""


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
    taken = [_taken(finding, routes) for finding in incident.findings]
    wanted: set[str] = set()
    for route in {route for some in taken for route in some}:
        known = set(available) if route is None else {*route.channels} & {*available}
        wanted |= known or set(available)
    return Destination(tuple(name for name in available if name in wanted), _slack_channel(incident, taken))


def _taken(finding: Finding, routes: Sequence[Route]) -> Taken:
    """Give the routes that the secrets of a finding take, or the finding itself where it is about none."""
    about: Iterable[SecretRef | None] = finding.secrets or (None,)
    found: dict[Route | None, None] = dict.fromkeys(route for one in about for route in _taken_by(one, finding, routes))
    if len(finding.secrets) >= MOST_EVIDENCE:
        found[None] = None  # others may have been left out: nobody knows where they would go
    return tuple(found)


def _taken_by(secret: SecretRef | None, finding: Finding, routes: Sequence[Route]) -> Iterator[Route | None]:
    for route in routes:
        fit = route.fit(finding, secret)
        if fit is not Fit.NO:
            yield route
        if fit is Fit.YES:
            return
    yield None


def _slack_channel(incident: Incident, taken: Sequence[Taken]) -> str:
    """Give the Slack channel of the worst: one message stands in one channel, the usual one where they do not agree."""
    worst = max(finding.severity.rank for finding in incident.findings)
    places = {
        route.slack_channel if route is not None else ""
        for finding, some in zip(incident.findings, taken, strict=True)
        if finding.severity.rank == worst
        for route in some
        if route is None or ChannelName.SLACK in route.channels
    }
    return places.pop() if len(places) == 1 else ""
