"""Each broken path is one fault that says which; whole paths, and what the operator never had, are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.event.events import EventName
from nightlatch.domain.watching.paths import (
    ALL_EVENTS,
    Expected,
    Paths,
    RuleSeen,
    SubscriptionSeen,
    TrailSeen,
    faults,
    hearing,
)
from nightlatch.domain.watching.patterns import Pattern

LANE = "arn:aws:sqs:eu-west-1:111122223333:nightlatch-lane"
SECRETS = "secretsmanager.amazonaws.com"
READ, DELETE = EventName(source=SECRETS, name="GetSecretValue"), EventName(source=SECRETS, name="DeleteSecret")
READS = RuleSeen(
    name="nightlatch-reads",
    state=ALL_EVENTS,
    pattern=Pattern(sources=frozenset({SECRETS}), names=frozenset({"GetSecretValue"})),
    targets=(LANE,),
)
CHANGES = replace(
    READS,
    name="nightlatch-changes",
    state="ENABLED",
    pattern=Pattern(sources=frozenset({SECRETS}), names=frozenset({"DeleteSecret"})),
)
TICK = RuleSeen(name="nightlatch-tick", state="ENABLED", targets=(LANE,))
TRAIL = TrailSeen(name="main", is_logging=True)
EMAIL, PAGER = SubscriptionSeen(name="email:1"), SubscriptionSeen(name="https:2")
WHOLE = Paths(rules=(READS, CHANGES, TICK), trails=(TRAIL,), subscriptions=(EMAIL, PAGER))
WANTED = Expected(events=frozenset({READ, DELETE}), lanes=frozenset({LANE}), subscriptions=("email:1", "https:2"))


def why(paths, wanted=WANTED):
    return [fault.why for fault in faults(paths, wanted)]


def test_whole_paths_have_no_fault():
    assert why(WHOLE) == []


def test_the_reads_rule_at_plain_enabled_loses_reads():
    assert why(replace(WHOLE, rules=(replace(READS, state="ENABLED"), CHANGES, TICK))) == [
        "no rule lets GetSecretValue of secretsmanager.amazonaws.com through; a state or a pattern was changed"
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (replace(CHANGES, state=None), "the rule nightlatch-changes is gone"),
        (replace(CHANGES, state="DISABLED"), "the rule nightlatch-changes is disabled"),
        (replace(CHANGES, targets=()), "the rule nightlatch-changes has no target"),
        (
            replace(CHANGES, targets=("arn:aws:sqs:eu-west-1:999988887777:theirs",)),
            "the rule nightlatch-changes hands its events to no lane of nightlatch",
        ),
    ],
)
def test_a_broken_rule_is_one_fault_and_not_each_of_its_events_another(rule, said):
    assert why(replace(WHOLE, rules=(READS, rule, TICK))) == [said]


def test_a_schedule_needs_a_target_and_no_lane():
    elsewhere = replace(TICK, targets=("arn:aws:lambda:eu-west-1:111122223333:function:auditor",))

    assert why(replace(WHOLE, rules=(READS, CHANGES, elsewhere))) == []
    assert why(replace(WHOLE, rules=(READS, CHANGES, replace(TICK, targets=())))) == [
        "the rule nightlatch-tick has no target"
    ]


def test_many_lost_names_are_counted():
    many = frozenset(EventName(source=SECRETS, name=f"Put{n}") for n in range(5))

    [said] = why(WHOLE, replace(WANTED, events=many))

    assert said.startswith("no rule lets Put0, Put1, Put2 and 2 more of secretsmanager.amazonaws.com through;")


@pytest.mark.parametrize(
    ("trails", "said"),
    [
        ((), ["no trail records this Region at all"]),
        ((replace(TRAIL, is_logging=False),), ["no trail records this Region: main stopped"]),
        ((replace(TRAIL, losses=(Loss.READS,)),), ["no trail of this Region records reads"]),
        ((replace(TRAIL, losses=(Loss.KMS,)),), []),
        ((replace(TRAIL, is_logging=False), replace(TRAIL, name="org")), []),
        ((replace(TRAIL, losses=(Loss.READS,)), replace(TRAIL, losses=(Loss.CHANGES,))), []),
        (None, []),
    ],
    ids=["none", "stopped", "no reads", "no keys", "another logs", "between them all", "not looked at"],
)
def test_one_trail_that_brings_each_kind_is_enough(trails, said):
    assert why(replace(WHOLE, trails=trails)) == said


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ((PAGER,), ["the subscription email:1 of the topic is gone"]),
        ((replace(EMAIL, is_confirmed=False), PAGER), ["the subscription email:1 of the topic is gone"]),
        (
            (replace(EMAIL, has_filter=True), PAGER),
            ["the subscription email:1 has got a filter, which may drop messages"],
        ),
        ((EMAIL, PAGER, SubscriptionSeen(name="sqs:3", has_filter=True)), []),
        (None, []),
    ],
    ids=["gone", "unconfirmed", "filtered", "another was made with one", "not looked at"],
)
def test_a_subscription_that_heard_everything_must_go_on_hearing(seen, said):
    assert why(replace(WHOLE, subscriptions=seen)) == said


def test_who_hears_everything_now_must_hear_from_now_on():
    seen = (EMAIL, replace(PAGER, has_filter=True), SubscriptionSeen(name="email:4", is_confirmed=False))

    assert hearing(Paths(subscriptions=seen), ("sqs:9",)) == ("email:1", "sqs:9")
    assert hearing(Paths(), ("sqs:9",)) == ("sqs:9",)
