"""Ordinary work moves AWSCURRENT all day and is silent; what a hand does to labels is told, worst when hidden."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from nightlatch.detections.current_moved import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.history.examples import (
    WAITED,
    a_label_event,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
    sightings,
    the_service,
)
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Finding, Remedy, Severity, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

SECRET = a_secret()
MINUTE, DAY = 60, 86_400
ROTATOR = a_role("rotator", "rotate-db")
PIN = "nightlatch/20260301T090000Z-1a2b3c4d"


def put(version: str, *, after_s: float = 0, by: Principal | None = None, stages: object = None) -> SecretEvent:
    request = {"versionStages": stages} if stages else None
    return an_event("PutSecretValue", secret=SECRET, by=by, after_s=after_s, request=request, version_id=version)


def move(
    to: str | None, *, after_s: float = 0, by: Principal | None = None, label: str = "AWSCURRENT", **more
) -> SecretEvent:
    request = {"versionStage": label, **({"moveToVersionId": to} if to else {}), **more}
    return an_event("UpdateSecretVersionStage", secret=SECRET, by=by, after_s=after_s, request=request, version_id=to)


FIRST = put("v-1", by=a_role("deploy"), after_s=-3 * DAY)
STARTED = a_service_event("RotationStarted", secret=SECRET, after_s=-9)


def judge(event: SecretEvent, *others: SecretEvent, **more) -> Match | Wait | None:
    seen = {e.event_id: e for e in (*others, event)}
    trail = sightings(seen.values())
    return DETECTION.evaluate(event, Baseline(on_secret=trail, creations=trail.named("CreateSecret"), **more))


def judge_all(arrived: list[SecretEvent]) -> tuple[Finding, ...]:
    """Judge each event with what had arrived by then, and the waiting ones again at the end."""
    found: list[Finding] = []
    for count, event in enumerate(arrived, start=1):
        findings, waits = detect(event, Baseline(on_secret=sightings(arrived[:count])), (DETECTION,))
        found.extend(findings)
        if waits:
            found.extend(detect(event, Baseline(on_secret=sightings(arrived), settled=WAITED), (DETECTION,))[0])
    return fold(tuple(found))


# Ordinary work


@pytest.mark.parametrize(
    "event",
    [
        put("v-2"),
        put("v-2", stages=["AWSCURRENT"]),
        put("v-2", stages=["AWSPENDING"]),
        an_event("UpdateSecret", secret=SECRET, version_id="v-2"),
        an_event("UpdateSecret", secret=SECRET, request={"description": "orders"}),
        move("v-2", by=the_service()),
        move("v-2", label="AWSPENDING"),
    ],
)
def test_an_ordinary_write_is_silent(event):
    assert judge(event, FIRST) is None
    assert judge(event, FIRST, settled=WAITED) is None


def test_a_native_event_waits_for_its_call_and_for_what_shows_an_older_version():
    label = a_label_event(SECRET, version_id="v-2")

    assert judge(label, FIRST) == Wait(LATENESS)
    assert judge(label, FIRST, settled=WAITED) is None
    assert judge(label, put("v-2"), FIRST) is None


def test_a_whole_rotation_is_silent_in_every_order():
    rotation = [
        STARTED,
        put("v-2", by=ROTATOR, after_s=-6, stages=["AWSPENDING"]),
        move("v-2", by=ROTATOR, after_s=-2, removeFromVersionId="v-1"),
        a_label_event(SECRET, version_id="v-2", after_s=-2),
        a_service_event("RotationSucceeded", secret=SECRET, after_s=-1),
    ]

    assert [judge_all([FIRST, *order]) for order in permutations(rotation)] == [()] * 120


def test_the_registered_function_may_end_a_rotation_whose_first_steps_were_not_seen():
    functions = Inventory(rotation_functions=frozenset({"rotate-db"}))
    finish = move("v-2", by=ROTATOR)

    assert judge(finish, STARTED, inventory=functions) == Wait(LATENESS)
    assert judge(finish, STARTED, inventory=functions, settled=WAITED) is None
    assert isinstance(judge(finish, STARTED, settled=WAITED), Match)


def test_a_session_that_only_bears_the_functions_name_ends_no_rotation():
    functions = Inventory(rotation_functions=frozenset({"rotate-db"}))
    before = [
        put("v-0", by=ROTATOR, after_s=-90_000, stages=["AWSPENDING"]),
        a_service_event("RotationSucceeded", secret=SECRET, after_s=-89_990),
    ]
    known = {"inventory": functions, "settled": WAITED}

    assert judge(move("v-2", by=ROTATOR), *before, STARTED, **known) is None
    assert isinstance(judge(move("v-2", by=a_role("stolen", "rotate-db")), *before, STARTED, **known), Match)


def test_a_rotation_excuses_only_the_one_who_runs_it():
    pending = put("v-2", by=ROTATOR, after_s=-6, stages=["AWSPENDING"])

    assert isinstance(judge(move("v-2", by=a_user("mallory")), FIRST, STARTED, pending), Match)


# Moved by hand


@pytest.mark.parametrize("by", [a_user("mallory"), a_person("mallory"), a_role("app")])
def test_going_back_to_an_older_version_is_told_at_once(by):
    found = judge(move("v-1", by=by), FIRST, put("v-2", after_s=-DAY))

    assert isinstance(found, Match)
    assert "current before" in found.reason
    assert found.severity is None


def test_an_older_version_is_known_from_its_label_event_too():
    label = a_label_event(SECRET, version_id="v-1", after_s=-DAY)

    assert "current before" in judge(move("v-1"), label).reason  # type: ignore[union-attr]


def test_the_label_event_of_the_move_itself_does_not_make_it_a_way_back():
    label = a_label_event(SECRET, version_id="v-2", after_s=-1)

    assert "current before" not in judge(move("v-2"), label).reason  # type: ignore[union-attr]


def test_only_a_move_that_may_be_a_rotation_waits():
    assert judge(move("v-2", by=a_role("app")), FIRST) == Wait(LATENESS)
    assert isinstance(judge(move("v-2", by=a_role("app")), FIRST, settled=WAITED), Match)
    assert isinstance(judge(move("v-2", by=a_user("mallory")), FIRST), Match)
    assert isinstance(judge(move("v-2", by=a_person("mallory")), FIRST), Match)


def test_a_refused_move_moved_nothing():
    request = {"versionStage": PIN, "moveToVersionId": "v-1"}
    refused = an_event(
        "UpdateSecretVersionStage", secret=SECRET, request=request, failure=Failure("InvalidParameterException")
    )

    assert judge(refused, FIRST) is None


def test_a_move_of_no_named_secret_cannot_be_judged():
    nameless = replace(move("v-1", by=a_user("mallory")), secrets=())

    assert DETECTION.evaluate(nameless, Baseline()) is None


# There and back


def flip(*, gap_s: float = 5 * MINUTE, back_by: str = "mallory") -> list[SecretEvent]:
    return [
        FIRST,
        put("v-2", by=a_user("mallory"), after_s=-gap_s),
        move("v-1", by=a_user(back_by), removeFromVersionId="v-2"),
    ]


def test_there_and_back_is_critical_and_the_same_in_every_order():
    known, *calls = flip()
    outcomes = [judge_all([known, *order]) for order in permutations([*calls, *calls])]

    assert {f.severity for findings in outcomes for f in findings} == {Severity.CRITICAL}
    assert len({(f.id, f.event_ids) for (f,) in outcomes}) == 1


def test_an_update_that_does_not_show_its_version_is_seen_there_and_back_by_its_native_event():
    update = an_event("UpdateSecret", secret=SECRET, by=a_user("mallory"), after_s=-5 * MINUTE)
    label = a_label_event(SECRET, version_id="v-2", after_s=-5 * MINUTE + 1)
    calls = [update, label, move("v-1", by=a_user("mallory"), removeFromVersionId="v-2")]
    outcomes = [judge_all([FIRST, *order]) for order in permutations(calls)]

    assert {f.severity for findings in outcomes for f in findings} == {Severity.CRITICAL}
    assert {f.event_ids for (f,) in outcomes} == {tuple(sorted((update.event_id, calls[2].event_id)))}


def test_an_update_of_the_description_beside_the_label_of_another_write_is_no_flip():
    update = an_event("UpdateSecret", secret=SECRET, by=a_user("mallory"), after_s=-5 * MINUTE)
    theirs = put("v-2", by=a_role("deploy"), after_s=-5 * MINUTE + 1)
    label = a_label_event(SECRET, version_id="v-2", after_s=-5 * MINUTE + 2)
    back = move("v-1", by=a_user("mallory"), removeFromVersionId="v-2")

    for known in ([update], [update, theirs], [update, theirs, label]):
        assert [f.severity for f in judge_all([FIRST, *known, back])] == [Severity.HIGH]


def test_there_and_back_names_both_calls_and_is_judged_again_for_a_move_between_them():
    first, planted, back = flip()

    found = judge(planted, first, back)

    assert isinstance(found, Match)
    assert found.evidence is not None
    assert set(found.evidence.event_ids) == {planted.event_id, back.event_id}
    assert found.again == LATENESS


@pytest.mark.parametrize(("gap_s", "severity"), [(15 * MINUTE, Severity.CRITICAL), (15 * MINUTE + 1, Severity.HIGH)])
def test_a_quarter_of_an_hour_makes_the_difference(gap_s, severity):
    assert [f.severity for f in judge_all(flip(gap_s=gap_s))] == [severity]


@pytest.mark.parametrize(
    ("gap_s", "back_by", "remedy"),
    [
        (3 * 60 * MINUTE, "mallory", None),
        (DAY, "mallory", None),
        (DAY + 1, "mallory", Remedy.ROLL_BACK),
        (3 * 60 * MINUTE, "eve", Remedy.ROLL_BACK),  # who takes an older value up again may be the thief
    ],
)
def test_nobody_is_offered_to_go_back_to_what_one_hand_served_for_hours_and_took_back(gap_s, back_by, remedy):
    (found,) = judge_all(flip(gap_s=gap_s, back_by=back_by))

    assert (found.severity, found.remedy) == (Severity.HIGH, remedy)
    assert ("do not roll back" in found.reason) is (remedy is None)


def test_a_way_back_of_hours_is_judged_again_for_a_late_move_between():
    first, planted, back = flip(gap_s=180 * MINUTE)

    found = judge(back, first, planted)

    assert isinstance(found, Match)
    assert found.again == LATENESS


def test_our_own_write_that_somebody_takes_back_leaves_the_offer():
    first, planted, back = flip(gap_s=180 * MINUTE)
    trail = Trail.of(replace(s, own=s.event_id == planted.event_id) for s in sightings([first, planted, back]))

    found = DETECTION.evaluate(back, Baseline(on_secret=trail))

    assert isinstance(found, Match)
    assert found.remedy is Remedy.ROLL_BACK


def test_somebody_else_who_takes_it_back_is_only_a_move():
    assert [f.severity for f in judge_all(flip(back_by="ana"))] == [Severity.HIGH]


def test_labels_moved_by_hand_there_and_back_are_worse_whoever_does_which():
    there = move("v-2", by=a_user("mallory"), after_s=-MINUTE, removeFromVersionId="v-1")
    back = move("v-1", by=a_user("eve"), removeFromVersionId="v-2")

    moved, finding = sorted(judge_all([there, back]), key=lambda found: found.severity.rank)

    assert moved.severity is Severity.HIGH  # told when only the first was seen
    assert finding.severity is Severity.CRITICAL
    assert finding.title.startswith("AWSCURRENT of secret prod/db went to another version and back")
    assert "by user/mallory, then by user/eve" in finding.reason


def test_the_records_alone_show_there_and_back():
    """No history knows the version that was current; that it was is said by the two moves themselves."""
    there = put("v-2", by=a_user("mallory"), after_s=-MINUTE)
    back = move("v-1", by=a_user("mallory"), removeFromVersionId="v-2")
    hidden = put("v-1", by=a_user("mallory"), after_s=-30, stages=["AWSPENDING"])

    assert [f.severity for f in judge_all([there, back])] == [Severity.CRITICAL]
    assert judge(there, hidden, back) is None  # to a version written in between: no way back


def test_our_own_way_back_is_a_rescue():
    first, planted, back = flip()
    trail = Trail.of(replace(s, own=s.event_id == back.event_id) for s in sightings([first, planted, back]))

    assert DETECTION.evaluate(planted, Baseline(on_secret=trail)) is None


@pytest.mark.parametrize(("stages", "severity"), [(["AWSCURRENT"], Severity.CRITICAL), (["AWSPENDING"], Severity.HIGH)])
def test_only_what_was_served_was_there(stages, severity):
    planted = put("v-2", by=a_user("mallory"), after_s=-MINUTE, stages=stages)

    assert [f.severity for f in judge_all([FIRST, planted, move("v-1", by=a_user("mallory"))])] == [severity]


def test_two_writes_in_a_row_are_no_flip():
    assert judge_all([FIRST, put("v-2", after_s=-MINUTE), put("v-3")]) == ()


def test_creating_a_secret_and_rotating_it_by_script_is_no_flip():
    made = an_event("CreateSecret", secret=SECRET, after_s=-MINUTE, version_id="v-1")
    pending = put("v-2", after_s=-30, stages=["AWSPENDING"])

    assert [f.severity for f in judge_all([made, pending, move("v-2")])] == [Severity.HIGH]


# Other labels


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (move("v-1", label=PIN), "added a label of nightlatch"),
        (move("v-1", label=PIN, removeFromVersionId="v-0"), "moved a label of nightlatch"),
        (move(None, label=PIN, removeFromVersionId="v-1"), "took away a label of nightlatch"),
        (put("v-2", stages=["AWSCURRENT", PIN]), "gave a new version a label of nightlatch"),
        (move("v-1", label="AWSPREVIOUS"), "added AWSPREVIOUS"),
        (put("v-2", stages=["AWSCURRENT", "AWSPREVIOUS"]), "gave a new version AWSPREVIOUS"),
        (put("v-2", stages=["blue"]), "not current"),
        (put("v-2", stages="blue"), "not current"),
        (put("v-2", stages=["AWSCURRENT", "blue"]), "gave a new version a custom label"),
        (move("v-1", label="blue"), "added a custom label"),
    ],
)
def test_a_label_that_ordinary_work_leaves_alone_is_told(event, said):
    found = judge(event, FIRST)

    assert isinstance(found, Match)
    assert said in found.reason
    assert "blue" not in found.reason
    assert PIN not in found.reason


def test_a_secret_being_created_may_bear_labels_but_not_ours():
    made = an_event("CreateSecret", secret=SECRET, after_s=-MINUTE)
    by_another = an_event("CreateSecret", secret=SECRET, by=a_user("ben"), after_s=-MINUTE)
    long_ago = an_event("CreateSecret", secret=SECRET, after_s=-61 * MINUTE)

    assert judge(put("v-2", stages=["AWSCURRENT", "blue"]), made) is None
    assert isinstance(judge(put("v-2", stages=["AWSCURRENT", "blue"]), by_another, long_ago), Match)
    assert isinstance(judge(put("v-2", stages=["AWSCURRENT", PIN]), made), Match)


# The native event


def test_a_way_back_that_no_seen_call_made_is_told_for_the_secret_after_a_wait():
    label = a_label_event(SECRET, version_id="v-1")
    seen = [FIRST, put("v-2", after_s=-MINUTE)]

    found = judge(label, *seen, settled=WAITED)

    assert judge(label, *seen) == Wait(LATENESS)
    assert isinstance(found, Match)
    assert found.subject == f"secret:{SECRET.keys[0]}"


@pytest.mark.parametrize(
    "call",
    [
        move("v-1", after_s=-1),
        move("v-1", after_s=14 * MINUTE),
        a_service_event("RotationStarted", secret=SECRET, after_s=-9),
        a_service_event("ReplicationSucceeded", secret=SECRET, after_s=-2),
    ],
)
def test_a_native_event_whose_call_is_known_is_silent(call):
    label = a_label_event(SECRET, version_id="v-1")

    assert judge(label, FIRST, put("v-2", after_s=-MINUTE), call, settled=WAITED) is None


def test_a_native_event_with_no_call_at_all_is_another_rules_matter():
    assert judge(a_label_event(SECRET, version_id="v-1"), FIRST, settled=WAITED) is None


def test_a_native_event_of_a_custom_label_is_silent():
    label = a_label_event(SECRET, version_id="v-1", label=PIN)

    assert judge(label, FIRST, put("v-2", after_s=-MINUTE), settled=WAITED) is None


# What is told


def test_there_and_back_by_one_hand_is_a_matter_of_that_hand_and_by_two_of_the_secret():
    by_one, by_two = flip(), flip()
    by_two[1:] = [move("v-2", by=a_user("mallory"), after_s=-MINUTE), move("v-1", by=a_user("eve"))]

    one, two = judge(by_one[2], *by_one), judge(by_two[2], *by_two)

    assert isinstance(one, Match)
    assert isinstance(two, Match)
    assert (one.subject, two.subject) == (None, f"secret:{SECRET.keys[0]}")
    assert one.headline == "{who} made another version of {secrets} current and took it back {span}"
    assert one.reason.startswith("made current and taken back within 15 minutes: do not roll back")


def test_a_value_planted_by_an_update_and_taken_back_is_there_and_back():
    planted = an_event("UpdateSecret", secret=SECRET, by=a_user("mallory"), after_s=-MINUTE, version_id="v-2")
    back = move("v-1", by=a_user("mallory"), removeFromVersionId="v-2")

    (finding,), _ = detect(planted, Baseline(on_secret=sightings([FIRST, planted, back])), (DETECTION,))

    assert finding.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("event", "again"),
    [(move("v-1"), LATENESS), (move("v-3"), LATENESS), (a_label_event(SECRET, version_id="v-1"), None)],
    ids=["back", "by hand", "native"],
)
def test_a_move_of_the_current_version_can_be_rolled_back(event, again):
    found = judge(event, FIRST, put("v-2", by=a_role("deploy"), after_s=-MINUTE), settled=WAITED)

    assert isinstance(found, Match)
    assert (found.remedy, found.again) == (Remedy.ROLL_BACK, again)
