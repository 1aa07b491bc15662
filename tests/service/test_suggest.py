"""A suggestion is what comes again and again, with its evidence; a thief, a person or a name alone makes none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Channel, SecretEvent
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.history.examples import (
    AT,
    a_denial,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    an_outsider,
    the_root,
    the_service,
)
from nightlatch.domain.judging.baseline import Maturity
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.intake import FileRead, Item
from nightlatch.service.pipeline import Ports
from nightlatch.service.suggest import suggest
from nightlatch.service.suggestions import Suggestions, common_prefix
from nightlatch.service.usage import Care, Deed

ESO = a_role("eso", "refresh")
APPS = [f"app/{n}" for n in range(12)]


def suggested(events: Iterable[SecretEvent], *, history: Sequence[SecretEvent] = ()) -> Suggestions:
    baselines = TrailBaselines(
        MemoryTrails(most=None),
        MemoryWaits(),
        inventory=Inventory(),
        now=lambda: datetime(2030, 1, 1, tzinfo=UTC),
        young=Maturity.NONE,
    )
    some = list(events)
    items: list[Item] = [*some, FileRead("x", len(some))]
    past: list[Item] = [*history, FileRead("y", len(history))]
    ports = Ports(baselines=baselines, own=NothingIsOwn(), effects=NoEffects())
    return suggest(items, rules=CATALOGUE, ports=ports, history=past if history else None)


def daily(
    names: Sequence[str], *, days: int = 4, by: Principal = ESO, call: str = "GetSecretValue", **more
) -> list[SecretEvent]:
    """Do one thing to each of some secrets, every day at nine."""
    return [
        an_event(call, secret=a_secret(name), by=by, at=AT + timedelta(days=day), after_s=number, **more)
        for day in range(days)
        for number, name in enumerate(names)
    ]


# Known actors


def test_who_reads_many_secrets_day_by_day_is_an_actor_with_what_it_does_and_the_names_in_common():
    [actor] = suggested(daily(APPS)).actors

    assert (actor.principal, actor.may, actor.prefix) == (ESO.key, (Deed.READ,), "app/")
    assert (actor.secrets, actor.days, actor.did) == (12, 4, ((Deed.READ, 48),))
    assert (actor.first_seen, actor.last_seen) == (AT, AT + timedelta(days=3, seconds=11))
    assert (actor.quiet, actor.loud) == (4, 0)  # a bulk read each day, for without history all pairs are new


def test_an_actor_may_do_what_it_comes_back_to_and_the_rest_is_only_told():
    reads, writes = daily(APPS), daily(APPS[:6], call="PutSecretValue", version_id="v")
    gone = daily(APPS[:7], days=3, call="DeleteSecret")

    [actor] = suggested([*reads, *writes, *gone]).actors

    assert actor.may == (Deed.READ, Deed.CHANGE)
    assert actor.did == ((Deed.READ, 48), (Deed.CHANGE, 24), (Deed.DELETE, 21))
    assert actor.loud > 0


@pytest.mark.parametrize(
    "events",
    [
        daily(APPS, days=2),
        daily(APPS[:4], days=30),
        [e for n in range(20) for e in daily([f"s{n}"], days=1) for e in [replace(e, at=e.at + timedelta(days=n))]],
        daily(APPS, by=a_person("ana")),
        daily(APPS, by=replace(a_user("ben"), mfa=True)),
        daily(APPS, by=the_root()),
        daily(APPS, by=the_service()),
        daily(APPS, by=an_outsider()),
        daily(APPS, by=a_role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")),
        daily(APPS, failure=a_denial("GetSecretValue", "x")),
        [replace(read, channel=Channel.NETWORK) for read in daily(APPS)],
        daily(APPS, call="DescribeSecret"),
    ],
    ids=[
        "two days",
        "four secrets",
        "one new secret a day for twenty days",
        "a person",
        "a user with a second factor",
        "root",
        "the service",
        "another account",
        "a service-linked role",
        "refused",
        "twins from a VPC endpoint",
        "no values",
    ],
)
def test_no_actor_is_made_of(events):
    assert suggested(events).actors == ()


def test_history_counts_as_use_and_is_not_told():
    past = [replace(e, at=e.at - timedelta(days=20), event_id=f"p-{e.event_id}") for e in daily(APPS, days=3)]

    [actor] = suggested(daily(APPS, days=1), history=past).actors

    assert (actor.days, actor.first_seen) == (4, AT - timedelta(days=20))


def test_a_secret_is_counted_once_however_it_is_called():
    by_name = [replace(e, secrets=(a_secret(e.secrets[0].name, suffix=None),)) for e in daily(APPS[:4], days=3)]
    later = [replace(e, at=e.at + timedelta(hours=1), event_id=f"n-{e.event_id}") for e in by_name]

    assert suggested([*daily(APPS[:4], days=3), *later]).actors == ()  # four secrets, not eight


# Exemptions

TEARDOWN = a_role("teardown", "nightly")


def deletions(days: int = 4, *, by: Principal = TEARDOWN, prefix: str = "ci-tmp/", **request) -> list[SecretEvent]:
    return [
        an_event(
            "DeleteSecret",
            secret=a_secret(f"{prefix}stack-{day}"),
            by=by,
            at=AT + timedelta(days=day),
            request=request,
        )
        for day in range(days)
    ]


def test_what_would_be_told_every_day_is_an_exemption_with_its_counts():
    made = suggested(deletions())

    [exemption] = made.exemptions
    assert (exemption.rule, exemption.catalogue) == ("deletion.deletion-scheduled", "DEL-01")
    assert (exemption.principal, exemption.prefix) == (TEARDOWN.key, "ci-tmp/stack-")
    assert (exemption.findings, exemption.days, exemption.secrets) == (4, 4, 4)
    assert exemption.severity is Severity.MEDIUM
    assert (exemption.first_seen, exemption.last_seen) == (AT, AT + timedelta(days=3))
    assert made.stay == 0


def test_a_force_delete_is_exempted_for_a_prefix_or_stays():
    force = {"forceDeleteWithoutRecovery": True}
    names = ["alpha", "beta", "gamma", "delta"]
    bare = [replace(e, secrets=(a_secret(names[n]),)) for n, e in enumerate(deletions(**force))]

    assert [e.rule for e in suggested(deletions(**force)).exemptions] == ["deletion.force-delete"]
    assert suggested(bare).exemptions == ()
    assert suggested(bare).stay == 4


@pytest.mark.parametrize("days", [1, 2])
def test_what_came_on_few_days_is_no_exemption(days):
    thrice = [
        replace(e, at=e.at + timedelta(hours=2 * n), event_id=f"{n}-{e.event_id}")
        for e in deletions(days)
        for n in range(3)
    ]

    assert suggested(thrice).exemptions == ()


def test_what_has_no_harmless_routine_is_counted_and_never_exempted():
    made = suggested(daily(["app/db"], by=the_root(), days=5))

    assert made.exemptions == ()
    assert made.stay == 5


def test_what_a_known_actor_would_quiet_needs_no_exemption():
    made = suggested([*daily(APPS), *deletions()])

    assert len(made.actors) == 1
    assert {e.catalogue for e in made.exemptions} == {"DEL-01"}


# Tiers

ROTATOR = a_role("rotator", "rotate-db")


def a_jewel(name: str = "pay/db") -> list[SecretEvent]:
    """A secret that one application reads every day, and that is rotated."""
    rotated = a_service_event("RotationSucceeded", secret=a_secret(name), at=AT + timedelta(days=1), after_s=60)
    return [*daily([name], by=a_role("shop")), rotated]


def test_what_few_need_every_day_and_somebody_took_care_of_is_a_crown_jewel_with_the_reasons():
    [tier] = suggested(a_jewel()).tiers

    assert (tier.name, tier.users, tier.care) == ("pay/db", (a_role("shop").key,), (Care.ROTATED,))
    assert (tier.uses, tier.days, tier.findings) == (4, 4, 0)
    assert (tier.first_seen, tier.last_seen) == (AT, AT + timedelta(days=3))


@pytest.mark.parametrize(
    ("call", "request_", "care"),
    [
        ("UpdateSecret", {"kmsKeyId": "alias/pay"}, Care.OWN_KEY),
        ("PutResourcePolicy", {"resourcePolicy": '{"Statement": []}'}, Care.OWN_POLICY),
        ("ReplicateSecretToRegions", {"addReplicaRegions": [{"region": "eu-central-1"}]}, Care.REPLICATED),
        ("RotateSecret", {"rotationRules": {"automaticallyAfterDays": 30}}, Care.ROTATED),
    ],
)
def test_care_is_a_key_a_policy_replicas_or_rotation_of_its_own(call, request_, care):
    cared = an_event(call, secret=a_secret("pay/db"), by=a_role("ops"), request=request_)

    [tier] = suggested([*daily(["pay/db"], by=a_role("shop")), cared]).tiers

    assert care in tier.care


AWS_KEY = an_event("UpdateSecret", secret=a_secret("pay/db"), request={"kmsKeyId": "alias/aws/secretsmanager"})
PEOPLE = [
    replace(e, event_id=f"{n}-{e.event_id}") for n in range(3) for e in daily(["pay/db"], by=a_person(f"person-{n}"))
]


@pytest.mark.parametrize(
    "events",
    [
        daily(["prod/db"], by=a_role("shop")),
        [*a_jewel(), *PEOPLE],
        [*a_jewel()[:2], a_jewel()[-1]],
        a_jewel()[-1:],
        [*daily(["pay/db"], by=a_role("shop")), AWS_KEY],
    ],
    ids=["a name alone", "many readers", "two days", "nobody's need", "AWS's own key"],
)
def test_no_crown_is_made_of(events):
    assert suggested(events).tiers == ()


def test_a_secret_that_much_is_told_of_gets_no_crown():
    loud = [
        an_event("DeleteSecret", secret=a_secret("pay/db"), by=TEARDOWN, at=AT + timedelta(days=day, hours=3))
        for day in (1, 3)
    ]

    assert suggested(a_jewel()).tiers
    assert suggested([*a_jewel(), *loud]).tiers == ()


# All of it


def test_suggestions_end_ninety_days_after_the_last_record():
    made = suggested(daily(APPS))

    assert (made.first_record, made.last_record) == (AT, AT + timedelta(days=3, seconds=11))
    assert made.expires == date(2026, 6, 3)


@pytest.mark.parametrize("seed", [0, 1])
def test_neither_order_nor_repetition_changes_a_suggestion(seed):
    events = [*daily(APPS), *deletions(), *a_jewel()]
    shuffled = events * 2
    Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a key

    one, other = suggested(events), suggested(shuffled)

    assert (one.actors, one.tiers, one.exemptions) == (other.actors, other.tiers, other.exemptions)
    assert one.count == 3


def test_from_nothing_nothing_is_suggested():
    made = suggested([])

    assert (made.count, made.stay) == (0, 0)


@pytest.mark.parametrize(
    ("names", "prefix"),
    [
        (["app/a", "app/b"], "app/"),
        (["app/db-1", "app/db-22"], "app/db-"),
        (["app", "app/b"], ""),
        (["app/", "app/b"], "app/"),
        (["alpha", "beta"], ""),
        (["application", "apple"], ""),
        (["one/only"], "one/only"),
        ([], ""),
    ],
)
def test_names_have_in_common_whole_parts(names, prefix):
    assert common_prefix(a_secret(name) for name in names) == prefix


def test_a_name_in_doubt_is_taken_by_its_shorter_reading():
    assert common_prefix([a_secret("app", suffix="backup")]) == "app"
