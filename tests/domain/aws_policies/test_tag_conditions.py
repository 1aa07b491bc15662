"""A policy names the tags that it depends on, whichever statement, operator and spelling it uses."""

from __future__ import annotations

import pytest

from nightlatch.domain.aws_policies.tag_conditions import tag_keys_in


def test_every_condition_on_a_tag_of_the_secret_counts():
    condition = {
        "StringEquals": {"aws:ResourceTag/Team": "orders", "aws:PrincipalTag/team": "x"},
        "Null": {"secretsmanager:resourcetag/env/stage": "true"},
    }
    policy = {
        "Statement": [
            {"Effect": "Allow", "Condition": condition},
            {"Effect": "Deny", "Condition": {"StringNotLike": {"AWS:RESOURCETAG/Guard": ["on"]}}},
        ]
    }

    assert tag_keys_in(policy) == ("env/stage", "guard", "team")
    assert tag_keys_in({"Statement": policy["Statement"][1]}) == ("guard",)


@pytest.mark.parametrize("policy", [None, {}, {"Statement": 7}, {"Statement": {"Condition": {"StringEquals": "x"}}}])
def test_what_asks_for_no_tag_depends_on_none(policy):
    assert tag_keys_in(policy) == ()
