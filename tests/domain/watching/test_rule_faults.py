"""A rule that differs from the template is told for each difference, and for nothing that does no harm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.watching.patterns import BESIDES
from nightlatch.domain.watching.rule_faults import RuleSeen, TargetSeen, differences
from nightlatch.domain.watching.stack_rules import (
    ALL_EVENTS,
    CHANGES,
    DISABLED,
    ENABLED,
    KEEPER,
    RuleWanted,
    TargetWanted,
)

LANE, KEPT = "arn:aws:sqs:eu-west-1:111122223333:lane", "arn:aws:sqs:eu-west-1:111122223333:keeper"
HOMES = {"ChangesQueue": LANE, "KeeperQueue": KEPT}
PATTERN = {"source": ["aws.x"], "detail": {"eventName": ["A", "B", "C", "D", "E"]}}
WANTED = RuleWanted(logical_id="ChangesRule", pattern=PATTERN, targets=(CHANGES, KEEPER))
WHOLE = RuleSeen(
    logical_id="ChangesRule",
    name="nl-changes",
    state=ENABLED,
    pattern=PATTERN,
    targets=(TargetSeen(arn=LANE), TargetSeen(arn=KEPT)),
)
EACH_MINUTE = RuleWanted(
    logical_id="TickRule",
    schedule="rate(1 minute)",
    targets=(TargetWanted(id="changes-lane", part="ChangesQueue", given='{"nightlatch": "tick"}'),),
)
TICK = RuleSeen(
    logical_id="TickRule",
    name="nl-tick",
    state=ENABLED,
    schedule="rate(1 minute)",
    targets=(TargetSeen(arn=LANE, given='{"nightlatch": "tick"}'),),
)
STRANGER = TargetSeen(arn="arn:aws:sqs:eu-west-1:999988887777:lane")


def told(rule, wanted=WANTED):
    return [(one.lost, one.said) for one in differences(rule, wanted, HOMES)]


def test_what_is_as_the_template_says_differs_in_nothing():
    assert told(WHOLE) == []
    assert told(TICK, EACH_MINUTE) == []
    assert told(replace(WHOLE, state=ALL_EVENTS)) == []
    assert told(replace(WHOLE, state=ALL_EVENTS), replace(WANTED, state=ALL_EVENTS)) == []


def test_an_arn_of_another_partition_is_the_same_part():
    china = tuple(replace(one, arn=one.arn.replace("arn:aws:", "arn:aws-cn:")) for one in WHOLE.targets)

    assert told(replace(WHOLE, targets=china)) == []


def test_of_a_rule_that_is_gone_nothing_else_is_said():
    assert told(RuleSeen(logical_id="ChangesRule", name="nl-changes")) == [(("gone",), "is gone")]


@pytest.mark.parametrize(
    ("state", "wanted", "lost"),
    [
        (DISABLED, ENABLED, [(DISABLED,)]),
        (DISABLED, ALL_EVENTS, [(DISABLED,)]),
        (ENABLED, ALL_EVENTS, [(ENABLED,)]),
        (ENABLED, ENABLED, []),
    ],
)
def test_a_state_that_keeps_events_away_is_told(state, wanted, lost):
    assert [keys for keys, _ in told(replace(WHOLE, state=state), replace(WANTED, state=wanted))] == lost


def test_each_name_that_is_lost_is_lost_by_itself_and_a_few_are_said():
    narrowed = {**PATTERN, "detail": {"eventName": ["C"]}}

    [(lost, said)] = told(replace(WHOLE, pattern=narrowed))

    assert lost == ("lets A", "lets B", "lets D", "lets E")
    assert said == "no longer lets A, B, D and 1 more through"


def test_what_a_pattern_asks_for_besides_is_never_repeated():
    [(lost, said)] = told(replace(WHOLE, pattern={**PATTERN, "secret-words": ["x"]}))

    assert (lost, said) == (("asks",), "asks for more than it should, and so lets less through")
    assert BESIDES == ""


def test_a_rule_that_has_no_pattern_any_more_lets_less_through_and_rings_by_itself():
    lost = [keys for keys, _ in told(replace(WHOLE, pattern=None, schedule="rate(1 day)"))]

    assert lost == [("schedule",), ("asks",)]
    assert told(replace(WHOLE, schedule="rate(1 day)")) == [(("schedule",), "has got a schedule")]


@pytest.mark.parametrize("schedule", ["rate(30 days)", ""])
def test_a_schedule_that_was_changed_is_told_by_what_it_was(schedule):
    assert told(replace(TICK, schedule=schedule), EACH_MINUTE) == [
        (("schedule",), "no longer keeps its schedule rate(1 minute)")
    ]


@pytest.mark.parametrize(
    ("targets", "lost"),
    [
        ((), [("target ChangesQueue", "target KeeperQueue")]),
        (WHOLE.targets[:1], [("target KeeperQueue",)]),
        (WHOLE.targets[1:], [("target ChangesQueue",)]),
        ((replace(WHOLE.targets[0], given=None), WHOLE.targets[1]), [("given ChangesQueue",)]),
        ((WHOLE.targets[0], replace(WHOLE.targets[1], given="{}")), [("given KeeperQueue",)]),
        ((*WHOLE.targets, replace(WHOLE.targets[0], given="x")), [("given ChangesQueue",)]),
    ],
    ids=["none", "without the keeper's", "without the lane", "made of the event", "a constant", "twice"],
)
def test_one_of_two_targets_does_not_stand_for_the_other(targets, lost):
    assert [keys for keys, _ in told(replace(WHOLE, targets=targets))] == lost


def test_a_tick_without_its_constant_is_no_tick():
    assert told(replace(TICK, targets=(TargetSeen(arn=LANE),)), EACH_MINUTE) == [
        (("given ChangesQueue",), "hands something else to ChangesQueue than what it should")
    ]


def test_a_lane_that_was_swapped_for_a_strangers_is_lost_and_the_stranger_is_counted_not_named():
    swapped = replace(WHOLE, targets=(STRANGER, WHOLE.targets[1]))

    [(lane, said_of_lane), (strangers, said)] = told(swapped)

    assert (lane, said_of_lane) == (("target ChangesQueue",), "hands nothing to ChangesQueue")
    assert said == "hands its events to 1 target that the template has not"
    assert len(strangers) == 1
    assert STRANGER.arn not in strangers[0]


def test_each_stranger_is_another_one():
    other = replace(STRANGER, arn=STRANGER.arn.replace("9999", "8888"))

    [(one, _)] = told(replace(WHOLE, targets=(*WHOLE.targets, STRANGER)))
    [(two, said)] = told(replace(WHOLE, targets=(*WHOLE.targets, STRANGER, other, other)))

    assert {*one} < {*two}
    assert said == "hands its events to 2 targets that the template has not"


def test_one_difference_hides_no_other():
    all_at_once = replace(
        WHOLE, state=DISABLED, pattern={"source": [], "mine": []}, schedule="rate(1 day)", targets=(STRANGER,)
    )

    lost = [key.split(" ")[0] for keys, _ in told(all_at_once) for key in keys]

    assert lost == [DISABLED, "schedule", "lets", "asks", "target", "target", "stranger"]


def test_where_a_part_is_not_known_it_is_not_taken_for_reached():
    assert [keys for one in differences(WHOLE, WANTED, {}) for keys in one.lost][:2] == [
        "target ChangesQueue",
        "target KeeperQueue",
    ]
