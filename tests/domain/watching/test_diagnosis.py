"""A doctor's line says how something stands and, where it is not well, the command that mends it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.beats import LATE_AFTER, SILENT_AFTER, Pulse
from nightlatch.domain.watching.diagnosis import (
    FunctionSeen,
    Names,
    QueueSeen,
    Verdict,
    of_functions,
    of_heartbeat,
    of_queues,
    of_rings,
    of_rules,
    of_subscriptions,
    of_trails,
)
from nightlatch.domain.watching.paths import AlarmSeen, Expected, Paths, SubscriptionSeen, TrailSeen
from nightlatch.domain.watching.rule_faults import RuleSeen, TargetSeen
from nightlatch.domain.watching.stack_alarms import ring_of
from nightlatch.domain.watching.stack_rules import (
    ALL_EVENTS,
    CHANGES,
    DISABLED,
    ENABLED,
    READS,
    RuleWanted,
    TargetWanted,
)

LANE, OTHER = "arn:aws:sqs:eu-west-1:111122223333:reads", "arn:aws:sqs:eu-west-1:111122223333:changes"
HOMES = {"ReadsQueue": LANE, "ChangesQueue": OTHER}
NAMES = Names(stack="nightlatch", topic="arn:aws:sns:eu-west-1:111122223333:topic", heartbeat="heart")
SAME = '"$(aws events describe-rule --name reads --query EventPattern --output text)"'
PATTERN = {"names": ["Get", "List"]}
PUT_BACK = (  # a plain deployment compares templates, and not with what is there
    "aws cloudformation create-change-set --stack-name nightlatch --change-set-name put-back --use-previous-template "
    "--parameters file://parameters.json --capabilities CAPABILITY_IAM --deployment-mode REVERT_DRIFT"
)
TICKS = TargetWanted(id="changes-lane", part="ChangesQueue", given='{"tick": 1}')
EXPECTED = Expected(
    rules=(
        RuleWanted(logical_id="ReadsRule", pattern=PATTERN, state=ALL_EVENTS, targets=(READS,)),
        RuleWanted(logical_id="ChangesRule", pattern=PATTERN, targets=(CHANGES,), is_optional=True),
        RuleWanted(logical_id="TickRule", schedule="rate(1 minute)", targets=(TICKS,), is_optional=True),
    )
)
RULE = RuleSeen(
    logical_id="ReadsRule", name="reads", state=ALL_EVENTS, pattern=PATTERN, targets=(TargetSeen(arn=LANE),)
)
CHANGE = replace(RULE, logical_id="ChangesRule", name="changes", state=ENABLED, targets=(TargetSeen(arn=OTHER),))
TICK = RuleSeen(
    logical_id="TickRule",
    name="tick",
    state=ENABLED,
    schedule="rate(1 minute)",
    targets=(TargetSeen(arn=OTHER, given='{"tick": 1}'),),
)


def of(*rules):
    return list(of_rules(Paths(rules=rules, homes=HOMES), EXPECTED, NAMES))


def fixes(lines):
    return [line.fix for line in lines if line.verdict is not Verdict.OK]


@pytest.mark.parametrize(
    ("rule", "fix"),
    [
        (
            replace(RULE, state="ENABLED"),
            f"aws events put-rule --name reads --state {ALL_EVENTS} --event-pattern {SAME}",
        ),
        (
            replace(RULE, state="DISABLED"),
            f"aws events put-rule --name reads --state {ALL_EVENTS} --event-pattern {SAME}",
        ),
        (
            replace(RULE, state="ENABLED", pattern={"names": ["Get"]}),
            f"aws events put-rule --name reads --state {ALL_EVENTS} --event-pattern '{json.dumps(PATTERN)}'",
        ),
        (
            replace(RULE, pattern={**PATTERN, "mine": []}),
            f"aws events put-rule --name reads --state {ALL_EVENTS} --event-pattern '{json.dumps(PATTERN)}'",
        ),
        (
            replace(RULE, targets=()),
            f"""aws events put-targets --rule reads --targets '[{{"Id": "reads-lane", "Arn": "{LANE}"}}]'""",
        ),
        (replace(RULE, state=None), PUT_BACK),
        (
            replace(RULE, targets=(*RULE.targets, TargetSeen(arn="arn:aws:sqs:eu-west-1:999988887777:x"))),
            "aws events list-targets-by-rule --rule reads",
        ),
    ],
    ids=["plain", "disabled", "narrowed", "narrowed besides", "no target", "gone", "a stranger"],
)
def test_a_rule_of_reads_is_mended_by_its_own_command(rule, fix):
    assert fixes(of(rule)) == [fix]


def test_another_rule_is_enabled_again_and_gets_its_lane_and_both_at_once():
    disabled = replace(CHANGE, state=DISABLED)
    bare = replace(CHANGE, targets=())
    target = f"""aws events put-targets --rule changes --targets '[{{"Id": "changes-lane", "Arn": "{OTHER}"}}]'"""

    assert fixes(of(RULE, disabled)) == ["aws events enable-rule --name changes"]
    assert fixes(of(RULE, bare)) == [target]
    assert fixes(of(RULE, replace(bare, state=DISABLED))) == [f"aws events enable-rule --name changes && {target}"]


def test_a_schedule_and_its_constant_are_put_back_as_they_were():
    late, garbled = replace(TICK, schedule="rate(7 days)"), replace(TICK, targets=(TargetSeen(arn=OTHER),))
    given = json.dumps([{"Id": "changes-lane", "Arn": OTHER, "Input": '{"tick": 1}'}])

    assert fixes(of(RULE, late)) == [
        "aws events put-rule --name tick --state ENABLED --schedule-expression 'rate(1 minute)'"
    ]
    assert fixes(of(RULE, garbled)) == [f"aws events put-targets --rule tick --targets '{given}'"]


def test_a_target_that_is_whole_is_left_alone():
    both = RuleWanted(logical_id="ReadsRule", pattern=PATTERN, targets=(READS, CHANGES))
    half = replace(RULE, state=ENABLED)

    [line] = of_rules(Paths(rules=(half,), homes=HOMES), Expected(rules=(both,)), NAMES)

    assert OTHER in line.fix
    assert LANE not in line.fix


def test_a_rule_that_the_stack_has_not_is_a_line_of_its_own():
    [line] = of()

    assert (line.about, line.said) == ("rule ReadsRule", "the stack has no ReadsRule")
    assert line.fix == "sam deploy --stack-name nightlatch"


def test_whole_rules_are_well():
    assert [line.verdict for line in of(RULE, CHANGE, TICK)] == [Verdict.OK] * 3


def test_rules_that_may_not_be_looked_at_are_not_called_well():
    assert list(of_rules(Paths(), EXPECTED, NAMES)) == []


PULSE = AlarmSeen(logical_id="ChangesPulseAlarm", name="nl-pulse", ring=ring_of("ChangesPulseAlarm"))


def test_an_alarm_that_was_rewritten_is_put_back_and_of_others_nothing_is_said_here():
    lifted = replace(PULSE, ring=replace(PULSE.ring, threshold=0))

    [line] = of_rings(Paths(alarms=(lifted,)), NAMES)

    assert (line.about, line.verdict, line.fix) == ("alarm nl-pulse", Verdict.FAIL, PUT_BACK)
    for other in (PULSE, replace(PULSE, ring=None), replace(PULSE, is_acting=False), replace(PULSE, tells=False)):
        assert list(of_rings(Paths(alarms=(other,)), NAMES)) == []
    assert list(of_rings(Paths(), NAMES)) == []


@pytest.mark.parametrize(
    ("trails", "fix"),
    [
        ((), "aws cloudtrail create-trail --name management"),
        ((TrailSeen(name="main", is_logging=False),), "aws cloudtrail start-logging --name main"),
        (
            (TrailSeen(name="main", is_logging=True, losses=(Loss.READS,)),),
            "aws cloudtrail put-event-selectors --trail-name main",
        ),
    ],
)
def test_a_trail_is_begun_started_or_widened(trails, fix):
    [found] = fixes(of_trails(Paths(trails=trails)))

    assert found.startswith(fix)


def test_a_trail_that_may_not_be_looked_at_is_not_called_well():
    assert list(of_trails(Paths(trails=None))) == []


def test_a_subscription_or_a_rule_that_could_not_be_looked_at_is_not_called_well_nor_broken():
    [line] = of_subscriptions(Paths(subscriptions=(SubscriptionSeen(name="sqs:a-b", has_filter=None),)), NAMES)
    unseen = Paths(unseen=frozenset({"rule:nightlatch-reads", "events"}))

    assert line.verdict is Verdict.UNSEEN
    assert [*of_rules(unseen, EXPECTED, NAMES)] == []


def test_a_topic_that_nobody_hears_is_a_fault_and_a_filter_is_worth_a_look():
    [nobody, pending] = of_subscriptions(
        Paths(subscriptions=(SubscriptionSeen(name="email:PendingConfirmation", is_confirmed=False),)), NAMES
    )
    [filtered] = of_subscriptions(Paths(subscriptions=(SubscriptionSeen(name="sqs:a-b", has_filter=True),)), NAMES)

    assert (nobody.verdict, pending.verdict, filtered.verdict) == (Verdict.FAIL, Verdict.WARN, Verdict.WARN)
    assert f"--subscription-arn {NAMES.topic}:a-b " in filtered.fix


@pytest.mark.parametrize(
    ("pulse", "verdict"),
    [
        (Pulse(), Verdict.FAIL),
        (Pulse(since=AT), Verdict.WARN),
        (Pulse(since=AT - SILENT_AFTER), Verdict.FAIL),
        (Pulse(since=AT, arrived_at=AT, lag=timedelta(seconds=9)), Verdict.OK),
        (Pulse(since=AT, arrived_at=AT, lag=LATE_AFTER), Verdict.WARN),
        (Pulse(since=AT, arrived_at=AT - SILENT_AFTER), Verdict.FAIL),
    ],
    ids=["never sent", "on its way", "never came", "well", "late", "silent"],
)
def test_the_heartbeat_is_judged_by_its_age_and_its_lag(pulse, verdict):
    line = of_heartbeat(pulse, NAMES, AT)

    assert line.verdict is verdict
    assert (line.fix != "") is (verdict is Verdict.FAIL)


def test_dead_letters_are_redriven_and_a_waiting_queue_is_not():
    dead = QueueSeen(name="dead", arn="arn:dead", waiting=3, is_for_dead_letters=True)

    assert fixes(of_queues([dead])) == ["aws sqs start-message-move-task --source-arn arn:dead"]
    assert fixes(of_queues([replace(dead, is_for_dead_letters=False), replace(dead, waiting=0)])) == []


@pytest.mark.parametrize(
    ("seen", "verdict", "fix"),
    [
        ({"reserved": 0}, Verdict.FAIL, "aws lambda delete-function-concurrency --function-name f"),
        ({"state": "Failed"}, Verdict.FAIL, ""),
        ({"errors": 2}, Verdict.WARN, "aws logs tail /nightlatch/f --since 1h --filter-pattern ERROR"),
        ({"reserved": 5}, Verdict.OK, ""),
        ({"state": "Inactive"}, Verdict.OK, ""),
    ],
)
def test_a_function_may_run_and_runs_well_or_it_is_said(seen, verdict, fix):
    one = FunctionSeen(**{"name": "f", "log_group": "/nightlatch/f", "state": "Active", **seen})

    [line] = of_functions([one])

    assert (line.verdict, line.fix) == (verdict, fix)
