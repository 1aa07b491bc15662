"""Whoever undoes nightlatch twice within a day is told once, whatever the order of the records; one change is none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from nightlatch.detections.contested import DETECTION
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.examples import WAITED, a_denial, a_role, a_secret, an_event
from nightlatch.domain.history.sightings import Sighting, sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Finding, Severity, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

DAY_MIN = 24 * 60
GUARD = {"Sid": "NightlatchNoForceDelete", "Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret"}
OTHER_DENY = {"Effect": "Deny", "Principal": {"AWS": "999988887777"}, "Action": "secretsmanager:*"}


def a_call(name: str, minute: float, *statements: object, **more) -> SecretEvent:
    policy = {"resourcePolicy": json.dumps({"Statement": list(statements)})} if name == "PutResourcePolicy" else {}
    more.setdefault("by", a_role("external-secrets"))
    return an_event(name, after_s=60 * minute, request=policy, **{"secret": a_secret(), **more})


def ours(name: str, minute: float, *statements: object, **more) -> Sighting:
    by = a_role("nightlatch-ResponderRole")
    return replace(sighting_of(a_call(name, minute, *statements, by=by, **more)), own=True)


def judge(event: SecretEvent, *before: Sighting | SecretEvent, settled=WAITED) -> Match | Wait | None:
    known = [one if isinstance(one, Sighting) else sighting_of(one) for one in (*before, event)]
    return DETECTION.evaluate(event, Baseline(on_secret=Trail.of(known), settled=settled))


def rounds(*minutes: float) -> list[Sighting]:
    """The guard is put by us, and its policy deleted five minutes later."""
    return [
        call
        for minute in minutes
        for call in (
            ours("PutResourcePolicy", minute, GUARD),
            sighting_of(a_call("DeleteResourcePolicy", minute + 5)),
        )
    ]


def finding(event: SecretEvent, *before: Sighting) -> Finding:
    baseline = Baseline(on_secret=Trail.of([*before, sighting_of(event)]), settled=WAITED)
    (found,), _ = detect(event, baseline, [DETECTION])
    return found


def test_the_second_undoing_is_told_with_who_did_it_and_how_often():
    found = finding(a_call("DeleteResourcePolicy", 65), *rounds(0), ours("PutResourcePolicy", 60, GUARD))

    assert found.severity is Severity.CRITICAL
    assert "external-secrets" in found.title
    assert "undoes what nightlatch does to secret prod/db" in found.title
    assert "undone 2 times within 24 hours" in found.reason
    assert "another controller owns" in found.reason
    assert found.count == 2


def test_a_long_conflict_stays_one_finding_though_its_rounds_are_hours_apart():
    said = [
        finding(a_call("DeleteResourcePolicy", 180 * n + 5), *rounds(*range(0, 180 * n, 180)), own)
        for n in (1, 2, 3)
        for own in (ours("PutResourcePolicy", 180 * n, GUARD),)
    ]

    (one,) = fold(tuple(said))

    assert one.count == 4


@pytest.mark.parametrize(("apart_min", "told"), [(DAY_MIN, True), (DAY_MIN + 1, False)])
def test_a_conflict_is_of_one_day(apart_min, told):
    event = a_call("DeleteResourcePolicy", apart_min)

    found = judge(event, *rounds(0), ours("PutResourcePolicy", apart_min - 1, GUARD))

    assert isinstance(found, Match) is told


def test_a_round_counts_only_where_ours_came_just_before():
    twice = [ours("PutResourcePolicy", 0, GUARD), sighting_of(a_call("DeleteResourcePolicy", 5))]

    assert judge(a_call("DeleteResourcePolicy", 6), *twice) is None
    assert judge(a_call("PutResourcePolicy", 6), *rounds(-60), *twice) is None


def test_what_keeps_our_denials_undoes_nothing_whatever_else_it_says():
    begun = [*rounds(-60), ours("PutResourcePolicy", 0, GUARD)]

    assert judge(a_call("PutResourcePolicy", 5, OTHER_DENY, GUARD), *begun) is None
    assert isinstance(judge(a_call("PutResourcePolicy", 5, OTHER_DENY), *begun), Match)


def test_taking_a_guard_away_ourselves_is_nothing_that_others_undo():
    removed = [ours("DeleteResourcePolicy", minute) for minute in (0, 60)]

    assert judge(a_call("PutResourcePolicy", 65), *removed, a_call("PutResourcePolicy", 5)) is None
    assert (
        judge(a_call("DeleteResourcePolicy", 65), *rounds(-60), ours("PutResourcePolicy", 1, GUARD), *removed) is None
    )


def test_deleting_what_was_restored_is_a_conflict_too_and_not_mixed_with_policies():
    restored = [ours("RestoreSecret", minute) for minute in (1, 11)]
    deleted = [a_call("DeleteSecret", minute) for minute in (0, 10, 20)]

    assert isinstance(judge(deleted[2], *deleted[:2], *restored), Match)
    assert judge(deleted[1], deleted[0], restored[0], *rounds(-60)) is None


def test_refused_calls_and_other_secrets_are_no_rounds():
    begun = [*rounds(-60), ours("PutResourcePolicy", 0, GUARD)]
    refused = a_call("DeleteResourcePolicy", 5, failure=a_denial("DeleteResourcePolicy", "prod/db"))

    assert judge(refused, *begun) is None
    assert judge(a_call("DeleteResourcePolicy", 5, secret=a_secret("prod/api")), *begun) is None
    assert judge(replace(a_call("DeleteResourcePolicy", 5), secrets=()), *begun) is None
    failed_before = [replace(call, succeeded=call.own) for call in rounds(-60)]
    assert judge(a_call("DeleteResourcePolicy", 5), *failed_before, ours("PutResourcePolicy", 0, GUARD)) is None


def test_our_own_call_may_come_late_so_it_is_judged_again():
    event = a_call("DeleteResourcePolicy", 5)

    assert judge(event, ours("PutResourcePolicy", 0, GUARD), settled=None) == Wait(LATENESS)
    assert judge(event, settled=None) is None
    assert judge(event, *rounds(-2 * DAY_MIN), settled=None) is None


def test_the_order_in_which_records_come_changes_nothing():
    event = a_call("DeleteResourcePolicy", 65)
    known: Sequence[Sighting] = [*rounds(0), ours("PutResourcePolicy", 60, GUARD)]

    found = {finding(event, *order) for order in permutations(known)}

    assert len(found) == 1


def test_a_policy_may_be_put_once_and_deleted_the_other_time():
    begun = [ours("PutResourcePolicy", minute, GUARD) for minute in (0, 60)]

    assert isinstance(judge(a_call("DeleteResourcePolicy", 65), *begun, a_call("PutResourcePolicy", 5)), Match)
    assert isinstance(judge(a_call("PutResourcePolicy", 65), *begun, a_call("DeleteResourcePolicy", 5)), Match)


def test_a_person_who_restores_as_well_undoes_nothing():
    calls = [a_call("DeleteSecret", 0), ours("RestoreSecret", 1), a_call("RestoreSecret", 2), ours("RestoreSecret", 4)]

    assert judge(a_call("DeleteSecret", 5), *calls) is None


def test_a_refused_call_is_not_judged_again():
    refused = a_call("DeleteResourcePolicy", 5, failure=a_denial("DeleteResourcePolicy", "prod/db"))

    assert judge(refused, ours("PutResourcePolicy", 0, GUARD), settled=None) is None


def test_our_answer_comes_behind_what_it_answers_though_both_are_of_one_second():
    """Names of events decide nothing: in either order of their ids the second deletion is the second round."""
    for ids in (("a", "b"), ("b", "a")):
        deleted = a_call("DeleteResourcePolicy", 5, event_id=ids[0])
        healed = replace(ours("PutResourcePolicy", 5, GUARD), event_id=ids[1])

        found = judge(a_call("DeleteResourcePolicy", 65), ours("PutResourcePolicy", 0, GUARD), deleted, healed)

        assert isinstance(found, Match), ids
