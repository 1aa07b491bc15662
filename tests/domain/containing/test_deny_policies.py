"""The policies that stop a principal deny what they say, and are told from what others put under their names."""

from __future__ import annotations

import json
from datetime import timedelta

from nightlatch.domain.containing.deny_policies import (
    SECRETS_POLICY,
    SESSIONS_POLICY,
    denial,
    is_ours,
    revocation,
    revoked_before,
)
from nightlatch.domain.history.examples import AT


def test_a_revocation_denies_everything_to_credentials_that_were_issued_before_and_to_no_others() -> None:
    (statement,) = json.loads(revocation(AT))["Statement"]

    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", "*", "*")
    assert statement["Condition"] == {"DateLessThan": {"aws:TokenIssueTime": AT.strftime("%Y-%m-%dT%H:%M:%SZ")}}


def test_the_moment_of_a_revocation_is_read_back_from_it() -> None:
    assert revoked_before(revocation(AT)) == AT.replace(microsecond=0)


def test_the_narrow_denial_reaches_secrets_and_their_keys_by_way_of_secrets_manager_alone() -> None:
    secrets, keys = json.loads(denial())["Statement"]

    assert secrets["Action"] == "secretsmanager:*"
    assert keys["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert keys["Condition"] == {"StringLike": {"kms:ViaService": "secretsmanager.*"}}
    assert {statement["Effect"] for statement in (secrets, keys)} == {"Deny"}


def test_a_policy_is_ours_by_its_name_and_by_every_word_of_it() -> None:
    wider = json.loads(denial())
    wider["Statement"][0]["NotResource"] = wider["Statement"][0].pop("Resource")

    assert is_ours(SECRETS_POLICY, denial())
    assert is_ours(SECRETS_POLICY, json.dumps(json.loads(denial()), indent=2))
    assert is_ours(SESSIONS_POLICY, revocation(AT + timedelta(days=1)))
    assert not is_ours("theirs", denial())
    assert not is_ours(SESSIONS_POLICY, denial())
    assert not is_ours(SECRETS_POLICY, revocation(AT))
    assert not is_ours(SECRETS_POLICY, json.dumps(wider))
    assert not is_ours(SECRETS_POLICY, "no document")
    assert not is_ours(SESSIONS_POLICY, '{"Statement": []}')
