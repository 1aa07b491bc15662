"""What the events of a batch count as: reads, refusals for their rate, calls in haste, values typed by people.

Source: design facts 2.2 (`AwsSecretCache/`), 2.3 (the codes of throttling), 2.5 (`aws-cli/`, the tools for PowerShell),
2.6 (a VPC endpoint stands in the record; calls of AWS services show a name and no address).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from ipaddress import ip_address, ip_network

from nightlatch.domain.event.events import SECRETS_MANAGER, Channel, SecretEvent
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.habits import agent_family, network_of
from nightlatch.domain.history.sightings import is_refused_as_deleted
from nightlatch.domain.judging.callers import is_aws_service, is_human, may_be_human
from nightlatch.domain.posture.counts import Counts, Hour, Key, Seen, Typed, hour_of, key_of
from nightlatch.domain.posture.use import ReaderKind

THROTTLES = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "SlowDown",
    }
)
CALLS_50MS_APART = 20  # in a second, at most
THROUGH_AWS = "AWS"
_CACHES = "AwsSecretCache/"
_TOOLS = (
    ("aws-cli/", "aws-cli"),
    ("awspowershell", "AWS Tools for PowerShell"),
    ("aws-tools", "AWS Tools for PowerShell"),
)
_V4_INSIDE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8")
_V6_INSIDE = ("fc00::/7", "fe80::/10", "::1/128")
_INSIDE = tuple(map(ip_network, (*_V4_INSIDE, *_V6_INSIDE)))

Meant = Callable[[SecretRef], SecretRef]


def counts_of(events: Sequence[SecretEvent], *, meant: Meant = lambda one: one, own: Collection[str] = ()) -> Counts:
    """Count the events of a batch, each of them once.

    Args:
        events: In any order; twins from VPC endpoints are left out.
        meant: Gives the secret that an ARN means, where the inventory knows it.
        own: Ids of events that are nightlatch's own calls, which do not count.
    """
    counts = Counts()
    calls = [one for one in events if _is_call(one) and one.event_id not in own]
    for event in calls:
        if event.secret is not None:
            _count(event, key_of(meant(event.secret)), counts)
    _count_refusals(calls, meant, counts)
    return counts


def kind_of(event: SecretEvent, account_id: str) -> ReaderKind:
    """Say what a caller is to a secret of an account."""
    who = event.principal
    if is_aws_service(who):
        return ReaderKind.SERVICE
    if who.kind is PrincipalKind.ACCOUNT or (who.account_id or account_id) != account_id:
        return ReaderKind.OUTSIDE
    if is_human(who) or who.from_console is True:
        return ReaderKind.PERSON
    return ReaderKind.USER if who.kind is PrincipalKind.USER else ReaderKind.WORKLOAD


def _is_call(event: SecretEvent) -> bool:
    return event.source == SECRETS_MANAGER and event.channel is Channel.API


def _count(event: SecretEvent, secret: str, counts: Counts) -> None:
    key, hour = Key(secret, event.principal.key), hour_of(event.at)
    kind = kind_of(event, secret.split("/", 1)[0])
    if is_refused_as_deleted(event):
        counts.add(key, kind, hour, Hour(refused_deleted=1))
    if not event.succeeded:
        return
    if event.called("GetSecretValue"):
        agent = event.origin.user_agent or ""
        numbers = Hour(
            reads=1,
            endpoint=int(event.origin.vpc_endpoint_id is not None),
            public=int(_is_public(event)),
            caching=int(_CACHES in agent),
        )
        last = Seen(int(event.at.timestamp()), _place_of(event), agent_family(agent) if agent else "")
        counts.add(key, kind, hour, numbers, last)
        return
    tool = _tool_of(event)
    if tool is not None:
        counts.typed.add(Typed(int(event.at.timestamp()), secret, event.principal.key, tool))


def _tool_of(event: SecretEvent) -> str | None:
    """Give the command line by which a person wrote a value; None where nobody did."""
    wrote = event.called("CreateSecret", "PutSecretValue") or (event.called("UpdateSecret") and event.version_id)
    if not wrote or not may_be_human(event.principal):
        return None
    agent = (event.origin.user_agent or "").strip().strip("[]").lower()
    return next((name for beginning, name in _TOOLS if agent.startswith(beginning)), None)


def _count_refusals(calls: Iterable[SecretEvent], meant: Meant, counts: Counts) -> None:
    """Count refusals for the rate, and what came within 50 ms of them."""
    callers: dict[tuple[str, str, str], list[SecretEvent]] = {}
    for event in calls:
        callers.setdefault((event.principal.key, event.account_id, event.region), []).append(event)
    for some in callers.values():
        refused = [event for event in some if event.failure is not None and event.failure.code in THROTTLES]
        if not refused:
            continue
        in_second = Counter(int(event.at.timestamp()) for event in some)
        told: set[int] = set()
        for event in sorted(refused, key=lambda one: (one.at, one.event_id)):
            second = int(event.at.timestamp())
            hasty = 0 if second in told else max(0, in_second[second] - CALLS_50MS_APART)
            told.add(second)
            secret = _secret_near(event, some, meant)
            kind = kind_of(event, event.account_id)
            counts.add(Key(secret, event.principal.key), kind, hour_of(event.at), Hour(throttled=1, hasty=hasty))


def _secret_near(event: SecretEvent, some: Iterable[SecretEvent], meant: Meant) -> str:
    """Give the secret that a refused call was about: its own, or that of the call next to it."""
    named = [one for one in some if one.secret is not None]
    near = min(named, key=lambda one: (one is not event, abs(one.at - event.at), one.event_id), default=None)
    if near is None or near.secret is None:
        return f"{event.account_id}/{event.region}/"
    return key_of(meant(near.secret))


def _place_of(event: SecretEvent) -> str:
    origin = event.origin
    return origin.vpc_endpoint_id or network_of(origin) or THROUGH_AWS


def _is_public(event: SecretEvent) -> bool:
    """Tell whether a call came over the internet: an address that is nobody's own, and no endpoint beside it."""
    origin = event.origin
    by_itself = origin.vpc_endpoint_id is None and not event.principal.is_through_aws
    return by_itself and _is_outside(origin.address or "")


@lru_cache(maxsize=16_384)
def _is_outside(text: str) -> bool:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return False
    return not any(address in network for network in _INSIDE if network.version == address.version)
