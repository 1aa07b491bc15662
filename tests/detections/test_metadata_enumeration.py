"""Looks at metadata are counted as distinct secrets that are not the principal's own, of workloads and of newcomers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.metadata_enumeration import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.principals import PrincipalKind
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
    the_root,
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

APP = a_role("app", "worker")
INVENTORY = Inventory(scanners=frozenset({a_role("prowler").key}))


def looks(
    count: int, name: str = "DescribeSecret", *, every_s: float = 1, prefix: str = "prod", **more
) -> list[SecretEvent]:
    secrets = (a_secret(f"{prefix}/{n}") for n in range(count))
    return [an_event(name, secret=s, after_s=every_s * n, **{"by": APP, **more}) for n, s in enumerate(secrets)]


def policies(count: int, **more) -> list[SecretEvent]:
    return looks(count, "GetResourcePolicy", **more)


def seen_since(hours: float) -> Habits:
    first = AT - timedelta(hours=hours)
    return Habits({Facet(Kind.REGION, REGION): Pair(first_seen=first, last_seen=first, days=1)})


def judge_seen(event: SecretEvent, seen: Trail, **more) -> Match | None:
    known = {"maturity": Maturity.MATURE, "settled": WAITED, "inventory": INVENTORY, **more}
    verdict = DETECTION.evaluate(event, Baseline(by_principal=seen, **known))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def judge(events: list[SecretEvent], **more) -> Match | None:
    return judge_seen(events[-1], sightings(events), **more)


# The counts


@pytest.mark.parametrize("name", ["DescribeSecret", "ListSecretVersionIds"])
@pytest.mark.parametrize(("count", "fires"), [(14, False), (15, True)])
def test_fifteen_described_secrets_are_an_enumeration(name, count, *, fires: bool):
    assert (judge(looks(count, name)) is not None) is fires


@pytest.mark.parametrize(("count", "fires"), [(4, False), (5, True)])
def test_five_resource_policies_are_an_enumeration(count, *, fires: bool):
    assert (judge(policies(count)) is not None) is fires


def test_a_quarter_of_an_hour_is_the_window():
    assert judge(looks(15, every_s=900 / 14))
    assert judge(looks(15, every_s=901 / 14)) is None
    assert judge(policies(5, every_s=900 / 4))
    assert judge(policies(5, every_s=901 / 4)) is None


def test_policies_do_not_fill_up_the_described_ones():
    assert judge([*policies(4), *looks(14, prefix="other")]) is None


def test_a_secret_looked_at_often_and_in_three_ways_counts_once():
    partial = secret_ref(a_secret("prod/1").text.removesuffix("-AbCdEf"), account_id=ACCOUNT, region=REGION)
    more = [
        an_event("DescribeSecret", secret=a_secret("prod/0", suffix=None), by=APP, after_s=30),
        an_event("DescribeSecret", secret=partial, by=APP, after_s=31),
        an_event("DescribeSecret", secret=a_secret("prod/2"), by=APP, after_s=32),
    ]

    assert judge([*looks(14), *more]) is None


def test_refused_looks_are_another_rules_matter():
    assert judge([replace(look, failure=a_denial("DescribeSecret")) for look in looks(20)]) is None


# Who is told


@pytest.mark.parametrize("who", [a_user(), APP, replace(a_user(), mfa=False)])
def test_a_workload_is_told_however_long_it_is_known(who):
    verdict = judge(looks(15, by=who), habits=seen_since(9_000))

    assert verdict is not None
    assert verdict.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "who",
    [a_person(), the_root(), replace(a_user("ben"), mfa=True), replace(a_user("eve"), kind=PrincipalKind.FEDERATED)],
)
def test_of_people_only_newcomers_are_told_and_mildly(who):
    new, other = judge(looks(15, by=who), habits=seen_since(23.9)), judge(looks(15, by=who), habits=seen_since(24))

    assert new is not None
    assert new.severity is Severity.LOW
    assert other is None
    assert judge(looks(15, by=who))


@pytest.mark.parametrize(
    "who",
    [
        the_service(),
        a_role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
        a_role("aws-service-role/access-analyzer.amazonaws.com/AWSServiceRoleForAccessAnalyzer"),
        replace(a_role("config-recorder"), invoked_by="config.amazonaws.com"),
        replace(APP, from_console=True),
        replace(a_user(), invoked_by="signin.amazonaws.com"),
        a_role("prowler"),
    ],
)
def test_aws_the_console_and_declared_scanners_are_silent(who):
    assert judge(looks(40, by=who)) is None
    assert judge(policies(40, by=who)) is None


def test_looks_in_the_console_do_not_count_beside_others():
    clicks = looks(10, by=replace(APP, from_console=True))

    assert judge([*clicks, *looks(14, prefix="other")]) is None


# The principal's own secrets


@pytest.mark.parametrize("write", ["CreateSecret", "PutSecretValue", "UpdateSecret"])
def test_what_the_principal_wrote_just_before_is_its_own_and_what_it_writes_afterwards_is_not(write):
    before, after = looks(40, write, at=AT - timedelta(minutes=2)), looks(40, write, at=AT + timedelta(minutes=2))

    assert judge([*before, *looks(40)]) is None
    assert judge([*after, *looks(40)])


def staged(after_s: float, *, by=APP) -> list[SecretEvent]:
    return [
        an_event(
            "PutSecretValue", secret=look.secret, by=by, at=look.at, after_s=after_s,
            request={"versionStages": ["AWSPENDING"]},
        )
        for look in looks(20)
    ]  # fmt: skip


@pytest.mark.parametrize(("after_s", "fires"), [(-60, False), (4, False), (902, False), (903, True)])
def test_a_role_that_stages_a_version_soon_after_its_look_rotates(after_s: float, *, fires: bool):
    assert (judge([*staged(after_s), *looks(20)]) is not None) is fires


def test_neither_users_nor_roles_that_are_no_registered_function_hide_by_staging():
    by_user = [*staged(4, by=a_user()), *looks(20, by=a_user())]
    registered = Inventory(rotation_functions=frozenset({"rotate-db"}))

    assert judge(by_user)
    assert judge([*staged(4), *looks(20)], inventory=registered)


def test_steps_of_rotations_do_not_count():
    role = a_role("rotate", "rotate-db")
    steps = looks(20, by=role)
    started = a_service_event("RotationStarted", secret=steps[-1].secret, after_s=-1)

    assert judge_seen(steps[0], Trail.of([replace(sighting_of(step), rotating=True) for step in steps])) is None
    assert judge(steps, on_secret=sightings([started])) is None
    assert judge(steps)


def test_a_step_of_a_rotation_whose_end_may_be_late_is_judged_again():
    (step,) = looks(1, by=a_role("rotate", "rotate-db"))
    started = sightings([a_service_event("RotationStarted", secret=step.secret, after_s=-1)])

    assert DETECTION.evaluate(step, Baseline(by_principal=sightings([step]), on_secret=started)) == Wait(LATENESS)


def test_a_write_that_failed_makes_nothing_ones_own():
    failed = [replace(e, failure=a_denial("PutSecretValue")) for e in looks(40, "PutSecretValue", at=AT)]

    assert judge([*failed, *looks(40)])


def test_what_history_knows_as_used_or_written_does_not_count():
    own, known, fresh = looks(20, prefix="own"), looks(20, prefix="known"), looks(14)
    seen = [*sightings(fresh), *sightings(known, known=True), *(sighting_of(event, wrote=True) for event in own)]

    assert [judge_seen(event, Trail.of(seen)) for event in (own[0], known[0], fresh[0])] == [None] * 3
    assert judge_seen(fresh[0], Trail.of([*seen, sighting_of(an_event("DescribeSecret", secret=a_secret(), by=APP))]))


def test_the_records_of_what_was_created_get_a_minute_to_come():
    baseline = Baseline(by_principal=sightings(looks(15)))

    assert DETECTION.evaluate(looks(15)[-1], baseline) == Wait(WRITES_COME)
    assert DETECTION.evaluate(looks(14)[-1], Baseline(by_principal=sightings(looks(14)))) is None


# What is told


def judge_all(events: list[SecretEvent], maturity: Maturity = Maturity.NONE) -> tuple[Finding, ...]:
    seen = sightings({e.event_id: e for e in events}.values())
    baseline = Baseline(maturity=maturity, by_principal=seen, settled=WAITED)
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


def test_any_order_with_duplicates_is_one_finding():
    events = [*looks(20), *policies(6)]

    for order in (events[::-1], [*events[9:], *events[:9]], [*events, *events[:4]]):
        assert judge_all(order) == judge_all(events)
    (finding,) = judge_all(events)
    assert (finding.severity, finding.state, finding.count) == (Severity.MEDIUM, State.OPEN, 26)
    assert finding.title.startswith(
        "app (role, session worker) looked through the metadata of 20 secrets (prod/0, prod/1, prod/2"
    )


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.OPEN), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.OPEN)],
)
def test_while_the_baseline_is_young_it_is_only_recorded(maturity, state):
    (finding,) = judge_all(policies(5), maturity)

    assert finding.state is state
    assert "resource policies of 5 secrets" in finding.title


# What is told


@pytest.mark.parametrize(
    ("seen", "what", "headline"),
    [
        (policies(5), "resource policies", "{who} read the resource policies of {secrets} {span}"),
        (looks(15), "metadata", None),
    ],
    ids=["policies", "described"],
)
def test_the_finding_says_what_was_looked_at_and_names_it(seen, what, headline):
    nameless = replace(seen[0], secrets=(), event_id="nameless", at=AT + timedelta(seconds=2))

    found = judge([nameless, *seen])

    assert found is not None
    assert found.reason.startswith(f"looked at the {what} of {len(seen)} distinct secrets within 15 minutes")
    assert found.headline == headline
    assert found.evidence is not None
    assert set(found.evidence.event_ids) == {event.event_id for event in seen}
    assert set(found.secrets or ()) == {event.secret for event in seen}


def test_a_look_that_is_explained_is_silent_amid_others():
    strange, own = looks(15), replace(looks(1, prefix="own")[0], at=AT + timedelta(seconds=5))
    seen = Trail.of([*sightings(strange), sighting_of(own, wrote=True)])

    assert judge_seen(own, seen) is None
    assert judge_seen(strange[0], seen) is not None


def test_what_was_written_is_its_own_from_the_first_write_on_by_every_name():
    early = looks(15, "PutSecretValue", at=AT - timedelta(minutes=2))
    late = looks(15, "PutSecretValue", at=AT + timedelta(minutes=2))
    by_name = [replace(look, secrets=(a_secret(f"prod/{n}", suffix=None),)) for n, look in enumerate(looks(15))]

    written_by_name = [replace(write, secrets=look.secrets) for write, look in zip(early, by_name, strict=True)]

    assert judge([*early, *late, *looks(15)]) is None
    assert judge([*late, *early[::-1], *by_name]) is None
    assert judge([*written_by_name, *looks(15)]) is None


def test_whoever_was_seen_a_day_before_to_the_second_is_no_newcomer():
    seen = looks(15, by=a_person())
    first = seen[-1].at - timedelta(days=1)
    habits = Habits({Facet(Kind.REGION, REGION): Pair(first_seen=first, last_seen=first, days=1)})

    assert judge(seen, habits=habits) is None
