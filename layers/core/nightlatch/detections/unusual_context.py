"""Somebody read or wrote a secret in a way that is not theirs: other place, other tool, other time.

Each sign alone is a new laptop, a trip or a late shift. Several at once, of somebody whose habits are known, are what a
stolen credential looks like. Every sign is said in words; nothing is hidden in a number. A user agent is what the
caller says it is: naming a tool of attack is a sign, naming none is no excuse.

Source: ATT&CK T1078.004; design detections ACC-12; ruling 23 (networks by prefix, no source of owners or countries).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.event.events import Origin, SecretEvent, secrets_manager
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.history.examples import AT, a_person, a_secret, a_user, an_event
from nightlatch.domain.history.habits import Facet, Habits, Kind, facets_of, hour_name, names_attack_tool
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.callers import may_be_human
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

ENOUGH_SIGNS = 3
_WRITES = ("PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", "DeleteSecret", "PutResourcePolicy")


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire when so many signs stand together; only for people, or for the secrets that matter most."""
    matters = may_be_human(event.principal) or baseline.inventory.tier_of(event.secrets) is Tier.CROWN
    if not event.succeeded or event.principal.is_through_aws or not matters or not baseline.habits.are_known:
        return None
    found = [*signs(event, baseline.habits)]
    if len(found) < ENOUGH_SIGNS:
        return None
    return Match(reason=f"{len(found)} signs that this is not them: {'; '.join(found)}")


def signs(event: SecretEvent, habits: Habits) -> Iterator[str]:
    """Say what is unusual about a call, each in words that a person accepts."""
    for facet in facets_of(event):
        if habits.is_new(facet):
            said = _said(facet)
            if said is not None:
                yield said
    tool = names_attack_tool(event.origin.user_agent)
    if tool is not None:
        yield f"the client calls itself {tool}, a tool of attack"
    if event.principal.has_long_lived_key:
        yield "signed with a long-lived key"
    if event.principal.from_console and event.principal.mfa is False:
        yield "in the console without a second factor"


def _said(facet: Facet) -> str | None:
    """Put a new side of a call into words; what the caller wrote is not repeated."""
    match facet.kind:
        case Kind.NETWORK:
            return f"never before from network {facet.value}"
        case Kind.AGENT:
            return "never before with this kind of client"
        case Kind.REGION:
            return f"never before in {facet.value}"
        case Kind.HOUR:
            return f"never before around {hour_name(int(facet.value))}"
        case Kind.ENDPOINT:
            return None  # says the same as the network


_LONG = Pair(AT - timedelta(days=40), AT - timedelta(days=1), 30)
_USUAL = Habits(
    {
        Facet(Kind.NETWORK, "198.51.100.0/24"): _LONG,
        Facet(Kind.AGENT, "boto3"): _LONG,
        Facet(Kind.REGION, "eu-west-1"): _LONG,
        Facet(Kind.HOUR, "9"): _LONG,
    }
)
_NO_HABITS = Habits()
_UNKNOWN = Inventory()
_ELSEWHERE = Origin(address="203.0.113.9", user_agent="curl/8.5")


def _read(who: Principal, origin: Origin | None = None, *, hours: float = 0) -> SecretEvent:
    event = an_event(secret=a_secret(), by=who, after_s=hours * 3_600)
    return replace(event, origin=origin) if origin is not None else event


def _case(
    name: str, event: SecretEvent, *, fires: bool, habits: Habits = _USUAL, inventory: Inventory = _UNKNOWN
) -> Example:
    baseline = Baseline(habits=habits, inventory=inventory)
    severity = Severity.MEDIUM if fires else None
    return Example(name=name, event=event, fires=fires, severity=severity, baseline=baseline)


_ANA, _MALLORY = a_person("ana"), a_user("mallory")

DETECTION = Detection(
    id="access.unusual-context",
    catalogue="ACC-12",
    title="Unusual context",
    headline="{who} used {secrets} in an unusual way",
    severity=Severity.MEDIUM,
    event_names=secrets_manager("GetSecretValue", *_WRITES),
    techniques=("T1078.004",),
    evaluate=evaluate,
    novelty=True,
    blind_spots=(
        "Somebody who was seen in fewer than twenty hours has no habits to compare with. Workloads are judged only for"
        " crown secrets. A thief who uses the victim's own machine shows no sign. Networks are prefixes of addresses:"
        " nobody is looked up, so a known provider elsewhere is a new network."
    ),
    playbook=(
        "Ask the person, over a channel that the credential cannot reach, whether it was them.\n"
        "A new laptop, a trip, a late shift: nothing to do, tomorrow it is a habit.\n"
        "Not them: disable the key or end the sessions, and look at all they did since the first unusual call.\n"
        "Rotate the secrets named here."
    ),
    examples=(
        _case("another place, another client, another time", _read(_ANA, _ELSEWHERE, hours=14), fires=True),
        _case("a long-lived key from elsewhere with curl", _read(_MALLORY, _ELSEWHERE), fires=True),
        _case("on the road with the usual client", _read(_ANA, Origin(address="203.0.113.9")), fires=False),
        _case("all new, but there is nothing to compare with", _read(_ANA, _ELSEWHERE), habits=_NO_HABITS, fires=False),
    ),
)
