"""A doctor's line says how something stands and, where it is not well, the command that mends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.event.events import EventName
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
    of_rules,
    of_subscriptions,
    of_trails,
)
from nightlatch.domain.watching.paths import (
    ALL_EVENTS,
    DISABLED,
    Expected,
    Paths,
    RuleSeen,
    SubscriptionSeen,
    TrailSeen,
)
from nightlatch.domain.watching.patterns import Pattern

SECRETS = "secretsmanager.amazonaws.com"
LANE, OTHER = "arn:aws:sqs:eu-west-1:111122223333:reads", "arn:aws:sqs:eu-west-1:111122223333:changes"
NAMES = Names(
    stack="nightlatch",
    topic="arn:aws:sns:eu-west-1:111122223333:topic",
    lanes={"reads": LANE, "changes": OTHER},
    reads_rules=frozenset({"reads"}),
    heartbeat="heart",
)
SAME = '"$(aws events describe-rule --name reads --query EventPattern --output text)"'
READS = RuleSeen(
    name="reads",
    state=ALL_EVENTS,
    pattern=Pattern(sources=frozenset({SECRETS}), names=frozenset({"GetSecretValue"})),
    targets=(LANE,),
)
EXPECTED = Expected(
    events=frozenset({EventName(source=SECRETS, name="GetSecretValue")}), lanes=frozenset({LANE, OTHER})
)


def fixes(lines):
    return [line.fix for line in lines if line.verdict is not Verdict.OK]


@pytest.mark.parametrize(
    ("rule", "fix"),
    [
        (
            replace(READS, state="ENABLED"),
            f"aws events put-rule --name reads --state {ALL_EVENTS} --event-pattern {SAME}",
        ),
        (replace(READS, targets=()), f"aws events put-targets --rule reads --targets Id=lane,Arn={LANE}"),
        (replace(READS, state=None), "sam deploy --stack-name nightlatch"),
    ],
    ids=["plain", "no target", "gone"],
)
def test_a_rule_of_reads_is_mended_by_its_own_command(rule, fix):
    assert fixes(of_rules(Paths(rules=(rule,)), EXPECTED, NAMES))[0] == fix


def test_another_rule_is_enabled_again_and_gets_the_other_lane():
    changes = replace(READS, name="changes", state=DISABLED, targets=(OTHER,))

    [line, *_] = of_rules(Paths(rules=(changes,)), EXPECTED, NAMES)
    [bare, *_] = of_rules(Paths(rules=(replace(changes, targets=()),)), EXPECTED, NAMES)

    assert line.fix == "aws events enable-rule --name changes"
    assert bare.fix.endswith(f"Arn={OTHER}")


def test_whole_rules_are_well():
    assert [line.verdict for line in of_rules(Paths(rules=(READS,)), EXPECTED, NAMES)] == [Verdict.OK]


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
