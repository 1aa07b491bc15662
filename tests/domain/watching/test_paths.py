"""Each broken path is one fault that says which and all of how; whole paths, and what was never there, are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.watching.paths import (
    AlarmSeen,
    Expected,
    Paths,
    SubscriptionSeen,
    TrailSeen,
    faults,
    hearing,
)
from nightlatch.domain.watching.rule_faults import RuleSeen, TargetSeen
from nightlatch.domain.watching.stack_alarms import ring_of
from nightlatch.domain.watching.stack_rules import ALL_EVENTS, CHANGES, ENABLED, READS, RuleWanted

HOMES = {part: f"arn:aws:sqs:eu-west-1:111122223333:{part}" for part in ("ChangesQueue", "ReadsQueue")}
RULES = (
    RuleWanted(logical_id="ReadsRule", pattern={"names": ["Get"]}, state=ALL_EVENTS, targets=(READS,)),
    RuleWanted(logical_id="ChangesRule", pattern={"names": ["Delete", "Put"]}, targets=(CHANGES,)),
    RuleWanted(logical_id="DrillRule", schedule="rate(7 days)", targets=(CHANGES,), is_optional=True),
)
READ = RuleSeen(
    logical_id="ReadsRule",
    name="nl-reads",
    state=ALL_EVENTS,
    pattern={"names": ["Get"]},
    targets=(TargetSeen(arn=HOMES["ReadsQueue"]),),
)
CHANGE = RuleSeen(
    logical_id="ChangesRule",
    name="nl-changes",
    state=ENABLED,
    pattern={"names": ["Delete", "Put"]},
    targets=(TargetSeen(arn=HOMES["ChangesQueue"]),),
)
NAMES = {"ChangesQueue": "nl-ChangesQueue-1", "ReadsRule": "nl-reads"}


def an_alarm(logical_id, **changed):
    ring = ring_of(logical_id)
    assert ring is not None
    return AlarmSeen(
        logical_id=logical_id, name=f"nl-{logical_id}", ring=replace(ring, of=NAMES.get(ring.of, ring.of)), **changed
    )


WAIT, DELIVERY, PULSE = an_alarm("ChangesWaitAlarm"), an_alarm("ReadsDeliveryAlarm"), an_alarm("ChangesPulseAlarm")
TRAIL = TrailSeen(name="main", is_logging=True)
EMAIL, PAGER = SubscriptionSeen(name="email:1"), SubscriptionSeen(name="https:2")
WHOLE = Paths(
    rules=(READ, CHANGE),
    homes=HOMES,
    names=NAMES,
    alarms=(WAIT, DELIVERY, PULSE),
    trails=(TRAIL,),
    subscriptions=(EMAIL, PAGER),
)
WANTED = Expected(rules=RULES, subscriptions=("email:1", "https:2"))


def why(paths, wanted=WANTED):
    return [fault.why for fault in faults(paths, wanted)]


def test_whole_paths_have_no_fault():
    assert why(WHOLE) == []


def test_all_that_is_wrong_with_a_rule_is_one_fault():
    broken = replace(CHANGE, state="DISABLED", pattern={"names": ["Put"]}, targets=())

    [fault] = faults(replace(WHOLE, rules=(READ, broken)), WANTED)

    assert fault.about == "rule:nl-changes"
    assert fault.why == ("the rule nl-changes is disabled, and no longer lets Delete through, and has no target")
    assert fault.keys == (
        "rule:nl-changes|DISABLED",
        "rule:nl-changes|lets Delete",
        "rule:nl-changes|target ChangesQueue",
    )


def test_a_rule_that_is_gone_does_not_hide_the_pattern_of_another():
    gone, narrowed = replace(READ, state=None), replace(CHANGE, pattern={"names": ["Put"]})

    assert why(replace(WHOLE, rules=(gone, narrowed))) == [
        "the rule nl-reads is gone",
        "the rule nl-changes no longer lets Delete through",
    ]


def test_a_rule_that_the_stack_has_not_is_missed_unless_a_parameter_leaves_it_out():
    assert why(replace(WHOLE, rules=(READ,))) == ["the stack has no ChangesRule"]
    assert why(replace(WHOLE, rules=())) == ["the stack has no ReadsRule", "the stack has no ChangesRule"]


def test_what_could_not_be_looked_at_is_not_called_gone():
    assert why(replace(WHOLE, rules=(READ,), unseen=frozenset({"rule:ChangesRule"}))) == []
    assert why(replace(WHOLE, rules=None, alarms=None)) == []


def test_an_optional_rule_that_is_there_must_be_whole():
    drill = RuleSeen(logical_id="DrillRule", name="nl-drill", state="DISABLED", schedule="rate(7 days)")

    assert why(replace(WHOLE, rules=(READ, CHANGE, drill))) == ["the rule nl-drill is disabled, and has no target"]


@pytest.mark.parametrize(
    ("alarm", "lost"),
    [
        (replace(WAIT, ring=None), "gone"),
        (replace(WAIT, is_acting=False), "muted"),
        (replace(WAIT, tells=False), "untold"),
        (replace(WAIT, ring=replace(WAIT.ring, threshold=1e9)), "rewritten"),
        (replace(WAIT, ring=replace(WAIT.ring, of="another-queue")), "rewritten"),
        (replace(WAIT, ring=replace(WAIT.ring, missing="ignore")), "rewritten"),
        (replace(WAIT, ring=replace(WAIT.ring, unit="Bits")), "rewritten"),
    ],
)
def test_an_alarm_that_would_not_ring_or_tell_is_a_fault(alarm, lost):
    [fault] = faults(replace(WHOLE, alarms=(alarm, DELIVERY, PULSE)), WANTED)

    assert fault.keys == (f"alarms|ChangesWaitAlarm {lost}",)
    assert "nl-ChangesWaitAlarm" in fault.why


def test_many_silenced_alarms_are_one_fault_that_names_a_few_and_loses_each():
    alarms = tuple(an_alarm(f"{name}ErrorsAlarm", is_acting=False) for name in ("A", "B", "C", "D"))

    [fault] = faults(replace(WHOLE, alarms=(*alarms, replace(PULSE, ring=None))), WANTED)

    assert fault.why == (
        "alarms of nightlatch are gone: nl-ChangesPulseAlarm; without their actions: "
        "nl-AErrorsAlarm, nl-BErrorsAlarm, nl-CErrorsAlarm and 1 more"
    )
    assert len(fault.lost) == 5


def test_of_an_alarm_that_is_gone_it_is_not_said_that_it_is_muted_too():
    nothing = AlarmSeen(logical_id="ChangesPulseAlarm", name="x", is_acting=False, tells=False)

    [fault] = faults(replace(WHOLE, alarms=(nothing,)), WANTED)

    assert fault.lost == ("ChangesPulseAlarm gone",)


def test_an_alarm_that_is_none_of_the_template_may_ring_as_it_likes():
    assert why(replace(WHOLE, alarms=(replace(PULSE, logical_id="Mine"),))) == []


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


def test_what_is_lost_has_a_name_of_its_own():
    def lost(**shown):
        return [key for fault in faults(Paths(**shown), WANTED) for key in fault.keys]

    assert lost(trails=()) == ["trail|gone"]
    assert lost(trails=(replace(TRAIL, is_logging=False),)) == ["trail|stopped"]
    assert lost(trails=(replace(TRAIL, losses=(Loss.READS,)),)) == ["trail:reads|reads"]
    assert lost(subscriptions=(replace(EMAIL, has_filter=True),)) == [
        "subscription:email:1|filtered",
        "subscription:https:2|gone",
    ]
