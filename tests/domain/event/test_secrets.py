"""A secret is one however it is called, and two secrets are never taken for one for sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.event.secrets import SecretRef, distinct, may_be_same, secret_ref
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_secret

PARTIAL = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db"

references = st.sampled_from(
    [
        a_secret(name, suffix=suffix)
        for name in ("prod", "prod-backup", "prod/db")
        for suffix in (None, "AbCdEf", "ZyXwVu", "backup")
    ]
    + [secret_ref(PARTIAL, account_id=ACCOUNT, region=REGION)]
    + [
        secret_ref(f"{PARTIAL[:-7]}{tail}", account_id=ACCOUNT, region=REGION, by_aws=True)
        for tail in ("prod-backup", "prod-backup-AbCdEf", "prod/db-AbCdEf")
    ]
)


def by_text(text: str):
    return secret_ref(text, account_id=ACCOUNT, region=REGION)


@pytest.mark.parametrize("text", [a_secret().text, PARTIAL, "prod/db"])
def test_name_partial_and_full_arn_mean_one_secret(text):
    assert may_be_same(by_text(text), a_secret())
    assert by_text(text).name == "prod/db"
    assert set(by_text(text).keys) & set(a_secret().keys)


def test_two_full_arns_of_one_name_are_two_secrets():
    assert not may_be_same(a_secret(suffix="AbCdEf"), a_secret(suffix="ZyXwVu"))


def test_a_name_that_ends_like_a_suffix_keeps_both_readings():
    partial = by_text(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod-backup")

    assert partial.names == ("prod", "prod-backup")
    assert by_text("prod-backup").names == ("prod-backup",)


@pytest.mark.parametrize(
    ("tail", "shown"),
    [("prod-backup", "prod-backup"), ("feed-202611", "feed-202611"), ("prod-AbCdEf", "prod"), ("prod-a1b2c3", "prod")],
)
def test_what_reads_like_a_part_of_the_name_is_shown(tail, shown):
    reference = by_text(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{tail}")

    assert reference.name == shown
    assert set(reference.names) == {"prod" if tail.startswith("prod") else "feed", tail}


def test_an_arn_carries_its_own_account_and_region():
    theirs = secret_ref(
        "arn:aws-cn:secretsmanager:cn-north-1:444455556666:secret:a-AbCdEf", account_id=ACCOUNT, region=REGION
    )

    assert (theirs.account_id, theirs.region, theirs.name) == ("444455556666", "cn-north-1", "a")


def test_the_same_name_in_another_region_is_another_secret():
    assert not may_be_same(by_text("a"), secret_ref("a", account_id=ACCOUNT, region="us-east-1"))
    assert not may_be_same(by_text("a"), secret_ref("a", account_id="444455556666", region=REGION))


@given(references, references)
def test_being_perhaps_the_same_works_both_ways(one, other):
    assert may_be_same(one, other) == may_be_same(other, one)
    assert may_be_same(one, one)


@given(references, references)
def test_what_may_be_the_same_shares_a_key_of_history(one, other):
    if may_be_same(one, other):
        assert set(one.keys) & set(other.keys)


@given(st.lists(references, max_size=8))
def test_distinct_keeps_every_full_arn_and_drops_only_what_another_covers(called):
    kept = distinct(called)

    assert set(kept) <= set(called)
    assert all(any(may_be_same(reference, other) for other in kept) for reference in called)
    assert len(distinct(kept)) == len(kept)


@given(st.lists(references, max_size=6), st.data())
def test_distinct_counts_the_same_in_any_order(called, data):
    shuffled = data.draw(st.permutations(called))

    assert set(distinct(called)) == set(distinct(shuffled))


def test_distinct_gives_the_fullest_form_at_the_place_of_the_first_mention():
    assert distinct([by_text("prod/db"), a_secret("other"), a_secret()]) == (a_secret(), a_secret("other"))


@given(st.text(max_size=200))
def test_any_text_can_be_called_a_secret(text):
    reference = by_text(text)

    assert reference.name is not None
    assert len(reference.keys) == len(reference.names) >= 1


# A decoy: a secret whose name is another's name with its suffix


def by_aws(tail: str) -> SecretRef:
    text = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{tail}"
    return secret_ref(text, account_id=ACCOUNT, region=REGION, by_aws=True)


def test_a_secret_named_like_another_with_its_suffix_is_not_that_one_where_aws_wrote_both_arns():
    target, decoy = by_aws("prod/db-AbCdEf"), by_aws("prod/db-AbCdEf-Zzzzzz")

    assert not may_be_same(target, decoy)
    assert target.names == ("prod/db",)
    assert decoy.names == ("prod/db-AbCdEf",)
    assert set(target.keys).isdisjoint(decoy.keys)
    assert distinct([target, decoy]) == (target, decoy)


def test_what_a_caller_wrote_may_be_either():
    typed = secret_ref(by_aws("prod/db-AbCdEf").text, account_id=ACCOUNT, region=REGION)

    assert may_be_same(typed, by_aws("prod/db-AbCdEf"))
    assert may_be_same(typed, by_aws("prod/db-AbCdEf-Zzzzzz"))
    assert distinct([typed, by_aws("prod/db-AbCdEf")]) == (by_aws("prod/db-AbCdEf"),)


def test_an_arn_of_aws_without_anything_like_a_suffix_is_taken_as_it_stands():
    assert not by_aws("prod").is_full
    assert by_aws("prod").names == ("prod",)
