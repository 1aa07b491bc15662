"""Who takes a value and then the secret is told once, whichever of the two records arrives first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from nightlatch.detections.read_then_deleted import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import ACCOUNT, REGION, WAITED, a_role, a_secret, an_event, sightings
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Remedy, Severity, State, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

DAY_S = 86_400
PARTIAL = secret_ref(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db", account_id=ACCOUNT, region=REGION)


def read(secret=None, *, after_s: float = -60, **more) -> SecretEvent:
    return an_event(secret=secret or a_secret(), after_s=after_s, **more)


def delete(secret=None, *, after_s: float = 0, **more) -> SecretEvent:
    return an_event("DeleteSecret", secret=secret or a_secret(), after_s=after_s, **more)


def judge(event: SecretEvent, *others: SecretEvent, settled=None) -> Match | Wait | None:
    return DETECTION.evaluate(event, Baseline(by_principal=sightings([event, *others]), settled=settled))


def judge_all(arrived: Sequence[SecretEvent], maturity: Maturity = Maturity.MATURE) -> tuple[Finding, ...]:
    """Judge each event as it arrives, with what has arrived until then."""
    found: list[Finding] = []
    for count, event in enumerate(arrived, start=1):
        baseline = Baseline(
            maturity=maturity, by_principal=sightings({e.event_id: e for e in arrived[:count]}.values())
        )
        found.extend(detect(event, baseline, (DETECTION,))[0])
    return fold(tuple(found))


@pytest.mark.parametrize("read_as", [a_secret(), a_secret(suffix=None), PARTIAL], ids=["full", "name", "partial"])
@pytest.mark.parametrize("deleted_as", [a_secret(), a_secret(suffix=None), PARTIAL], ids=["full", "name", "partial"])
def test_the_secret_is_the_same_however_it_is_called(read_as, deleted_as):
    assert isinstance(judge(delete(deleted_as), read(read_as)), Match)


@pytest.mark.parametrize(("before_s", "fires"), [(0, True), (1, True), (DAY_S, True), (DAY_S + 1, False), (-1, False)])
def test_the_read_lies_within_a_day_before_the_deletion(before_s, fires):
    assert isinstance(judge(delete(), read(after_s=-before_s)), Match) == fires
    assert isinstance(judge(read(after_s=-before_s), delete()), Match) == fires


def test_every_order_and_every_repetition_comes_to_one_finding():
    events = [read(after_s=-90), read(a_secret(suffix=None), after_s=-60), delete()]
    outcomes = {judge_all([*order, order[0]]) for order in permutations(events)}

    assert {len(found) for found in outcomes} == {1}
    assert {found[0].severity for found in outcomes} == {Severity.CRITICAL}
    assert {found[0].event_ids for found in outcomes} == {tuple(sorted(e.event_id for e in events))}


@pytest.mark.parametrize("why", ["known", "read_back", "own"])
def test_a_read_that_is_explained_does_not_count(why):
    explained = replace(sighting_of(read()), **{why: True})
    seen = Trail.of([explained, sighting_of(delete())])

    assert DETECTION.evaluate(delete(), Baseline(by_principal=seen)) is None
    assert DETECTION.evaluate(read(), Baseline(by_principal=seen)) is None


def test_a_read_that_does_not_count_is_no_news_beside_one_that_does():
    mine = replace(sighting_of(read(after_s=-30)), read_back=True)
    seen = Trail.of([mine, sighting_of(read()), sighting_of(delete())])

    assert DETECTION.evaluate(read(after_s=-30), Baseline(by_principal=seen)) is None
    assert isinstance(DETECTION.evaluate(read(), Baseline(by_principal=seen)), Match)


def test_what_aws_refused_was_neither_taken_nor_destroyed():
    assert judge(delete(), read(failure=Failure("AccessDenied"))) is None
    assert judge(delete(failure=Failure("InvalidRequestException")), read()) is None
    assert judge(read(), delete(failure=Failure("InvalidRequestException"))) is None


def test_a_read_by_version_waits_for_the_write_that_would_make_it_a_read_back():
    by_version = read(version_id="v-1")

    assert judge(delete(), by_version) == Wait(LATENESS)
    assert isinstance(judge(delete(), by_version, settled=WAITED), Match)
    assert isinstance(judge(delete(), by_version, read(after_s=-30)), Match)


def test_another_secret_or_no_record_of_the_event_itself_is_silent():
    assert judge(delete(), read(a_secret("prod/api"))) is None
    assert judge(read()) is None
    assert DETECTION.evaluate(delete(), Baseline()) is None
    assert DETECTION.evaluate(read(), Baseline(by_principal=sightings([delete()]))) is None
    assert judge(an_event("DeleteSecret"), read()) is None


@pytest.mark.parametrize(
    ("flag", "remedy"),
    [(None, Remedy.RESTORE), ("false", Remedy.RESTORE), ("true", Remedy.RESURRECT), (True, Remedy.RESURRECT)],
)
def test_a_deletion_is_taken_back_as_far_as_it_went_and_only_by_its_own_event(flag, remedy):
    deletion = delete(request={"forceDeleteWithoutRecovery": flag})
    found, late = judge(deletion, read()), judge(read(), deletion)

    assert isinstance(found, Match)
    assert isinstance(late, Match)
    assert (found.remedy, late.remedy) == (remedy, None)


@pytest.mark.parametrize(
    ("maturity", "state"),
    [(Maturity.MATURE, State.OPEN), (Maturity.NONE, State.OPEN), (Maturity.LEARNING, State.LEARNING)],
)
def test_a_sequence_needs_no_history_and_is_only_recorded_while_pairs_are_learnt(maturity, state):
    (found,) = judge_all([read(), delete()], maturity)

    assert found.state is state


def test_ten_secrets_read_and_deleted_are_one_finding_with_all_of_them():
    names = [a_secret(f"prod/{n}", suffix=f"AbCd{n:02}") for n in range(10)]
    by = a_role("backup")
    reads = [read(one, after_s=n, by=by) for n, one in enumerate(names)]
    deletions = [delete(one, after_s=180 + n, by=by) for n, one in enumerate(names)]

    (found,) = judge_all([*reads, *deletions])

    assert len(found.secrets) == 10
    assert found.count == 20
    assert found.title.startswith("backup (role")


def test_who_deletes_what_they_only_inherited_is_told():
    """A deployment reads what the one before it read; it does not delete it."""
    taken, gone = read(), delete()
    seen = Trail.of([replace(sighting_of(taken), inherited=True), sighting_of(gone)])

    assert isinstance(DETECTION.evaluate(gone, Baseline(maturity=Maturity.MATURE, by_principal=seen)), Match)


@pytest.mark.parametrize(("others", "said"), [(0, "read once"), (1, "read 2 times"), (2, "read 3 times")])
def test_it_says_how_often_it_was_read(others, said):
    found = judge(delete(), read(), *(read(after_s=-70 - n) for n in range(others)))

    assert isinstance(found, Match)
    assert found.reason == f"{said}, and deleted within a day of that"


def test_the_deletions_of_this_secret_after_the_read_are_the_ones_that_count():
    """Each would tell by itself had the read come first (ruling 2)."""
    before, another = delete(after_s=-7_200), delete(a_secret("prod/api"), after_s=-30)
    first, again, late = delete(), delete(after_s=30), read(after_s=-60)

    found = judge(late, before, another, first, again)

    assert isinstance(found, Match)
    assert found.evidence is not None
    assert set(found.evidence.event_ids) == {late.event_id, first.event_id, again.event_id}


def test_a_deletion_is_judged_by_itself():
    taken, first, again = read(after_s=-60), delete(), delete(after_s=30)

    found = judge(first, taken, again)

    assert isinstance(found, Match)
    assert found.evidence is not None
    assert set(found.evidence.event_ids) == {taken.event_id, first.event_id}


def test_our_own_deletion_is_no_evidence():
    ours = replace(sighting_of(delete()), own=True)
    seen = Trail.of([sighting_of(read()), ours])

    assert DETECTION.evaluate(delete(), Baseline(by_principal=seen)) is None
    assert DETECTION.evaluate(read(), Baseline(by_principal=seen)) is None


def test_a_read_of_no_named_secret_was_of_none():
    nameless = replace(read(), secrets=())

    assert judge(nameless, delete()) is None
