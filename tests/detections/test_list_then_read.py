"""Reads of secrets that the reader is not known to use, soon after its listing, are counted as distinct secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.detections.list_then_read import DETECTION
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
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
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import WRITES_COME
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

LISTING = an_event("ListSecrets")


def reads(count: int, *, start_s: float = 5, every_s: float = 1, prefix: str = "prod", **more) -> list[SecretEvent]:
    secrets = (a_secret(f"{prefix}/{n}") for n in range(count))
    return [an_event(secret=s, after_s=start_s + every_s * n, **more) for n, s in enumerate(secrets)]


def judge_seen(event: SecretEvent, seen: Trail, maturity: Maturity = Maturity.MATURE) -> Match | None:
    verdict = DETECTION.evaluate(event, Baseline(maturity=maturity, by_principal=seen))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def judge(event: SecretEvent, *others: SecretEvent) -> Match | None:
    return judge_seen(event, sightings({e.event_id: e for e in (event, *others)}.values()))


def judge_all(events: list[SecretEvent], maturity: Maturity = Maturity.NONE) -> tuple[Finding, ...]:
    baseline = Baseline(maturity=maturity, by_principal=sightings({e.event_id: e for e in events}.values()))
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


# The count


@pytest.mark.parametrize(
    ("count", "severity"), [(4, None), (5, Severity.MEDIUM), (9, Severity.MEDIUM), (10, Severity.HIGH)]
)
def test_five_distinct_secrets_after_a_listing_are_told_and_ten_are_worse(count, severity):
    verdict = judge(reads(count)[-1], LISTING, *reads(count))

    assert (verdict.severity if verdict else None) is severity


def test_without_a_listing_nothing_is_told():
    assert judge(reads(20)[-1], *reads(20)) is None


@pytest.mark.parametrize(("last_s", "fires"), [(1800, True), (1801, False)])
def test_half_an_hour_after_the_listing_is_the_limit(last_s: float, *, fires: bool):
    late = an_event(secret=a_secret("prod/late"), after_s=last_s)

    assert (judge(reads(4)[0], LISTING, *reads(4), late) is not None) is fires


def test_reads_before_the_listing_do_not_count():
    before = reads(4, start_s=-60)

    assert judge(reads(4, prefix="new")[-1], LISTING, *before, *reads(4, prefix="new")) is None
    assert judge(before[0], LISTING, *before, *reads(5, prefix="new")) is None


def test_a_second_listing_hides_nothing():
    again = replace(LISTING, event_id="again", at=reads(5)[2].at)

    assert judge(reads(5)[-1], LISTING, again, *reads(5))


def test_one_secret_called_in_three_ways_counts_once():
    by_name = an_event(secret=a_secret("prod/0", suffix=None), after_s=20)
    partial = secret_ref(a_secret("prod/1").text.removesuffix("-AbCdEf"), account_id=ACCOUNT, region=REGION)
    by_part = an_event(secret=partial, after_s=21)

    assert judge(by_name, LISTING, *reads(4), by_name, by_part) is None


def test_refusals_count_on_neither_side():
    refused = [replace(event, failure=a_denial("GetSecretValue")) for event in reads(12)]
    no_listing = replace(LISTING, failure=a_denial("ListSecrets"))

    assert judge(refused[-1], LISTING, *refused) is None
    assert judge(reads(12)[-1], no_listing, *reads(12)) is None


# What is told


def test_any_order_with_duplicates_is_one_finding_of_listing_and_reads():
    events = [LISTING, *reads(12)]
    expected = judge_all(events)

    for order in (events[::-1], [*events[5:], *events[:5]], [*events, *events[:4]]):
        assert list(judge_all(order)) == list(expected)
    (finding,) = expected
    assert (finding.severity, finding.state, finding.count) == (Severity.HIGH, State.OPEN, 13)
    assert finding.title.startswith("ci-deploy (IAM user) listed secrets, then read 12 secrets (prod/0, prod/1, prod/2")


def test_a_listing_that_comes_last_tells_the_reads_behind_it():
    verdict = judge(LISTING, *reads(6))

    assert verdict is not None
    assert len(verdict.secrets or ()) == 6


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.NONE, State.OPEN), (Maturity.LEARNING, State.LEARNING), (Maturity.MATURE, State.OPEN)],
)
def test_a_sequence_alarms_without_history_and_is_only_recorded_while_the_baseline_is_young(maturity, state):
    (finding,) = judge_all([LISTING, *reads(10)], maturity)

    assert finding.state is state


# What explains reads


def test_known_pairs_and_read_backs_do_not_count():
    known, own, fresh = reads(9, prefix="known"), reads(9, prefix="own"), reads(4)
    seen = [*sightings([LISTING, *fresh]), *sightings(known, known=True)]
    seen += [sighting_of(event, read_back=True) for event in own]

    assert [judge_seen(event, Trail.of(seen)) for event in (known[0], own[0], fresh[0], LISTING)] == [None] * 4


def test_a_person_in_the_console_who_opens_four_is_silent_and_who_opens_five_is_told():
    ana = replace(a_person(), from_console=True)
    pages = [an_event("ListSecrets", by=ana, after_s=-n) for n in range(9)]

    assert judge(reads(4, by=ana)[-1], *pages, *reads(4, by=ana)) is None
    assert judge(reads(5, by=ana)[-1], *pages, *reads(5, by=ana))


@pytest.mark.parametrize(
    "who",
    [
        the_service(),
        a_role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
        replace(a_user(), invoked_by="cloudformation.amazonaws.com"),
    ],
)
def test_what_aws_does_is_silent(who):
    events = [an_event("ListSecrets", by=who), *reads(12, by=who)]

    assert judge(events[-1], *events) is None


def test_steps_of_rotations_do_not_count():
    role = a_role("rotate", "rotate-db")
    listing, steps = an_event("ListSecrets", by=role), reads(12, by=role)
    marked = [replace(sighting_of(step), rotating=True) for step in steps]
    started = a_service_event("RotationStarted", secret=steps[-1].secret, after_s=-1)
    unmarked = Baseline(by_principal=sightings([listing, *steps]), on_secret=sightings([started]))

    assert judge_seen(listing, Trail.of([sighting_of(listing), *marked])) is None
    assert DETECTION.evaluate(steps[-1], unmarked) == Wait(LATENESS)
    assert DETECTION.evaluate(steps[-1], replace(unmarked, settled=WAITED)) is None


# Reads by version


def test_reads_by_version_wait_a_minute_for_the_writes_that_would_explain_them():
    by_version, plain = reads(5, version_id="v-1"), reads(5, prefix="other")
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=sightings([LISTING, *by_version]))
    mixed = Baseline(maturity=Maturity.MATURE, by_principal=sightings([LISTING, *by_version, *plain]))

    assert DETECTION.evaluate(by_version[-1], baseline) == Wait(WRITES_COME)
    assert DETECTION.evaluate(LISTING, baseline) == Wait(WRITES_COME)
    assert isinstance(DETECTION.evaluate(by_version[-1], replace(baseline, settled=WAITED)), Match)
    assert DETECTION.evaluate(by_version[-1], mixed) == Wait(WRITES_COME)


def test_what_is_certain_is_told_at_once_and_judged_again_for_the_rest():
    by_version, plain = reads(5, version_id="v-1"), reads(5, prefix="other")
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=sightings([LISTING, *by_version, *plain]))

    first = DETECTION.evaluate(plain[-1], baseline)
    then = DETECTION.evaluate(plain[-1], replace(baseline, settled=WAITED))

    assert isinstance(first, Match)
    assert isinstance(then, Match)
    assert (first.severity, first.again, len(first.secrets or ())) == (Severity.MEDIUM, WRITES_COME, 5)
    assert (then.severity, then.again, len(then.secrets or ())) == (Severity.HIGH, None, 10)


@pytest.mark.parametrize(("inherited", "fires"), [(4, True), (5, False), (9, False)])
def test_what_a_role_inherits_is_not_new_to_it(inherited, fires):
    some = reads(9)
    seen = [replace(sighting_of(event), inherited=n < inherited) for n, event in enumerate(some)]

    assert (judge_seen(some[-1], Trail.of([sighting_of(LISTING), *seen])) is not None) == fires


# What is told


def test_the_finding_holds_the_listings_and_the_reads_of_unknown_secrets_that_followed_one():
    unknown, known = reads(5), reads(3, start_s=2, prefix="known")
    looks = [an_event("DescribeSecret", secret=a_secret(f"looked/{n}"), after_s=6 + n) for n in range(5)]
    later = replace(LISTING, event_id="later", at=unknown[-1].at + timedelta(seconds=1))
    seen = Trail.of([*sightings([LISTING, *unknown, *looks, later]), *sightings(known, known=True)])

    found = judge_seen(unknown[0], seen)

    assert found is not None
    assert found.reason.endswith("read 5 distinct ones that it is not known to use")
    assert found.evidence is not None
    assert set(found.evidence.event_ids) == {LISTING.event_id, "later", *(read.event_id for read in unknown)}
    assert set(found.secrets or ()) == {read.secret for read in unknown}
    assert found.again is None
    assert judge_seen(known[0], seen) is None


def test_a_listing_that_aws_makes_on_somebodys_way_is_none_of_theirs():
    listing = replace(LISTING, principal=replace(LISTING.principal, invoked_by="cloudformation.amazonaws.com"))

    assert judge(reads(5)[-1], listing, *reads(5)) is None


def test_all_plain_reads_are_not_judged_again():
    (finding, *more), waits = detect(reads(5)[-1], Baseline(by_principal=sightings([LISTING, *reads(5)])), (DETECTION,))

    assert (finding.severity, more, waits) == (Severity.MEDIUM, [], ())
