"""A policy that cannot be read in one way is a gap, and never a policy that lets nobody in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.posture.examples import a_policy, a_secret, an_allowance
from nightlatch.domain.posture.stated_policies import stated_policy, unreadable
from nightlatch.domain.posture.unseen import Gap, NotSeen

DENIED = Gap("secretsmanager:GetResourcePolicy", "AccessDenied; allow it")


def test_no_policy_is_an_empty_one() -> None:
    assert stated_policy(a_secret(policy_text=None)) == {}


def test_a_policy_is_given_as_it_stands() -> None:
    text = a_policy(an_allowance("*"))

    assert stated_policy(a_secret(policy_text=text))["Statement"] == [an_allowance("*")]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"Statement": [1]}', '{"Statement": [], "Statement": []}']
)
def test_what_is_no_policy_is_not_seen(text: str) -> None:
    with pytest.raises(NotSeen) as caught:
        stated_policy(a_secret(policy_text=text))

    assert caught.value.gap.action == "nightlatch:policy"


def test_what_nobody_could_look_at_keeps_its_own_gap() -> None:
    with pytest.raises(NotSeen) as caught:
        stated_policy(a_secret(policy_text=DENIED))

    assert caught.value.gap is DENIED


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert unreadable(text) in {True, False}
