"""A guard is put back when a call took it out, and never where it stands, is not wished, or was not ours to keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.guard_upkeep import guard_wanted, put_back
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.errors import Refused
from nightlatch.domain.event.events import Failure
from nightlatch.domain.guarding.guard_texts import merge
from nightlatch.domain.history.examples import ACCOUNT, a_secret, an_event

RESPONDER = f"arn:aws-us-gov:iam::{ACCOUNT}:role/nightlatch-ResponderRole-A1B2C3"
POLICY = Policy(
    default=Protection(mode=Mode.PROTECT, prevent=True, min_window_days=14),
    inventory=Inventory(break_glass=frozenset({f"arn:aws-us-gov:iam::{ACCOUNT}:role/break-glass"})),
    acting_role=RESPONDER,
)
GUARD = guard_wanted(POLICY, POLICY.default, ACCOUNT, replicated=False)
READ = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "secretsmanager:Get*", "Resource": "*"}
APPLY = Action(kind=ActionKind.APPLY_GUARD, secret=a_secret())


WHOLE = replace(GUARD, replicated=True).statements()


def narrowed(statement: Mapping[str, object]) -> Mapping[str, object]:
    """Let a statement of ours deny nothing of this secret."""
    return {**statement, "Resource": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:another-AbCdEf"}


def a_put(text: object, **more):
    return an_event("PutResourcePolicy", secret=a_secret(), request={"resourcePolicy": text}, **more)


def policy_of(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        (an_event("DeleteResourcePolicy", secret=a_secret()), APPLY),
        (a_put(policy_of(READ)), APPLY),
        (a_put(policy_of(*GUARD.statements()[1:])), APPLY),
        (a_put(policy_of({**GUARD.statements()[0], "Effect": "Allow"}, *GUARD.statements()[1:])), APPLY),
        (a_put("no policy"), APPLY),
        (a_put(json.loads(policy_of(READ))), APPLY),
        (an_event("PutResourcePolicy", secret=a_secret(), request={"omitted": True}), APPLY),
        (a_put(policy_of(READ, *WHOLE)), None),
        (a_put(json.loads(policy_of(*WHOLE, READ))), None),
        (a_put(merge(policy_of(READ), replace(GUARD, replicated=True))), None),
        (a_put(policy_of(READ, *GUARD.statements())), APPLY),  # whether it has replicas, the act looks
        *((a_put(policy_of(*(one for one in WHOLE if one is not lost))), APPLY) for lost in WHOLE),
        *((a_put(policy_of(*(narrowed(one) if one is it else one for one in WHOLE))), APPLY) for it in WHOLE),
        (a_put(policy_of(*WHOLE, WHOLE[2])), APPLY),
        (a_put(policy_of(READ), failure=Failure("PublicPolicyException")), None),
        (an_event("ReplicateSecretToRegions", secret=a_secret()), APPLY),  # from now on the guard shall keep replicas
        (an_event("ReplicateSecretToRegions", secret=a_secret(), failure=Failure("InvalidRequest")), None),
        (an_event("DeleteResourcePolicy"), None),
        (an_event("CreateSecret", secret=a_secret()), None),
        (an_event("PutSecretValue", secret=a_secret()), None),
    ],
)
def test_a_call_that_left_out_or_altered_anything_of_the_guard_is_answered(event, wanted):
    assert put_back(event, POLICY) == wanted


@pytest.mark.parametrize("changes", [{"mode": Mode.NOTIFY}, {"mode": Mode.OBSERVE}, {"prevent": False}])
def test_a_secret_that_shall_have_no_guard_gets_none_back(changes):
    policy = replace(POLICY, default=replace(POLICY.default, **changes))

    assert put_back(an_event("DeleteResourcePolicy", secret=a_secret()), policy) is None


def test_the_guard_is_the_policys_in_the_partition_of_our_role():
    assert GUARD.partition == "aws-us-gov"
    assert set(GUARD.spared) == {RESPONDER, *POLICY.inventory.break_glass}
    assert (GUARD.min_window_days, GUARD.keeps_policy) == (14, True)


def test_a_policy_that_leaves_no_way_out_gives_no_guard_and_the_act_will_say_so():
    policy = replace(POLICY, inventory=Inventory())

    with pytest.raises(Refused, match="name a role for emergencies"):
        guard_wanted(policy, policy.default, ACCOUNT, replicated=False)
    assert put_back(a_put(policy_of(READ)), policy) == APPLY
