"""An instance's credentials belong in one place; gateways, address families and young roles are no second one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.used_elsewhere import DETECTION
from nightlatch.domain.event.events import Origin, SecretEvent
from nightlatch.domain.history.examples import AT, a_role, a_secret, a_user, an_event, sightings
from nightlatch.domain.history.habits import NO_ENDPOINT, Facet, Habits, Kind
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Match, detect

HOME, AWAY = "198.51.100.7", "203.0.113.9"
INSTANCE = replace(a_role("web", "i-0123456789abcdef0"), access_key_id="ASIAONE")


def habits(*endpoints: str, hours: int = 20, networks: tuple[str, ...] = ("198.51.100.0/24",)) -> Habits:
    often, once = Pair(AT - timedelta(days=40), AT - timedelta(days=1), hours), Pair(AT, AT, 1)
    usual = {Facet(Kind.HOUR, "9"): often}
    usual |= {Facet(Kind.ENDPOINT, endpoint): once for endpoint in endpoints}
    return Habits(usual | {Facet(Kind.NETWORK, network): once for network in networks})


def read(address: str = HOME, endpoint: str | None = None, *, after_s: float = 0, by=INSTANCE) -> SecretEvent:
    event = an_event(secret=a_secret(), by=by, after_s=after_s)
    return replace(event, origin=Origin(address=address, vpc_endpoint_id=endpoint), event_id=f"{address}-{after_s}")


def judge(event: SecretEvent, known: Habits, *others: SecretEvent) -> Match | None:
    verdict = DETECTION.evaluate(event, Baseline(habits=known, by_principal=sightings([*others, event])))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


@pytest.mark.parametrize(
    ("known", "fires"),
    [
        (habits("vpce-1"), True),
        (habits("vpce-1", "vpce-2"), True),
        (habits("vpce-1", hours=19), False),
        (habits("vpce-1", NO_ENDPOINT), False),
        (habits(NO_ENDPOINT), False),
        (habits(), False),
    ],
)
def test_past_the_endpoint_means_something_where_all_calls_took_one_for_long(known, fires):
    assert (judge(read(AWAY), known) is not None) is fires


def test_through_another_endpoint_is_inside():
    assert judge(read(HOME, "vpce-9"), habits("vpce-1")) is None


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("other", "fires"),
    [
        (read(AWAY, after_s=900), True),
        (read(AWAY, after_s=-900), True),
        (read(AWAY, after_s=901), False),
        (read("198.51.100.200", after_s=60), False),
        (read("2001:db8::9", after_s=60), False),
        (read("secretsmanager.amazonaws.com", after_s=60), False),
        (read(AWAY, after_s=60, by=replace(INSTANCE, access_key_id="ASIATWO")), False),
    ],
    ids=["later", "earlier", "too far", "same network", "other family", "no address", "other key"],
)
def test_one_key_in_two_networks_within_a_quarter_of_an_hour(other, fires, order):
    first, second = (read(HOME), other)[::order]

    if fires:
        found = judge(first, habits(NO_ENDPOINT), second)
        assert found is not None
        assert "198.51.100.0/24" in found.reason
        assert "203.0.113.0/24" in found.reason
    else:
        assert judge(read(HOME), habits(NO_ENDPOINT), other) is None


def test_two_gateways_that_are_both_known_are_one_place():
    both = habits(NO_ENDPOINT, networks=("198.51.100.0/24", "203.0.113.0/24"))

    assert judge(read(AWAY, after_s=60), both, read(HOME)) is None


@pytest.mark.parametrize(
    "who",
    [a_user(), a_role("app", "session"), replace(INSTANCE, invoked_by="cloudformation.amazonaws.com")],
    ids=["a user", "a role elsewhere", "through a service"],
)
def test_only_an_instance_has_a_place(who):
    assert judge(read(AWAY, by=who), habits("vpce-1")) is None


def test_what_ec2_delivered_is_an_instances_whatever_the_session():
    assert judge(read(AWAY, by=replace(a_role("app", "x"), from_instance=True)), habits("vpce-1")) is not None


@pytest.mark.parametrize("name", ["GetSecretValue", "BatchGetSecretValue", "ListSecrets"])
def test_reads_and_listings_are_judged(name):
    event = replace(read(AWAY), name=name)

    (finding,), _ = detect(event, Baseline(habits=habits("vpce-1"), by_principal=sightings([event])), (DETECTION,))

    assert finding.severity is Severity.HIGH


def test_calls_without_a_key_are_not_known_to_be_of_one():
    nobody = replace(INSTANCE, access_key_id=None)

    assert judge(read(HOME, by=nobody), habits(NO_ENDPOINT), read(AWAY, after_s=60, by=nobody)) is None


def test_a_call_from_no_address_is_nowhere():
    assert judge(read("secretsmanager.amazonaws.com"), habits("vpce-1")) is None


def test_both_calls_of_the_key_are_named():
    other = read(AWAY, after_s=60)

    found = judge(read(HOME), habits(NO_ENDPOINT), other)

    assert found is not None
    assert found.evidence is not None
    assert found.evidence.event_ids == (other.event_id,)
