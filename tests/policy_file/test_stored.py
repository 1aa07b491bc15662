"""What a push stores is the policy that was looked at: the same decisions, the same hash, nothing of its tests."""

from __future__ import annotations

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from nightlatch.policy_file import parse_policy, parse_stored_policy
from policy_file.test_complaint_words import WHOLE


@given(st.sets(st.sampled_from(sorted(set(WHOLE) - {"version", "inventory"}))))
def test_whatever_parts_a_policy_has_stored_it_is_the_same(left_out: set[str]) -> None:
    document = {key: part for key, part in copy.deepcopy(WHOLE).items() if key not in left_out}
    policy = parse_policy(document)

    stored = parse_stored_policy(policy.to_store(), where="p")

    assert stored.to_domain() == policy.to_domain()
    assert "tests" not in json.loads(policy.to_store())


def test_what_is_stored_twice_is_the_same_text() -> None:
    """Sets have no order, and a parameter gets a new version for each text."""
    entries = [f"arn:aws:iam::*:role/{number}" for number in range(20)]
    one, other = (
        parse_policy({"version": 1, "inventory": {"scanners": some}}).to_store() for some in (entries, entries[::-1])
    )

    assert one == other


def test_tests_are_no_part_of_the_hash() -> None:
    without = {key: part for key, part in WHOLE.items() if key != "tests"}

    assert parse_policy(without).to_domain().digest == parse_policy(WHOLE).to_domain().digest
