"""A key's policy shuts its own account out when nobody but a few named ones control it, or when a Deny says so."""

from __future__ import annotations

import pytest

from nightlatch.domain.aws_policies.key_policies import cut_off
from nightlatch.domain.history.examples import ACCOUNT

OTHER = "999988887777"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/admin"


def allow(principal: object = ROOT, action: object = "kms:*", condition: object = None) -> dict[str, object]:
    more = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*", **more}


def deny(principal: object = "*", action: object = "kms:*", condition: object = None) -> dict[str, object]:
    return {**allow(principal, action, condition), "Effect": "Deny"}


@pytest.mark.parametrize(
    ("statements", "kept"),
    [
        ([allow()], True),
        ([allow(ACCOUNT)], True),
        ([allow([ROLE, ROOT])], True),
        ([allow(action=["kms:Put*", "kms:Decrypt"])], True),
        ([allow("*", condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}})], True),
        ([allow("*", condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})], True),
        ([allow("*")], True),
        ([allow(ROLE)], False),
        ([allow(OTHER)], False),
        ([allow(action="kms:Decrypt")], False),
        ([allow("*", condition={"StringEquals": {"kms:CallerAccount": OTHER}})], False),
        ([allow(condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})], False),
        ([], False),
        ([allow(), deny()], False),
        ([allow(), deny(ROOT)], False),
        ([allow(), deny(action="kms:Decrypt")], False),
        ([allow(), deny(action="kms:ScheduleKeyDeletion")], True),
        ([allow(), deny(ROLE)], True),
        ([allow(), deny(condition={"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}})], True),
        ([allow(), {**deny(), "NotPrincipal": {"AWS": ROLE}}], True),
    ],
)
def test_the_account_keeps_its_key(statements, kept):
    assert (cut_off({"Statement": statements}, ACCOUNT) is None) is kept
