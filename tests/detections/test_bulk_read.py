"""A sweep is counted in distinct secrets that the reader did not write and was not known to use."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.bulk_read import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    REGION,
    WAITED,
    a_denial,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
    the_service,
)
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rotations import STEPS_SPAN
from nightlatch.domain.judging.rules import Match, Wait, detect

SPAN_S = STEPS_SPAN.total_seconds()


def reads(count: int, *, every_s: float = 1, start_s: float = 0, prefix: str = "prod", **more) -> list[SecretEvent]:
    secrets = (a_secret(f"{prefix}/{n}") for n in range(count))
    return [an_event(secret=s, after_s=start_s + every_s * n, **more) for n, s in enumerate(secrets)]


def judge(event: SecretEvent, seen: Trail, maturity: Maturity = Maturity.MATURE) -> Match | None:
    verdict = DETECTION.evaluate(event, Baseline(maturity=maturity, by_principal=seen))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def judge_all(events: list[SecretEvent], maturity: Maturity = Maturity.NONE) -> tuple[Finding, ...]:
    baseline = Baseline(maturity=maturity, by_principal=sightings(list({e.event_id: e for e in events}.values())))
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


def amid(known: list[SecretEvent], others: list[SecretEvent]) -> Trail:
    """Put events among uses that the principal is known for."""
    return Trail.of([*sightings(known, known=True), *sightings(others)])


def orders(events: list[SecretEvent]) -> list[list[SecretEvent]]:
    """Give a few orders in which events may come."""
    return [events[::-1], events[7:] + events[:7], events[1::2] + events[::2]]


# The burst


def test_ten_distinct_secrets_are_a_burst_and_nine_are_not():
    assert judge(reads(10)[-1], sightings(reads(10)))
    assert judge(reads(9)[-1], sightings(reads(9))) is None


def test_five_of_the_ten_must_be_unknown():
    known, fresh = reads(6, prefix="known"), reads(5, start_s=10)

    assert judge(fresh[0], amid(known, fresh))
    assert judge(fresh[0], amid(known, fresh[:4])) is None


def test_ten_minutes_are_one_window_and_more_are_not():
    spread = reads(10, every_s=600 / 9)
    wider = reads(10, every_s=601 / 9)

    assert judge(spread[4], sightings(spread))
    assert judge(wider[4], sightings(wider)) is None


def test_one_secret_under_three_names_counts_once():
    by_arn, by_name = reads(9), an_event(secret=a_secret("prod/0", suffix=None), after_s=20)
    partial = secret_ref(a_secret("prod/1").text.removesuffix("-AbCdEf"), account_id=ACCOUNT, region=REGION)
    by_part = an_event(secret=partial, after_s=21)

    assert judge(by_name, sightings([*by_arn, by_name, by_part])) is None


def test_the_same_secret_read_often_is_no_sweep():
    polled = [an_event(secret=a_secret(), after_s=n) for n in range(60)]

    assert judge(polled[-1], sightings(polled)) is None


def test_refused_and_failed_reads_do_not_count():
    refused = [replace(event, failure=a_denial("GetSecretValue")) for event in reads(20)]

    assert judge(refused[-1], sightings(refused)) is None


# What is told


def test_the_finding_counts_distinct_secrets_and_names_the_unknown_ones_first():
    known, fresh = reads(8, prefix="known"), reads(6, start_s=10)

    verdict = judge(fresh[-1], amid(known, fresh))

    assert verdict is not None
    assert verdict.reason.startswith("read 14 distinct secrets within 10 minutes, 6 of them")
    assert verdict.secrets is not None
    assert [secret.name for secret in verdict.secrets[:6]] == [f"prod/{n}" for n in range(6)]


def test_a_sweep_in_any_order_with_duplicates_is_one_finding_with_every_secret():
    swept = reads(15, every_s=0.5)
    again = [an_event(secret=a_secret(f"prod/{n}", suffix=None), after_s=30 + n) for n in range(3)]
    expected = judge_all([*swept, *again])

    for order in orders([*swept, *again, *swept[:5]]):
        assert judge_all(order) == expected

    (finding,) = expected
    assert (finding.severity, finding.state, len(finding.secrets)) == (Severity.HIGH, State.OPEN, 15)
    assert finding.count == 18


# History


@pytest.mark.parametrize(
    ("count", "maturity", "state"),
    [
        (24, Maturity.LEARNING, State.LEARNING),
        (25, Maturity.LEARNING, State.OPEN),
        (10, Maturity.NONE, State.OPEN),
        (10, Maturity.MATURE, State.OPEN),
    ],
)
def test_while_the_baseline_is_young_only_a_large_burst_alarms(count, maturity, state):
    (finding,) = judge_all(reads(count), maturity)

    assert finding.state is state


def test_an_operator_that_refreshes_known_pairs_is_silent_and_one_new_secret_changes_nothing():
    known, new = reads(200), an_event(secret=a_secret("new"), after_s=100)

    assert judge(new, amid(known, [new])) is None


# The slow sweep


def test_twenty_unknown_secrets_in_a_day_are_a_slow_sweep_and_nineteen_are_not():
    hourly = reads(20, every_s=3600)

    verdict = judge(hourly[0], sightings(hourly))

    assert verdict is not None
    assert verdict.reason.startswith("read 20 distinct secrets within 24 hours")
    assert judge(hourly[0], sightings(hourly[:19])) is None


def test_known_pairs_do_not_fill_the_slow_window():
    known, fresh = reads(10, every_s=3600, prefix="known"), reads(19, every_s=3600)

    assert judge(fresh[-1], amid(known, fresh)) is None


def test_twenty_secrets_in_more_than_a_day_are_no_sweep():
    slower = reads(20, every_s=24 * 3600 / 18.9)

    assert judge(slower[10], sightings(slower)) is None


# Infrastructure as code, rotation, AWS itself


def test_read_backs_are_silent_and_a_sweep_amid_them_is_not():
    own = reads(40, prefix="app")
    stolen = reads(20, every_s=0.2, start_s=60)
    seen = Trail.of([*(sighting_of(event, read_back=True) for event in own), *sightings(stolen)])

    verdict = judge(stolen[0], seen)

    assert judge(own[0], seen) is None
    assert verdict is not None
    assert len(verdict.secrets or ()) == 20


def test_a_rotation_of_many_secrets_is_no_sweep():
    role = a_role("rotate", "rotate-db")
    swept = reads(14, by=role)
    started = a_service_event("RotationStarted", secret=a_secret("prod/13"), after_s=-1)
    baseline = Baseline(by_principal=sightings(swept), on_secret=sightings([started]))

    assert DETECTION.evaluate(swept[-1], baseline) == Wait(LATENESS)
    assert DETECTION.evaluate(swept[-1], replace(baseline, settled=WAITED)) is None


def test_a_read_that_history_does_not_hold_is_nothing_in_a_rotation_or_out_of_one():
    read = an_event(secret=a_secret(), by=a_role("rotate", "rotate-db"))
    started = sightings([a_service_event("RotationStarted", secret=a_secret(), after_s=-1)])

    assert [DETECTION.evaluate(read, known) for known in (Baseline(on_secret=started), Baseline())] == [None, None]


def test_a_read_that_its_principal_is_known_for_counts_in_a_rotation_too():
    role = a_role("rotate", "rotate-db")
    known, others = reads(9, by=role), reads(5, by=role, prefix="other")
    started = a_service_event("RotationStarted", secret=known[-1].secret, after_s=-1)
    baseline = Baseline(by_principal=amid(known, others), on_secret=sightings([started]))

    assert isinstance(DETECTION.evaluate(known[-1], baseline), Match)


def test_secrets_on_which_the_reader_stages_a_rotation_do_not_count():
    role = a_role("rotate", "rotate-db")
    swept, master = reads(14, by=role), an_event(secret=a_secret("master"), by=role, after_s=15)
    staged = [
        an_event("PutSecretValue", secret=e.secret, by=role, after_s=n, request={"versionStages": ["AWSPENDING"]})
        for n, e in enumerate(swept)
    ]
    written = [replace(event, request=swept[0].request) for event in staged]

    assert judge(master, sightings([*swept, *staged, master])) is None
    assert judge(master, sightings([*swept, *written, master]))


def test_steps_of_rotations_do_not_count_when_another_read_is_judged():
    role = a_role("rotate", "rotate-db")
    steps, master = reads(40, by=role), an_event(secret=a_secret("master"), by=role, after_s=60)
    marked = [replace(sighting_of(step), rotating=True) for step in steps]

    assert judge(master, Trail.of([*marked, sighting_of(master)])) is None
    assert judge(master, sightings([*steps, master]))


def test_where_functions_are_registered_a_role_that_is_none_of_theirs_hides_nothing_by_staging():
    sweep = reads(14, by=a_role("evil", "worker"))
    staged = [
        an_event(
            "PutSecretValue", secret=e.secret, by=a_role("evil", "worker"), request={"versionStages": ["AWSPENDING"]}
        )
        for e in sweep
    ]
    known = Baseline(maturity=Maturity.MATURE, by_principal=sightings([*sweep, *staged]))
    told = replace(known, inventory=Inventory(rotation_functions=frozenset({"rotate-db"})))

    assert DETECTION.evaluate(sweep[-1], known) is None
    assert isinstance(DETECTION.evaluate(sweep[-1], told), Match)


@pytest.mark.parametrize(
    "who",
    [the_service(), replace(a_user(), invoked_by="cloudformation.amazonaws.com")],
    ids=["a service", "CloudFormation on the way of a user"],
)
def test_reads_that_aws_makes_are_no_sweep(who):
    assert judge(reads(20, by=who)[-1], sightings(reads(20, by=who))) is None


# What a caller could use to hide


@pytest.mark.parametrize(
    ("invoked_by", "fires"),
    [("signin.amazonaws.com", True), ("AWS Internal", True), ("cloudformation.amazonaws.com", False)],
)
def test_reads_in_the_console_count_and_reads_that_aws_makes_do_not(invoked_by: str, *, fires: bool):
    sweep = reads(12, by=replace(a_user(), invoked_by=invoked_by))

    assert (judge(sweep[-1], sightings(sweep)) is not None) is fires


@pytest.mark.parametrize(
    ("who", "apart_s", "fires"),
    [
        (a_user(), 60, True),
        (a_role("app", "worker"), 60, False),
        (a_role("app", "worker"), -60, False),
        (a_role("app", "worker"), 19 * 3600, True),
    ],
)
def test_staging_a_version_hides_a_read_only_beside_it_and_only_for_a_role(who, apart_s: float, *, fires: bool):
    sweep = reads(12, by=who)
    staged = [
        an_event(
            "PutSecretValue", secret=read.secret, by=who, at=read.at, after_s=apart_s,
            request={"versionStages": ["AWSPENDING"]}, version_id="v-9",
        )
        for read in sweep
    ]  # fmt: skip

    assert (judge(sweep[-1], sightings([*sweep, *staged])) is not None) is fires


def test_reads_by_version_wait_a_minute_for_the_writes_that_would_explain_them():
    by_version = reads(12, version_id="v-1")
    plain = reads(12, prefix="other")
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=sightings(by_version))
    mixed = Baseline(maturity=Maturity.MATURE, by_principal=sightings([*by_version, *plain]))

    assert DETECTION.evaluate(by_version[-1], baseline) == Wait(timedelta(minutes=1))
    assert isinstance(DETECTION.evaluate(by_version[-1], replace(baseline, settled=WAITED)), Match)
    assert isinstance(DETECTION.evaluate(plain[-1], mixed), Match)


# What counts, each condition


def test_a_read_back_amid_a_sweep_is_silent():
    stolen, own = reads(12), reads(1, prefix="app", start_s=5)
    seen = Trail.of([*sightings(stolen), sighting_of(own[0], read_back=True)])

    assert judge(stolen[0], seen) is not None
    assert judge(own[0], seen) is None


def test_a_role_that_aws_keeps_for_itself_is_no_sweep():
    swept = reads(14, by=a_role("aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"))

    assert judge(swept[-1], sightings(swept)) is None


def test_the_slow_window_is_a_day_and_names_unknown_secrets_alone():
    day = reads(20, every_s=24 * 3600 / 19)
    known = reads(5, every_s=3600, prefix="known")

    found = judge(day[0], amid(known, day))

    assert found is not None
    assert found.reason == "read 20 distinct secrets within 24 hours, 20 of them that it is not known to use"
    assert found.evidence is not None
    assert set(found.evidence.event_ids) == {event.event_id for event in day}
    assert found.secrets == tuple(event.secret for event in day)


def test_a_burst_names_all_its_reads_and_no_looks():
    swept = reads(10)
    looks = [an_event("DescribeSecret", secret=a_secret(f"looked/{n}"), after_s=n) for n in range(5)]

    found = judge(swept[0], sightings([*swept, *looks]))

    assert found is not None
    assert found.reason.startswith("read 10 distinct secrets within 10 minutes, 10 of them")
    assert found.evidence is not None
    assert found.evidence.event_ids == tuple(event.event_id for event in swept)


@pytest.mark.parametrize(
    ("name", "apart_s", "failure", "fires"),
    [
        ("PutSecretValue", SPAN_S, None, False),
        ("PutSecretValue", -SPAN_S, None, False),
        ("PutSecretValue", SPAN_S + 1, None, True),
        ("PutSecretValue", -SPAN_S - 1, None, True),
        ("PutSecretValue", 60, a_denial("PutSecretValue"), True),
        ("UpdateSecretVersionStage", 60, None, True),
    ],
)
def test_only_a_version_staged_within_the_span_of_a_rotation_explains_a_read(name, apart_s, failure, *, fires: bool):
    role = a_role("rotate", "rotate-db")
    swept = reads(12, by=role)
    staged = [
        an_event(
            name, secret=read.secret, by=role, at=read.at, after_s=apart_s, failure=failure,
            request={"versionStages": ["AWSPENDING"]},
        )
        for read in swept
    ]  # fmt: skip

    assert (judge(swept[-1], sightings([*swept, *staged])) is not None) is fires
