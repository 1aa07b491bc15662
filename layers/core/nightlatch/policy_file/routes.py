"""Who hears of what: routes from findings to channels, each channel by a name that exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from nightlatch.domain.answering.routes import ChannelName, Route
from nightlatch.domain.judging.findings import Severity
from nightlatch.policy_file.parts import Part

_Tag = Literal["owner", "team", "slack-channel"]  # as `ROUTING_TAGS`: the inventory keeps no others
_Text = Annotated[str, Field(min_length=1)]
_Account = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class _About(Part):
    severity: Severity = Severity.INFORMATIONAL  # this and above
    rules: tuple[_Text, ...] = ()
    accounts: frozenset[_Account] = frozenset()
    names: tuple[_Text, ...] = ()
    tags: Mapping[_Tag, _Text] = {}


class RoutePart(Part):
    """One route; the first that fits a secret of a finding decides."""

    match: _About = _About()
    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)]
    slack_channel: Annotated[str, StringConstraints(pattern=r"^[CG][A-Z0-9]{2,}$")] = ""

    def to_domain(self) -> Route:
        """Give the value that telling reads."""
        return Route(
            channels=self.channels,
            at_least=self.match.severity,
            rules=self.match.rules,
            accounts=self.match.accounts,
            names=self.match.names,
            tags=tuple(self.match.tags.items()),
            slack_channel=self.slack_channel,
        )
