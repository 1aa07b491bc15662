"""The credentials of an EC2 instance are used from somewhere else: somebody has carried them away.

An instance hands its role's credentials to whoever can ask it (a forged request through a web application is enough),
and they work from anywhere. Where all calls of the role came through a VPC endpoint, one that does not is made outside;
and one key that calls from two networks within minutes is in two places. Addresses change at a NAT gateway and between
IPv4 and IPv6, so a network must be new to the role, the two of one family, and the role seen long enough.

Source: ATT&CK T1552.005; CloudTrail user guide, userIdentity (ec2RoleDelivery) and vpcEndpointId; EC2 user guide,
instance metadata (the session is named after the instance).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.event.events import Origin, SecretEvent, secrets_manager
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import AT, a_role, a_secret, an_event, sightings
from nightlatch.domain.history.habits import NO_ENDPOINT, Facet, Habits, Kind, network_of
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

TWO_PLACES = timedelta(minutes=15)


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a call past the endpoint that all others took, and on one key in two networks at a time."""
    who, network = event.principal, network_of(event.origin)
    if not who.is_instance or who.is_through_aws or network is None or not baseline.habits.are_known:
        return None
    usual = baseline.habits.of(Kind.ENDPOINT)
    if event.origin.vpc_endpoint_id is None and usual and NO_ENDPOINT not in usual:
        return Match(reason=f"from network {network}, past the VPC endpoint that all its calls came through before")
    other = _elsewhere(event, network, baseline)
    if other is None:
        return None
    return Match(
        reason=f"one key called from {network} and from {other.network} within 15 minutes, and one of them is new",
        evidence=Evidence.of(other),
    )


def _elsewhere(event: SecretEvent, network: str, baseline: Baseline) -> Sighting | None:
    """Give a call by the same key from another network of the same family, where one of the two is new."""
    key, known = event.principal.access_key_id, baseline.habits.of(Kind.NETWORK)
    if key is None:
        return None
    for call in baseline.by_principal.between(event.at - TWO_PLACES, event.at + TWO_PLACES):
        there = call.network
        if call.access_key_id != key or there is None or there == network or (":" in there) != (":" in network):
            continue
        if network not in known or there not in known:
            return call
    return None


_SECRET = a_secret()
_INSTANCE = a_role("web", "i-0123456789abcdef0")
_LONG = Pair(AT - timedelta(days=40), AT - timedelta(days=1), 30)


def _habits(endpoint: str, network: str = "198.51.100.0/24") -> Habits:
    """What a role is used to that has called at many hours of many days."""
    usual = [Facet(Kind.ENDPOINT, endpoint), Facet(Kind.NETWORK, network), Facet(Kind.HOUR, "9")]
    return Habits(dict.fromkeys(usual, _LONG))


def _read(address: str, endpoint: str | None = None, *, after_s: float = 0, key: str = "ASIAEXAMPLE") -> SecretEvent:
    who = replace(_INSTANCE, access_key_id=key)
    event = an_event(secret=_SECRET, by=who, after_s=after_s)
    return replace(event, origin=Origin(address=address, vpc_endpoint_id=endpoint))


def _case(name: str, events: list[SecretEvent], habits: Habits, *, fires: bool) -> Example:
    """Judge the last of some events of one instance."""
    baseline = Baseline(by_principal=sightings(events), habits=habits)
    severity = Severity.HIGH if fires else None
    return Example(name=name, event=events[-1], fires=fires, severity=severity, baseline=baseline)


_HOME, _AWAY = "198.51.100.7", "203.0.113.9"

DETECTION = Detection(
    id="access.used-elsewhere",
    catalogue="ACC-11",
    title="A workload's credential was used elsewhere",
    headline="{who} was used from outside its place, on {secrets}",
    severity=Severity.HIGH,
    event_names=secrets_manager("GetSecretValue", "BatchGetSecretValue", "ListSecrets"),
    techniques=("T1552.005",),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "Only credentials of EC2 instances are told for sure; those of containers and functions are not. A role that"
        " was seen in fewer than twenty hours has no habits to compare with. A thief inside the same network, or behind"
        " the same endpoint, looks like the instance. A new NAT gateway beside the old one looks like a second place."
    ),
    playbook=(
        "Look at the address: is it a gateway, a VPN or a new subnet of yours? Then this is a move, not a theft.\n"
        "Not yours: revoke the role's sessions, and replace the instance; its metadata was read from outside.\n"
        "Look at what else the same access key did, in every service.\n"
        "Rotate the secrets that it read since then, and require IMDSv2 on the instance."
    ),
    examples=(
        _case("past the endpoint", [_read(_AWAY)], _habits("vpce-1"), fires=True),
        _case("two networks in a minute", [_read(_HOME), _read(_AWAY, after_s=60)], _habits(NO_ENDPOINT), fires=True),
        _case("through the endpoint as always", [_read(_HOME, "vpce-1")], _habits("vpce-1"), fires=False),
        _case("a role too young to have habits", [_read(_AWAY)], Habits(), fires=False),
        _case("IPv6 beside IPv4", [_read(_HOME), _read("2001:db8::9", after_s=60)], _habits(NO_ENDPOINT), fires=False),
    ),
)
