"""A rollback goes to another version that exists and never lies; a pin touches no label but ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_state, a_version
from nightlatch.domain.errors import NightlatchError, NothingToRestore, Refused, WorldMoved
from nightlatch.domain.history.examples import AT
from nightlatch.domain.recovering.pins import MOST_PINS, pin_label, plan_pin
from nightlatch.domain.recovering.rollbacks import plan_rollback
from nightlatch.domain.secret.versions import CURRENT, LABEL_LIMIT, PENDING, PREVIOUS, SecretState, Version

OURS = [f"nightlatch/2026030{n}T090000Z-0000000{n}" for n in range(1, 6)]
LABELS = [CURRENT, PREVIOUS, PENDING, "golden", *OURS]


@st.composite
def secrets(draw):
    """Any secret: each label on one of its versions or on none."""
    ids = [f"v{n}" for n in range(draw(st.integers(1, 5)))]
    bearers = {label: draw(st.sampled_from([None, *ids])) for label in LABELS}
    return a_state(*(a_version(i, *(label for label, bearer in bearers.items() if bearer == i)) for i in ids))


@given(secret=secrets(), to=st.sampled_from([None, "v0", "v1", "v2", "v9"]))
def test_a_rollback_never_picks_the_current_version_nor_one_that_is_gone(secret, to):
    try:
        plan = plan_rollback(secret, to=to)
    except NightlatchError:
        return

    assert plan.to != plan.away_from
    assert plan.away_from == secret.current.id
    assert secret.version(plan.to) is not None


@given(secret=secrets(), budget=st.integers(0, 30))
def test_a_pin_plan_drops_only_our_labels_and_keeps_within_the_limit(secret, budget):
    plan = plan_pin(secret, budget=budget, now=AT)
    if plan is None:
        return

    labels = [label for version in secret.versions for label in version.labels]
    dropped = [label for _, label in plan.drop]
    assert all(label in secret.version(version_id).pins for version_id, label in plan.drop)
    assert plan.label not in labels
    assert len(labels) - len(dropped) + 1 <= LABEL_LIMIT
    assert sum(label.startswith("nightlatch/") for label in labels) - len(dropped) + 1 <= min(budget, MOST_PINS)
    assert PREVIOUS in secret.version(plan.version_id).labels


def test_the_version_that_was_current_before_is_chosen():
    plan = plan_rollback(a_state())

    assert (plan.away_from, plan.to) == ("v2", "v1")


def test_a_secret_that_was_rolled_back_is_not_rolled_back_to_the_bad_value_by_guessing():
    old = replace(a_version("v1", CURRENT), created_at=AT)
    secret = a_state(old, replace(a_version("v2", PREVIOUS), created_at=AT + timedelta(hours=1)))

    with pytest.raises(NothingToRestore, match="rolled back already; say which version you want: --to"):
        plan_rollback(secret)
    assert plan_rollback(secret, to="v2").to == "v2"
    assert plan_rollback(secret, away_from="v1").to == "v2"


def test_without_a_previous_version_the_newest_pin_is_chosen():
    secret = a_state(
        a_version("v1", OURS[0]), a_version("v2", OURS[2]), a_version("v3", OURS[1]), a_version("v4", CURRENT)
    )

    assert plan_rollback(secret).to == "v2"


def test_an_unlabelled_version_is_chosen_only_by_name():
    secret = a_state(a_version("v1"), a_version("v2", CURRENT))

    assert plan_rollback(secret, to="v1").to == "v1"
    with pytest.raises(NothingToRestore, match="no earlier version"):
        plan_rollback(secret)


def test_a_rollback_from_a_version_that_is_no_longer_current_is_refused():
    with pytest.raises(WorldMoved, match="v1 is no longer current, v2 is"):
        plan_rollback(a_state(), away_from="v1")


def test_a_rollback_to_the_current_version_is_refused():
    with pytest.raises(NothingToRestore, match="already current"):
        plan_rollback(a_state(), to="v2")


def test_a_rollback_to_a_version_that_was_collected_is_refused():
    with pytest.raises(NothingToRestore, match="no longer exists"):
        plan_rollback(a_state(), to="v9")


def test_a_secret_without_a_current_version_is_not_rolled_back():
    with pytest.raises(NothingToRestore, match="no current version"):
        plan_rollback(a_state(a_version("v1")))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"owning_service": "rds"}, "managed by rds"),
        ({"is_replica": True}, "replica"),
        ({"deleted_at": AT}, "scheduled for deletion"),
    ],
)
def test_a_secret_that_is_not_ours_to_change_is_refused(changes, why):
    with pytest.raises(Refused, match=why):
        plan_rollback(a_state(**changes))

    assert plan_pin(a_state(**changes), budget=12, now=AT) is None


def test_a_version_whose_key_is_disabled_is_refused():
    secret = a_state(
        a_version("v1", PREVIOUS, key_id="key-1"), a_version("v2", CURRENT), unusable_keys=frozenset({"key-1"})
    )

    with pytest.raises(Refused, match="key-1"):
        plan_rollback(secret)


@pytest.mark.parametrize(
    ("secret", "warning"),
    [
        (a_state(rotation_enabled=True), "rotation is on"),
        (a_state(a_version("v1", PREVIOUS), a_version("v2", CURRENT), a_version("v3", PENDING)), "in progress"),
        (a_state(a_version("v1", PREVIOUS, key_id="old"), a_version("v2", CURRENT), key_id="new"), "another key"),
    ],
)
def test_what_may_hurt_is_said_before(secret, warning):
    (said,) = plan_rollback(secret).warnings

    assert warning in said


def test_a_way_back_passes_over_what_the_same_hand_made():
    quick = at_hours(a_version("good"), a_version("bad1", PREVIOUS), a_version("bad2", CURRENT))
    older, good = a_version("older", OURS[0]), a_version("good")
    kept = at_hours(older, good, a_version("bad1", PREVIOUS), a_version("bad2", CURRENT))
    nothing = at_hours(a_version("bad1", PREVIOUS), a_version("bad2", CURRENT))

    for secret in (quick, kept):
        assert plan_rollback(secret, away_from="bad2", avoid=("bad1",)).to == "good"
    with pytest.raises(NothingToRestore, match="but those that the same hand made"):
        plan_rollback(nothing, away_from="bad2", avoid=("bad1",))


def test_an_ordinary_rollback_warns_of_nothing():
    assert plan_rollback(a_state()).warnings == ()


def test_a_pin_is_named_by_time_and_version():
    plan = plan_pin(a_state(a_version("1a2b3c4d-0000", PREVIOUS), a_version("v2", CURRENT)), budget=12, now=AT)

    assert plan is not None
    assert plan.label == pin_label("1a2b3c4d-0000", AT) == "nightlatch/20260302T090000Z-1a2b3c4d"
    assert plan.drop == ()


def at_hours(*versions: Version) -> SecretState:
    """Versions in the order in which they were made."""
    return a_state(*(replace(v, created_at=AT + timedelta(hours=n)) for n, v in enumerate(versions)))


@pytest.mark.parametrize(("by", "kept"), [("v1", "good"), ("v2", "v1"), ("v3", "v2"), ("gone", "v2"), (None, "v2")])
def test_of_quick_writes_each_keeps_the_version_that_it_superseded(by, kept):
    secret = at_hours(a_version("good"), a_version("v1"), a_version("v2", PREVIOUS), a_version("v3", CURRENT))

    plan = plan_pin(secret, budget=12, now=AT, by=by)

    assert plan is not None
    assert plan.version_id == kept


def test_a_version_that_waits_for_its_rotation_was_never_current_and_is_not_kept():
    secret = at_hours(a_version("good"), a_version("p", PENDING), a_version("v1", PREVIOUS), a_version("v2", CURRENT))

    plan = plan_pin(secret, budget=12, now=AT, by="v1")

    assert plan is not None
    assert plan.version_id == "good"


def test_a_move_back_keeps_the_version_that_was_left():
    secret = at_hours(a_version("v0"), a_version("v1", CURRENT), a_version("v2", PREVIOUS))

    plan = plan_pin(secret, budget=12, now=AT, by="v1")

    assert plan is not None
    assert plan.version_id == "v2"


def test_a_version_that_bears_a_pin_gets_no_second():
    secret = a_state(a_version("v1", PREVIOUS, OURS[0]), a_version("v2", CURRENT))

    assert plan_pin(secret, budget=12, now=AT + timedelta(days=1)) is None


def test_without_a_superseded_version_there_is_nothing_to_pin():
    assert plan_pin(a_state(a_version("v1", CURRENT)), budget=12, now=AT) is None


def test_a_full_budget_drops_the_oldest_of_ours():
    secret = a_state(
        a_version("v1", OURS[1]), a_version("v2", OURS[0]), a_version("v3", PREVIOUS), a_version("v4", CURRENT)
    )

    plan = plan_pin(secret, budget=2, now=AT)

    assert plan is not None
    assert plan.drop == (("v2", OURS[0]),)


def test_no_pin_is_planned_where_the_owners_labels_leave_no_room():
    theirs = [f"theirs-{n}" for n in range(LABEL_LIMIT - 2)]
    secret = a_state(a_version("v1", PREVIOUS, *theirs), a_version("v2", CURRENT))

    assert plan_pin(secret, budget=12, now=AT) is None
