"""Whether IAM's events reach a stack elsewhere: fine, wrong and refused are three different lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.event.events import EventName
from nightlatch.domain.watching.diagnosis import Verdict
from nightlatch.domain.watching.doctor.forwarding import IAM, Forwarder, of_forwarding
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.paths import DISABLED
from nightlatch.domain.watching.patterns import Pattern

WANTED = frozenset({EventName(source=IAM, name=name) for name in ("CreateRole", "PutRolePolicy")})
WHOLE = Pattern(sources=frozenset({IAM}), names=frozenset({"CreateRole", "PutRolePolicy"}))
RULE = Forwarder(name="forward", state="ENABLED", pattern=WHOLE)
DEPLOY = "aws cloudformation deploy --region us-east-1 --template-file us-east-1.yaml --capabilities CAPABILITY_IAM"


def judged(seen, region="eu-west-1"):
    lines = of_forwarding(seen, region=region, stack="nightlatch", wanted=WANTED)
    return [(line.verdict, line.fix) for line in lines]


def test_a_stack_in_us_east_1_needs_no_forwarding():
    assert judged(Gap("was refused"), region="us-east-1") == [(Verdict.OK, "")]


def test_a_rule_that_forwards_all_is_well():
    assert judged([RULE]) == [(Verdict.OK, "")]


def test_without_a_rule_the_command_deploys_one_for_this_region():
    [(verdict, fix)] = judged([])

    assert verdict is Verdict.WARN
    assert fix.startswith(DEPLOY)
    assert fix.endswith("--stack-name nightlatch-forwarding-eu-west-1 --parameter-overrides HomeRegion=eu-west-1")


def test_a_disabled_rule_is_enabled_again_unless_another_forwards():
    off = replace(RULE, state=DISABLED)

    assert judged([off]) == [(Verdict.FAIL, "aws events enable-rule --region us-east-1 --name forward")]
    assert judged([off, replace(RULE, name="other")]) == [(Verdict.OK, "")]


def test_a_rule_that_lets_too_little_through_is_deployed_again():
    [line] = of_forwarding(
        [replace(RULE, pattern=replace(WHOLE, names=frozenset({"CreateRole"})))],
        region="eu-west-1",
        stack="nightlatch",
        wanted=WANTED,
    )

    assert line.verdict is Verdict.FAIL
    assert "PutRolePolicy" in line.said
    assert "CreateRole" not in line.said


@pytest.mark.parametrize(
    ("dead", "verdict"), [(3, Verdict.FAIL), (Gap("sqs:GetQueueAttributes was refused"), Verdict.UNSEEN)]
)
def test_what_could_not_be_forwarded_is_a_line_of_its_own(dead, verdict):
    assert [found for found, _ in judged([replace(RULE, dead=dead)])] == [Verdict.OK, verdict]


def test_a_refusal_is_never_called_well():
    assert judged(Gap("events:ListRuleNamesByTarget in us-east-1 was refused")) == [(Verdict.UNSEEN, "")]
