"""The first read of a pair is a line in the digest; of a person outside their hours, a look now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes import FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections.first_read import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    WAITED,
    a_denial,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
    the_service,
)
from nightlatch.domain.history.habits import ENOUGH_HOURS, Facet, Habits, Kind
from nightlatch.domain.history.pairs import FORGOTTEN_AFTER, Pair
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import WRITES_COME
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

DAY = 86_400.0
READ = an_event(secret=a_secret())


def at_noon() -> Habits:
    pair = Pair(first_seen=AT - timedelta(days=30), last_seen=AT - timedelta(days=1), days=ENOUGH_HOURS)
    return Habits({Facet(Kind.HOUR, "12"): pair})


def judge(event: SecretEvent, *others: SecretEvent, **more) -> Match | Wait | None:
    known = {"maturity": Maturity.MATURE, **more}
    return DETECTION.evaluate(event, Baseline(by_principal=sightings([*others, event]), **known))


def pair(last_seen_ago: timedelta, days: int = 1) -> Pair:
    return Pair(first_seen=AT - last_seen_ago, last_seen=AT - last_seen_ago, days=days)


def judge_all(events: list[SecretEvent], maturity: Maturity = Maturity.MATURE, **more) -> tuple[Finding, ...]:
    baseline = Baseline(maturity=maturity, by_principal=sightings(events), **more)
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


# The pair


def test_a_first_read_is_a_note():
    verdict = judge(READ)

    assert isinstance(verdict, Match)
    assert (verdict.severity or DETECTION.severity) is Severity.LOW


@pytest.mark.parametrize(
    ("reader", "fires"),
    [
        (pair(timedelta(seconds=1)), False),
        (pair(timedelta(days=40), days=9), False),
        (pair(FORGOTTEN_AFTER), False),
        (pair(FORGOTTEN_AFTER + timedelta(seconds=1), days=40), True),
    ],
)
def test_a_pair_that_was_seen_is_no_first_one_until_it_is_forgotten(reader, *, fires: bool):
    assert (judge(READ, reader=reader) is not None) is fires


def test_where_no_history_counts_the_day_does():
    by_name = an_event(secret=a_secret(suffix=None), after_s=-60)
    partial = secret_ref(a_secret().text.removesuffix("-AbCdEf"), account_id=ACCOUNT, region=REGION)
    by_part = an_event(secret=partial, after_s=-60)
    other, refused = an_event(secret=a_secret("other"), after_s=-60), replace(by_name, failure=a_denial("x"))

    assert judge(READ, by_name, maturity=Maturity.NONE) is None
    assert judge(READ, by_part, maturity=Maturity.NONE) is None
    assert judge(READ, other, maturity=Maturity.NONE)
    assert judge(READ, refused, maturity=Maturity.NONE)
    assert judge(by_name, READ, maturity=Maturity.NONE)


def test_a_refused_read_is_none():
    refused = replace(READ, failure=a_denial("GetSecretValue"))

    assert judge(refused) is None
    assert DETECTION.evaluate(refused, Baseline()) is None


def test_a_read_that_history_does_not_hold_yet_is_judged_by_itself_and_one_of_no_named_secret_not():
    assert isinstance(DETECTION.evaluate(READ, Baseline()), Match)
    assert DETECTION.evaluate(replace(READ, secrets=()), Baseline()) is None


def test_who_only_looked_at_a_secret_before_has_not_read_it():
    assert isinstance(judge(READ, an_event("DescribeSecret", secret=a_secret(), after_s=-60)), Match)


# What explains it


@pytest.mark.parametrize(
    "who",
    [
        the_service(),
        a_role("aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"),
        replace(a_user(), invoked_by="cloudformation.amazonaws.com"),
    ],
)
def test_what_aws_reads_is_silent(who):
    read = an_event(secret=a_secret(), by=who)

    assert judge(read) is None
    assert DETECTION.evaluate(read, Baseline()) is None


def test_a_rotation_is_silent():
    step = an_event(secret=a_secret(), by=a_role("rotate", "rotate-db"))
    started = sightings([a_service_event("RotationStarted", secret=a_secret(), after_s=-5)])

    assert judge(step, on_secret=started) == Wait(LATENESS)
    assert judge(step, on_secret=started, reader=pair(timedelta(days=1))) is None  # known, whoever it is
    assert judge(step, on_secret=started, settled=WAITED) is None
    assert judge(step)


def test_a_read_back_is_silent_and_a_read_by_version_waits_for_its_write():
    by_version = an_event(secret=a_secret(), version_id="v-1")
    own = Baseline(by_principal=Trail.of([sighting_of(by_version, read_back=True)]), settled=WAITED)

    assert DETECTION.evaluate(by_version, own) is None
    assert judge(by_version) == Wait(WRITES_COME)
    assert isinstance(judge(by_version, settled=WAITED), Match)


# Who hears of it


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.DIGEST), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.DIGEST)],
)
def test_first_reads_of_a_principal_are_one_line_of_the_digest(maturity, state):
    events = [an_event(secret=a_secret(f"prod/{n}"), after_s=60 * n) for n in range(3)]

    (finding,) = judge_all(events, maturity)

    assert (finding.severity, finding.state) == (Severity.LOW, state)
    assert finding.title == ("ci-deploy (IAM user) read 3 secrets (prod/0, prod/1, prod/2): no earlier read is known")


@pytest.mark.parametrize(
    ("who", "hour", "severity"),
    [
        (a_person(), 2, Severity.MEDIUM),
        (replace(a_user(), mfa=True), 2, Severity.MEDIUM),
        (a_person(), 12, Severity.LOW),
        (a_role(), 2, Severity.LOW),
        (a_user(), 2, Severity.LOW),
    ],
)
def test_a_person_outside_their_usual_hours_is_told_now(who, hour, severity):
    event = an_event(secret=a_secret(), by=who, at=AT.replace(hour=hour))

    (finding,) = judge_all([event], habits=at_noon())

    assert finding.severity is severity
    assert (finding.state is State.OPEN) is (severity is Severity.MEDIUM)


def test_a_person_of_whom_little_was_seen_has_no_usual_hours():
    (finding,) = judge_all([an_event(secret=a_secret(), by=a_person(), at=AT.replace(hour=2))])

    assert finding.severity is Severity.LOW


def test_an_operator_with_a_new_secret_is_told_once_for_it():
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=FixedClock(AT))
    eso = a_role("eso")
    days = [
        an_event(secret=a_secret(f"app/{n}"), by=eso, after_s=-day * DAY) for day in (40, 20, 3, 1) for n in range(20)
    ]
    baselines.learn(days)
    minutes = [
        an_event(secret=a_secret(f"app/{n}"), by=eso, after_s=60 * minute) for minute in range(5) for n in range(21)
    ]
    seen = baselines.observe(minutes)

    told = [e for e, b in zip(minutes, seen, strict=True) if DETECTION.evaluate(e, b) is not None]

    assert [event.secret for event in told] == [a_secret("app/20")]
