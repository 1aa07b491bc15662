"""What is normal for a principal: from where, with what, when and in which Regions it usually calls.

Kept are facets, each with the days on which it was seen: a network, a VPC endpoint, a family of user agents, an hour of
the week, a Region. A facet that the principal has not shown before is a reason to look, never a verdict: a network
changes with the provider, and a user agent is whatever the caller says it is.

Source: ruling 23 (networks by prefix, /24 and /48, and VPC endpoint; there is no source of owners or countries).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address, ip_network

from nightlatch.domain.event.events import Origin, SecretEvent
from nightlatch.domain.history.pairs import Pair

ENOUGH_HOURS = 20  # distinct hours in which a principal must have been seen before its habits mean anything
_V4, _V6 = 24, 48  # prefix lengths of a network
_VERSION_4 = 4
_HOURS = 24
_WEEK = 7 * _HOURS


NO_ENDPOINT = "none"  # the call came by another way than a VPC endpoint


class Kind(StrEnum):
    """What of a call may be usual; a store gives the first by name, so what a caller may make up comes last."""

    ENDPOINT = "endpoint"
    HOUR = "hour"
    NETWORK = "network"
    REGION = "region"
    AGENT = "user-agent"


@dataclass(frozen=True, slots=True)
class Facet:
    """One side of a call."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Habits:
    """The facets of a principal before the event being judged."""

    seen: Mapping[Facet, Pair] = field(default_factory=dict)

    @property
    def hours(self) -> int:
        """In how many distinct hours the principal was seen: how much there is to compare with."""
        return sum(pair.days for facet, pair in self.seen.items() if facet.kind is Kind.HOUR)

    @property
    def are_known(self) -> bool:
        """Whether there is enough to compare with."""
        return self.hours >= ENOUGH_HOURS

    def of(self, kind: Kind) -> frozenset[str]:
        """Give the values seen of one kind."""
        return frozenset(facet.value for facet in self.seen if facet.kind is kind)

    def is_new(self, facet: Facet) -> bool:
        """Tell whether a facet was never seen; an hour also counts as seen by its neighbours, for clocks change."""
        if facet.kind is not Kind.HOUR:
            return facet not in self.seen
        hour = int(facet.value)
        near = {str((hour + step) % _WEEK) for step in (-1, 0, 1)}
        return near.isdisjoint(self.of(Kind.HOUR))


def facets_of(event: SecretEvent) -> tuple[Facet, ...]:
    """Name the sides of a call that a caller's habits are made of."""
    facets = [Facet(Kind.REGION, event.region), Facet(Kind.HOUR, str(hour_of_week(event.at)))]
    network = network_of(event.origin)
    if network is not None:
        facets.append(Facet(Kind.NETWORK, network))
    facets.append(Facet(Kind.ENDPOINT, event.origin.vpc_endpoint_id or NO_ENDPOINT))
    if event.origin.user_agent is not None:
        facets.append(Facet(Kind.AGENT, agent_family(event.origin.user_agent)))
    return tuple(facets)


def hour_of_week(at: datetime) -> int:
    """Count the hours since Monday midnight, UTC: 0 to 167."""
    return at.weekday() * _HOURS + at.hour


def hour_name(hour: int) -> str:
    """Write an hour of the week for a person."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return f"{days[hour // _HOURS]} {hour % _HOURS:02}:00 UTC"


def network_of(origin: Origin) -> str | None:
    """Give the network of an address, None for what is none (a service's name, `AWS Internal`)."""
    return _network(origin.address or "")


@lru_cache(maxsize=16_384)
def _network(text: str) -> str | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    prefix = _V4 if address.version == _VERSION_4 else _V6
    return str(ip_network(f"{address}/{prefix}", strict=False))


_FAMILIES = (  # told apart wherever they stand in the text, the most telling first
    "terraform",
    "pulumi",
    "external-secrets",
    "secrets-store-csi",
    "pacu",
    "stratus",
    "aws-cli",
    "boto3",
    "botocore",
    "aws-sdk-go",
    "aws-sdk-java",
    "aws-sdk-js",
    "aws-sdk-dotnet",
    "aws-sdk-rust",
    "aws-sdk-php",
    "aws-sdk-ruby",
    "mozilla",
)
TOOLS_OF_ATTACK = ("pacu", "stratus", "kali", "parrot", "pentoo")


@lru_cache(maxsize=4_096)
def agent_family(user_agent: str) -> str:
    """Reduce a user agent to what does not change with each release."""
    text = user_agent.strip().strip("[]").lower()
    known = next((family for family in _FAMILIES if family in text), None)
    return known or text.split("/", 1)[0].split(" ", 1)[0][:40]


def names_attack_tool(user_agent: str | None) -> str | None:
    """Give the tool of attack that a user agent names; that it names none proves nothing."""
    text = (user_agent or "").lower()
    return next((tool for tool in TOOLS_OF_ATTACK if tool in text), None)
