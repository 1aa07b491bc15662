"""Keys are remembered, but never more of them than fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes_posture import Scripted, refusal
from nightlatch.adapters.posture.key_states import KeyStates
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.posture.unseen import Gap
from worlds import ACCOUNT, REGION


def _keys(answer: Any, **said: Any) -> KeyStates:
    questions = Questions(Scripted(kms__DescribeKey=answer), pause=lambda _: None)
    return KeyStates(questions, account_id=ACCOUNT, region=REGION, **said)


def test_of_more_keys_than_fit_the_one_not_met_for_the_longest_is_asked_for_again() -> None:
    asked: list[str] = []

    def describe(one: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(one["KeyId"])
        arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{one['KeyId']}"
        return {"KeyMetadata": {"KeyId": one["KeyId"], "Arn": arn, "KeyState": "Enabled"}}

    keys = _keys(describe, most=2)
    for key in ("a", "b", "a", "c", "a", "b"):
        keys.of(key)

    assert asked == ["a", "b", "c", "b"]


def test_a_key_that_may_not_be_looked_at_is_a_gap_and_is_not_asked_for_again() -> None:
    asked: list[str] = []

    def refuse(one: Mapping[str, Any]) -> Exception:
        asked.append(one["KeyId"])
        return refusal()

    keys = _keys(refuse)

    assert [isinstance(keys.of("a"), Gap) for _ in range(3)] == [True, True, True]
    assert asked == ["a"]
