"""Many values overwritten at once are one loud finding; what fills new secrets and what rotates them is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from nightlatch.detections.many_overwritten import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import (
    AT,
    WAITED,
    a_label_event,
    a_role,
    a_secret,
    a_user,
    an_event,
    sightings,
    the_service,
)
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity, Reader
from nightlatch.domain.judging.findings import Finding, Remedy, Severity, State, fold
from nightlatch.domain.judging.rules import Match, Wait, detect
from nightlatch.domain.secret.versions import CURRENT, PENDING

MINUTE, DAY = 60, 86_400
READERS = (Reader(a_role("app").key, AT),)


def put(name: str = "prod/db", *, after_s: float = 0, suffix: str | None = "AbCdEf", **more) -> SecretEvent:
    version = more.pop("version_id", f"v-{name}-{after_s}")
    secret = a_secret(name, suffix=suffix)
    return an_event("PutSecretValue", secret=secret, after_s=after_s, version_id=version, **more)


def create(name: str = "prod/db", *, after_s: float = -60, **more) -> SecretEvent:
    return an_event("CreateSecret", secret=a_secret(name), after_s=after_s, version_id=f"c-{name}", **more)


def several(count: int, *, apart_s: float = 1, **more) -> list[SecretEvent]:
    return [put(f"prod/{n}", after_s=n * apart_s, **more) for n in range(count)]


def around(event: SecretEvent, seen: Sequence[SecretEvent], *, known: bool = False, **more) -> Baseline:
    """Give what is known around an event among these, as history would."""
    mine = [one for one in seen if one.principal == event.principal and abs(one.at - event.at) <= timedelta(days=1)]
    about = sightings(seen).about(event.secret) if event.secret else sightings(seen)
    made = about.named("CreateSecret")
    defaults = {"maturity": Maturity.MATURE, "readers": READERS, "settled": WAITED}
    return Baseline(
        **{"by_principal": sightings(mine, known=known), "on_secret": about, "creations": made, **defaults, **more}
    )


def judge(seen: Sequence[SecretEvent], event: SecretEvent | None = None, **more) -> Match | Wait | None:
    event = event or seen[-1]
    return DETECTION.evaluate(event, around(event, seen, **more))


def judge_all(arrived: Sequence[SecretEvent]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for count, event in enumerate(arrived, start=1):
        if event.name != "CreateSecret":
            seen = list({one.event_id: one for one in arrived[:count]}.values())
            found.extend(detect(event, around(event, seen), (DETECTION,))[0])
    return fold(tuple(found))


@pytest.mark.parametrize(
    ("count", "apart_s", "known", "fires"),
    [
        (3, 15 * MINUTE, False, True),
        (3, 15 * MINUTE + 1, False, False),
        (2, 1, False, False),
        (19, 1, True, False),
        (20, 1, True, True),
        (20, 95, True, False),
    ],
)
def test_three_by_an_unknown_writer_or_twenty_by_anybody_within_half_an_hour(count, apart_s, known, fires):
    assert isinstance(judge(several(count, apart_s=apart_s), known=known), Match) == fires


def test_every_order_and_every_repetition_comes_to_one_finding():
    events = several(4, apart_s=MINUTE)

    outcomes = {judge_all([*order, order[0]]) for order in permutations(events)}

    assert len({(found[0].event_ids, found[0].secrets) for found in outcomes}) == 1
    assert {(len(found), found[0].severity) for found in outcomes} == {(1, Severity.CRITICAL)}


def test_one_secret_by_all_its_names_is_one():
    events = [put("prod/0"), put("prod/0", suffix=None, after_s=1), put("prod/0", after_s=2), put("prod/1", after_s=3)]

    assert judge(events) is None
    assert isinstance(judge([*events, put("prod/2", after_s=4)]), Match)


def test_the_finding_counts_what_it_says_and_can_be_rolled_back():
    (found,) = judge_all(several(3, by=a_user("mallory")))

    assert found.title.startswith("mallory (IAM user) overwrote the values of 3 secrets (prod/0, prod/1, prod/2)")
    assert found.reason.startswith("new values for 3 distinct secrets within 30 minutes, 3 of them")
    assert found.remedy is Remedy.ROLL_BACK


@pytest.mark.parametrize(
    "other",
    [
        put("prod/9", request={"versionStages": [PENDING]}),
        put("prod/9", request={"versionStages": ["blue"]}),
        put("prod/9", failure=Failure("AccessDenied")),
        an_event("UpdateSecret", secret=a_secret("prod/9"), request={"description": "orders"}),
        an_event("UpdateSecretVersionStage", secret=a_secret("prod/9"), request={"versionStage": CURRENT}),
    ],
    ids=["pending", "custom label", "refused", "description", "moved"],
)
def test_what_makes_no_new_version_current_overwrites_nothing(other):
    assert judge([other, *several(2)]) is None
    assert judge([*several(3), other], other) is None


def test_an_update_that_shows_its_version_counts_and_so_does_a_label_named_current():
    update = an_event("UpdateSecret", secret=a_secret("prod/9"), version_id="v-9")
    labelled = put("prod/8", request={"versionStages": [CURRENT]})

    assert isinstance(judge([labelled, put("prod/0"), update]), Match)


# What is new, and who made it


def test_the_first_value_of_a_secret_just_created_is_no_overwrite_and_the_second_is():
    names = [f"prod/{n}" for n in range(25)]
    made = [create(name, after_s=-60) for name in names]
    first = [put(name, after_s=n) for n, name in enumerate(names)]
    second = [put(name, after_s=100 + n) for n, name in enumerate(names)]

    assert judge([*made, *first]) is None
    assert isinstance(judge([*made, *first, *second]), Match)
    assert judge([*made[:19], *first[:19], *second[:19]]) is None


def test_who_made_a_secret_is_no_unknown_writer_of_it():
    made = [create(f"prod/{n}", after_s=-20 * DAY) for n in range(19)]

    assert judge([*made, *several(19)]) is None
    assert isinstance(
        judge([create(f"prod/{n}", by=a_role("stack"), after_s=-20 * DAY) for n in range(19)] + several(19)), Match
    )


def test_filling_what_others_have_just_created_is_silent_until_it_has_a_value():
    made = [create(f"prod/{n}", by=a_role("stack"), after_s=-600) for n in range(3)]
    filled = [a_label_event(a_secret(f"prod/{n}"), version_id=f"c-prod/{n}", after_s=-599) for n in range(3)]

    assert judge([*made, *several(3)]) is None
    assert isinstance(judge([*made, *filled, *several(3)]), Match)
    assert isinstance(judge([*(replace(one, at=AT - timedelta(hours=2)) for one in made), *several(3)]), Match)


def test_a_first_value_by_another_than_the_maker_waits_for_an_earlier_one_that_may_be_late():
    by_another, by_maker = create("prod/0", by=a_role("stack"), after_s=-600), create("prod/0", after_s=-600)

    assert judge([by_another, put("prod/0")], settled=None) == Wait(LATENESS)
    assert judge([by_another, put("prod/0")]) is None
    assert judge([by_maker, put("prod/0")], settled=None) is None


def test_a_secret_of_which_nothing_is_known_may_be_new_and_is_waited_for():
    nobody = {"readers": ()}
    earlier = put("prod/2", after_s=-DAY, by=a_role("deploy"))

    assert judge(several(3), settled=None, **nobody) == Wait(LATENESS)
    assert isinstance(judge(several(3), **nobody), Match)
    assert isinstance(judge([earlier, *several(3)], settled=None, **nobody), Match)


@pytest.mark.parametrize(("count", "known", "waits"), [(1, False, True), (1, True, False), (2, True, True)])
def test_where_a_late_write_could_make_it_too_many_it_is_judged_again(count, known, waits):
    assert judge(several(count), known=known, settled=None) == (Wait(LATENESS) if waits else None)
    assert judge(several(count), known=known) is None


@pytest.mark.parametrize(("late_s", "waits"), [(0, True), (30 * MINUTE - 1, True), (30 * MINUTE, False)])
def test_it_is_judged_again_until_all_that_its_half_hour_may_hold_has_had_its_time(late_s, *, waits: bool):
    verdict = judge(several(1), settled=AT + timedelta(seconds=late_s))

    assert verdict == (Wait(timedelta(minutes=45)) if waits else None)


def test_what_is_too_many_is_told_at_once():
    assert isinstance(judge(several(3), settled=None), Match)


def test_a_creation_that_arrives_late_explains_it():
    made = [create(f"prod/{n}", after_s=-1) for n in range(3)]

    assert judge([*several(3), *made], several(3)[-1], readers=()) is None


# Who does not count, and when


def test_services_of_aws_are_silent_and_calls_on_somebodys_way_are_theirs():
    on_the_way = replace(a_role("ops"), invoked_by="cloudformation.amazonaws.com")

    assert judge(several(3, by=the_service())) is None
    assert isinstance(judge(several(3, by=on_the_way)), Match)


def test_our_own_writes_are_no_evidence():
    seen = Trail.of([*sightings(several(2)), replace(sighting_of(put("prod/9")), own=True)])

    assert judge(several(2), by_principal=seen) is None


@pytest.mark.parametrize(
    ("count", "maturity", "state"),
    [
        (3, Maturity.MATURE, State.OPEN),
        (3, Maturity.NONE, State.OPEN),
        (19, Maturity.LEARNING, State.LEARNING),
        (20, Maturity.LEARNING, State.OPEN),
    ],
)
def test_without_history_a_burst_is_told_and_while_it_is_young_a_large_one(count, maturity, state):
    events = several(count)

    (found,) = detect(events[-1], around(events[-1], events, maturity=maturity), (DETECTION,))[0]

    assert found.state is state


@pytest.mark.parametrize(
    ("maturity", "said"),
    [
        (Maturity.NONE, "with no history to compare"),
        (Maturity.LEARNING, "that it is not yet known to write, for nightlatch is still learning (14 days)"),
        (Maturity.MATURE, "that it is not known to write"),
    ],
)
def test_it_says_what_the_writer_was_compared_with(maturity, said):
    assert judge(several(3), maturity=maturity).reason.endswith(said)  # type: ignore[union-attr]


def test_forty_rotations_of_one_function_are_silent():
    rotator = a_role("rotate-db-role", "rotate-db")

    assert judge(several(40, by=rotator, request={"versionStages": [PENDING]})) is None


def test_an_event_that_names_no_secret_is_silent():
    assert DETECTION.evaluate(an_event("PutSecretValue"), Baseline()) is None


def test_updates_are_read_like_puts():
    updates = [replace(put, name="UpdateSecret") for put in several(3)]

    assert [finding.severity for finding in judge_all(updates)] == [Severity.CRITICAL]
