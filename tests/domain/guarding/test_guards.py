"""A guard denies destruction and its own removal, never a read, and always leaves a way out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.errors import Refused
from nightlatch.domain.guarding.guard_texts import merge
from nightlatch.domain.guarding.guards import SIDS, Guard, spared_by
from nightlatch.local.fidelity.deny import Call, is_denied, parse_denials

ACCOUNT = "111122223333"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:prod/db-AbCdEf"
BREAK_GLASS = f"arn:aws:iam::{ACCOUNT}:role/break-glass"
RESPONDER = f"arn:aws:iam::{ACCOUNT}:role/nightlatch-ResponderRole-A1B2C3D4E5F6"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
READS = ["GetSecretValue", "BatchGetSecretValue", "DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy"]
ALL_CALLS = [
    *READS,
    *("ListSecrets", "GetRandomPassword", "ValidateResourcePolicy"),
    *("PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", "RestoreSecret", "RotateSecret"),
    *("CancelRotateSecret", "TagResource", "UntagResource", "ReplicateSecretToRegions", "DeleteSecret"),
    *("PutResourcePolicy", "DeleteResourcePolicy", "RemoveRegionsFromReplication", "StopReplicationToReplica"),
]
MAY_BE_DENIED = {"DeleteSecret", *ALL_CALLS[-4:]}

guards = st.builds(
    Guard,
    account_id=st.just(ACCOUNT),
    spared=st.just((BREAK_GLASS, RESPONDER)),
    min_window_days=st.integers(7, 30),
    replicated=st.booleans(),
    keeps_policy=st.booleans(),
)
FULL = Guard(account_id=ACCOUNT, spared=(BREAK_GLASS, RESPONDER), min_window_days=14, replicated=True)


def a_call(action: str, by: str = ANA, **keys: str) -> Call:
    carried = {f"secretsmanager:{key}".casefold(): value for key, value in keys.items()}
    names = frozenset({by, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"})
    keyed = {"aws:principalarn": by, "aws:principalaccount": ACCOUNT, **carried}
    return Call(action=f"secretsmanager:{action}", resource=SECRET, principals=names, keys=keyed)


def denies(guard: Guard, action: str, by: str = ANA, **keys: str) -> bool:
    return is_denied(merge(None, guard), a_call(action, by, **keys))


delete_keys = st.fixed_dictionaries(
    {},
    optional={
        "ForceDeleteWithoutRecovery": st.sampled_from(["true", "false"]),
        "RecoveryWindowInDays": st.integers(7, 30).map(str),
    },
)


@given(guard=guards, action=st.sampled_from(READS), keys=delete_keys)
def test_a_guard_never_denies_a_read(guard, action, keys):
    assert not denies(guard, action, **keys)


@given(guard=guards)
def test_a_guard_denies_nothing_but_destruction_and_the_change_of_its_policy(guard):
    named = {action for denial in parse_denials(merge(None, guard)) for action in denial.actions}

    assert named <= {f"secretsmanager:{call}" for call in MAY_BE_DENIED}
    assert not any("*" in action or "?" in action for action in named)


@given(
    guard=guards,
    action=st.sampled_from(ALL_CALLS),
    keys=delete_keys,
    by=st.sampled_from(
        [
            BREAK_GLASS,
            RESPONDER,
            f"arn:aws:iam::{ACCOUNT}:root",
            f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS",
        ]
    ),
)
def test_the_ways_out_are_never_denied_anything(guard, action, keys, by):
    assert not denies(guard, action, by, **keys)


@given(guard=guards)
def test_a_guard_only_denies(guard):
    statements = guard.statements()

    assert {statement["Effect"] for statement in statements} == {"Deny"}
    assert [statement["Sid"] for statement in statements] == [
        sid for sid in SIDS if sid in {statement["Sid"] for statement in statements}
    ]


@pytest.mark.parametrize(
    ("action", "keys", "denied"),
    [
        ("DeleteSecret", {"ForceDeleteWithoutRecovery": "true"}, True),
        ("DeleteSecret", {"ForceDeleteWithoutRecovery": "false"}, False),
        ("DeleteSecret", {"RecoveryWindowInDays": "13"}, True),
        ("DeleteSecret", {"RecoveryWindowInDays": "14"}, False),
        ("DeleteSecret", {}, False),
        ("RemoveRegionsFromReplication", {}, True),
        ("StopReplicationToReplica", {}, True),
        ("PutResourcePolicy", {}, True),
        ("DeleteResourcePolicy", {}, True),
        ("PutSecretValue", {}, False),
        ("RestoreSecret", {}, False),
    ],
)
def test_what_a_full_guard_denies(action, keys, denied):
    assert denies(FULL, action, **keys) is denied


def test_the_shortest_window_of_aws_needs_no_statement():
    assert "NightlatchWindow" not in merge(None, replace(FULL, min_window_days=7))


def test_a_secret_whose_policy_a_controller_owns_can_be_guarded_without_denying_it_its_work():
    guard = replace(FULL, keeps_policy=False)

    assert not denies(guard, "DeleteResourcePolicy")
    assert denies(guard, "DeleteSecret", ForceDeleteWithoutRecovery="true")


def test_a_guard_names_the_account_and_partition_of_its_secret():
    text = json.dumps(replace(FULL, partition="aws-cn").statements())

    assert f"arn:aws-cn:iam::{ACCOUNT}:root" in text
    assert f"arn:aws-cn:iam::{ACCOUNT}:role/aws-service-role/*" in text


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ((), "name a role for emergencies"),
        (("break-glass",), "is no ARN of a role or user"),
        ((f"arn:aws:sts::{ACCOUNT}:assumed-role/break-glass/ana",), "is no ARN of a role or user"),
        (("*",), "is no ARN of a role or user"),
        ((BREAK_GLASS, "arn:aws:iam::*:role/*"), "spares everybody"),
        (("arn:aws:iam::*:user/ops/?*",), "spares everybody"),
    ],
)
def test_a_guard_that_would_lock_out_or_let_all_through_is_refused(entries, says):
    with pytest.raises(Refused, match=says):
        spared_by(entries, [RESPONDER])


def test_no_guard_is_made_while_our_own_role_is_not_known():
    with pytest.raises(Refused, match="shut it out"):
        spared_by([BREAK_GLASS], [])


def test_each_way_out_is_named_once():
    assert spared_by([BREAK_GLASS, RESPONDER], [RESPONDER]) == (BREAK_GLASS, RESPONDER)


@pytest.mark.parametrize(
    ("entry", "arn", "spared"),
    [
        (BREAK_GLASS, BREAK_GLASS, True),
        (BREAK_GLASS, f"arn:aws:sts::{ACCOUNT}:assumed-role/break-glass/ana", True),
        ("arn:aws:iam::*:role/emergency/break-*", f"arn:aws:sts::{ACCOUNT}:assumed-role/break-in/ana", True),
        ("arn:aws:iam::*:user/ana", ANA, True),
        (BREAK_GLASS, f"arn:aws:iam::{ACCOUNT}:root", True),
        (BREAK_GLASS, ANA, False),
        (ANA, f"arn:aws:sts::{ACCOUNT}:assumed-role/ana/session", False),
        (BREAK_GLASS, f"arn:aws:sts::{ACCOUNT}:assumed-role/app/break-glass", False),
        (BREAK_GLASS, "arn:aws:sts::222222222222:assumed-role/break-glass/ana", False),
        (BREAK_GLASS, "arn:aws:iam::222222222222:root", False),
    ],
)
def test_who_signs_in_is_known_as_spared_by_role_and_account(entry, arn, spared):
    assert Guard(account_id=ACCOUNT, spared=(entry,)).spares(arn) is spared


@given(guard=guards, by=st.sampled_from([ANA, BREAK_GLASS, RESPONDER, f"arn:aws:iam::{ACCOUNT}:root"]))
def test_whom_a_guard_spares_may_change_its_policy_as_the_stage_judges(guard, by):
    assert guard.spares(by) or denies(guard, "PutResourcePolicy", by) is guard.keeps_policy
    assert not (guard.spares(by) and denies(guard, "PutResourcePolicy", by))
