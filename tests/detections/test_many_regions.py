"""Regions are counted in a quarter of an hour, whatever was asked and answered there; known uses do not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.many_regions import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    WAITED,
    a_denial,
    a_role,
    a_service_event,
    a_user,
    an_event,
    sightings,
    the_service,
)
from nightlatch.domain.history.habits import Facet, Habits, Kind
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import WRITES_COME
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

REGIONS = (REGION, "us-east-1", "ap-southeast-2", "sa-east-1", "us-west-2", "eu-north-1", "ca-central-1")


def calls(
    count: int, name: str = "ListSecrets", *, every_s: float = 1, start_s: float = 0, **more
) -> list[SecretEvent]:
    return [
        replace(an_event(name, after_s=start_s + every_s * n, **more), region=region)
        for n, region in enumerate(REGIONS[:count])
    ]


def reads(count: int, **more) -> list[SecretEvent]:
    return [
        replace(event, secrets=(secret_ref("prod/db", account_id=ACCOUNT, region=event.region),))
        for event in calls(count, "GetSecretValue", **more)
    ]


def judge_seen(event: SecretEvent, seen: Trail, **more) -> Match | Wait | None:
    return DETECTION.evaluate(event, Baseline(**{"maturity": Maturity.MATURE, **more}, by_principal=seen))


def judge(events: list[SecretEvent], **more) -> Match | Wait | None:
    return judge_seen(events[-1], sightings(events), **more)


def judge_all(events: list[SecretEvent], maturity: Maturity = Maturity.NONE, **more) -> tuple[Finding, ...]:
    seen = sightings({e.event_id: e for e in events}.values())
    baseline = Baseline(maturity=maturity, by_principal=seen, **more)
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


# The count


@pytest.mark.parametrize("make", [calls, reads, lambda count: calls(count, "BatchGetSecretValue")])
def test_four_regions_are_many_and_three_are_not(make):
    assert isinstance(judge(make(4)), Match)
    assert judge(make(3)) is None


@pytest.mark.parametrize(
    "failure", [a_denial("ListSecrets"), Failure("UnrecognizedClientException"), Failure("ThrottlingException")]
)
def test_what_aws_refused_counts_too(failure):
    assert isinstance(judge(calls(4, failure=failure)), Match)


def test_a_quarter_of_an_hour_is_the_window():
    assert isinstance(judge(calls(4, every_s=300)), Match)
    assert judge(calls(4, every_s=300.5)) is None


def test_kinds_of_calls_are_counted_together_and_other_kinds_are_not():
    mixed = [*calls(2), *reads(4)[2:]]

    assert isinstance(judge(mixed), Match)
    assert judge([*calls(4, "DescribeSecret")[2:], *calls(3)[:2]]) is None


def test_many_calls_in_three_regions_and_records_without_a_region_are_not_many_regions():
    again = [replace(event, event_id=f"again-{event.event_id}") for event in calls(3, start_s=20)]
    nowhere = replace(an_event("ListSecrets", after_s=30), region="unknown")

    assert judge([*calls(3), *again]) is None
    assert judge([*calls(3), nowhere]) is None
    assert judge([nowhere, *calls(3)]) is None


# What explains it


def test_replicas_that_the_principal_is_known_to_read_do_not_count():
    known, fresh = reads(6), calls(1, start_s=10)
    seen = Trail.of([*sightings(known, known=True), *sightings(fresh)])

    assert judge_seen(known[-1], seen) is None
    assert judge_seen(fresh[0], seen) is None


@pytest.mark.parametrize("explained", ["read_back", "rotating"])
def test_read_backs_and_steps_of_rotations_do_not_count(explained):
    seen = [replace(sighting_of(event), **{explained: True}) for event in reads(4)]

    assert judge_seen(reads(4)[-1], Trail.of(seen)) is None


def test_a_rotation_that_is_judged_is_silent():
    steps = reads(4, by=a_role("rotate", "rotate-db"))
    started = a_service_event("RotationStarted", secret=steps[-1].secret, after_s=-1)

    assert judge(steps, on_secret=sightings([started])) == Wait(LATENESS)
    assert judge(steps, on_secret=sightings([started]), settled=WAITED) is None


@pytest.mark.parametrize(
    "who",
    [
        the_service(),
        a_role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
        replace(a_user(), invoked_by="config.amazonaws.com"),
        a_role("org-scanner"),
    ],
)
def test_aws_and_declared_scanners_are_silent(who):
    inventory = Inventory(scanners=frozenset({"arn:aws:iam::*:role/org-scanner"}), approved_regions=frozenset({"x"}))

    assert judge(calls(7, by=who), inventory=inventory, habits=at_home()) is None


def test_reads_by_version_wait_a_minute_for_the_writes_that_would_explain_them():
    by_version = reads(4, version_id="v-1")

    assert judge(by_version) == Wait(WRITES_COME)
    assert isinstance(judge(by_version, settled=WAITED), Match)
    assert isinstance(judge([*by_version, *calls(4, start_s=9)]), Match)
    assert judge([*calls(3), by_version[-1]]) == Wait(WRITES_COME)


# A strange Region


def at_home(hours: float = 30) -> Habits:
    seen = Pair(first_seen=AT - timedelta(hours=hours), last_seen=AT - timedelta(hours=1), days=2)
    return Habits({Facet(Kind.REGION, REGION): seen})


EUROPE = Inventory(approved_regions=frozenset({"EU-WEST-1 ", "eu-central-1"}))
STRANGE = [replace(an_event("ListSecrets"), region="sa-east-1")]


def test_a_region_that_is_not_approved_is_told_where_the_principal_was_seen_elsewhere_and_never_there():
    (finding,) = judge_all(STRANGE, Maturity.MATURE, habits=at_home(), inventory=EUROPE)

    assert (finding.severity, finding.state) == (Severity.HIGH, State.OPEN)
    assert finding.title == "ci-deploy (IAM user) looked for secrets in a Region that is not approved"
    assert "sa-east-1" in finding.reason


def test_the_whole_first_day_in_a_strange_region_is_told():
    def seen_there(hours: float) -> Habits:
        pair = Pair(first_seen=AT - timedelta(hours=hours), last_seen=AT, days=1)
        return Habits({**at_home().seen, Facet(Kind.REGION, "sa-east-1"): pair})

    assert judge(STRANGE, habits=seen_there(23.9), inventory=EUROPE)
    assert judge(STRANGE, habits=seen_there(24), inventory=EUROPE) is None


@pytest.mark.parametrize(
    ("habits", "inventory"),
    [(at_home(), Inventory()), (Habits(), EUROPE), (at_home(hours=20), EUROPE)],
    ids=["no list", "nothing known", "new today"],
)
def test_what_is_unknown_never_fires_alone(habits, inventory):
    assert judge(STRANGE, habits=habits, inventory=inventory) is None


def test_an_approved_region_is_never_strange():
    new_to_it = [replace(an_event("ListSecrets"), region="eu-central-1")]

    assert judge(calls(1), habits=at_home(), inventory=EUROPE) is None
    assert judge(new_to_it, habits=at_home(), inventory=EUROPE) is None


def test_only_regions_tell_where_a_principal_was_seen():
    old = Pair(first_seen=AT - timedelta(days=30), last_seen=AT - timedelta(hours=1), days=9)
    new = Pair(first_seen=AT - timedelta(hours=2), last_seen=AT - timedelta(hours=1), days=1)
    habits = Habits({Facet(Kind.HOUR, "9"): old, Facet(Kind.REGION, REGION): new})

    assert judge(STRANGE, habits=habits, inventory=EUROPE) is None


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.DIGEST), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.OPEN)],
)
def test_a_strange_region_means_something_only_against_history(maturity, state):
    (finding,) = judge_all(STRANGE, maturity, habits=at_home(), inventory=EUROPE)

    assert finding.state is state


# What is told


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.OPEN), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.OPEN)],
)
def test_a_sweep_of_regions_is_one_finding_in_any_order(maturity, state):
    events = calls(7)

    for order in (events, events[::-1], [*events[3:], *events]):
        (finding,) = judge_all(order, maturity)
        assert (finding.severity, finding.state, finding.count) == (Severity.HIGH, state, 7)
        assert finding.title == "ci-deploy (IAM user) looked for secrets in 7 Regions within 6 s"
        assert finding.reason.startswith("calls in 7 Regions within 15 minutes: ap-southeast-2, ca-central-1")
        assert finding.reason.endswith("and 1 more")


def test_a_read_by_version_waits_though_others_or_its_region_are_enough():
    by_version = reads(1, start_s=9, version_id="v-1")

    assert judge([*calls(4), *by_version]) == Wait(WRITES_COME)
    assert judge([replace(by_version[0], region="sa-east-1")], habits=at_home(), inventory=EUROPE) == Wait(WRITES_COME)


def test_a_plain_call_waits_where_only_reads_by_version_make_them_many_and_its_region_is_no_strange_one():
    seen = [*reads(4, version_id="v-1")[1:], *calls(1, start_s=9)]
    strange = [*reads(4, version_id="v-1")[:3], replace(calls(1, start_s=9)[0], region="sa-east-1")]

    assert judge(seen) == Wait(WRITES_COME)
    assert isinstance(judge(strange, habits=at_home(), inventory=EUROPE), Match)


@pytest.mark.parametrize(("count", "named"), [(6, 6), (7, 6)])
def test_of_many_regions_a_few_are_named_and_all_calls_are_evidence(count, named):
    looked = reads(count)

    found = judge(looked)

    assert isinstance(found, Match)
    shown = sorted(event.region for event in looked)[:named]
    more = f" and {count - named} more" if count > named else ""
    assert found.reason == f"calls in {count} Regions within 15 minutes: {', '.join(shown)}{more}"
    assert found.evidence is not None
    assert found.evidence.event_ids == tuple(event.event_id for event in looked)
    assert len(found.secrets or ()) == count
