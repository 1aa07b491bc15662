"""Of a pattern that was narrowed everything is named that it has lost, in the template's words and in nobody else's."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.watching.patterns import BESIDES, lost_of, read_pattern

DETAIL = {"eventSource": ["secretsmanager.amazonaws.com"], "eventName": ["GetSecretValue", {"prefix": "Describe"}]}
OURS = {
    "source": ["aws.secretsmanager"],
    "detail-type": ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
    "detail": DETAIL,
}


def lost(live):
    return lost_of(OURS, read_pattern(json.dumps(live)))


def with_detail(**changed):
    return {**OURS, "detail": {**DETAIL, **changed}}


def test_the_same_pattern_has_lost_nothing_in_whatever_order_it_is_written():
    assert lost(OURS) == ()
    assert lost(with_detail(eventName=DETAIL["eventName"][::-1])) == ()


@pytest.mark.parametrize(
    "wider",
    [
        with_detail(eventName=[*DETAIL["eventName"], "ListSecrets"]),
        {"source": OURS["source"]},
        {**OURS, "source": [*OURS["source"], "aws.kms"]},
        with_detail(eventName=[{"anything-but": ["GetSecretValue"]}, *DETAIL["eventName"]]),
    ],
    ids=["another name", "fewer fields", "another source", "an alternative"],
)
def test_one_that_lets_more_through_has_lost_nothing(wider):
    assert lost(wider) == ()


@pytest.mark.parametrize(
    ("narrowed", "said"),
    [
        ({**OURS, "source": ["aws.s3"]}, ("aws.secretsmanager",)),
        ({**OURS, "detail-type": ["AWS API Call via CloudTrail"]}, ("AWS Service Event via CloudTrail",)),
        (with_detail(eventName=["GetSecretValue"]), ("Describe",)),
        (with_detail(eventName=["GetSecretValue", "Describe"]), ("Describe",)),
        (with_detail(eventName=[]), ("GetSecretValue", "Describe")),
        (with_detail(eventName=[{"anything-but": ["GetSecretValue"]}]), ("GetSecretValue", "Describe")),
        ({**OURS, "account": ["999988887777"]}, (BESIDES,)),
        (with_detail(errorCode=["AccessDenied"]), (BESIDES,)),
        ({**OURS, "detail": ["x"]}, (BESIDES,)),
        (with_detail(eventName={"GetSecretValue": []}), (BESIDES,)),
        (with_detail(eventName=["GetSecretValue"], userIdentity={"arn": ["x"]}), ("Describe", BESIDES)),
        ({"source": ["nothing.at.all"], "mine": ["x"]}, ("aws.secretsmanager", BESIDES)),
    ],
)
def test_all_that_is_lost_is_named(narrowed, said):
    assert lost(narrowed) == said


def test_what_is_asked_for_deeper_down_is_compared_too():
    wanted = {"detail": {"requestParameters": {"encryptionContext": {"SecretARN": [{"exists": True}]}}}}
    other = {"detail": {"requestParameters": {"encryptionContext": {"SecretARN": ["one"]}}}}

    assert lost_of(wanted, wanted) == ()
    assert lost_of(wanted, other) == ("True",)


@pytest.mark.parametrize("text", ["{", "[]", "1", "[" * 100_000])
def test_what_cannot_be_read_asks_for_what_nobody_knows(text):
    assert lost_of(OURS, read_pattern(text)) == (BESIDES,)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*OURS, "eventName", "eventSource"]), inner),
    )
)
def test_whatever_stands_there_is_said_in_words_of_ours(document):
    words = {BESIDES, "aws.secretsmanager", *OURS["detail-type"], *DETAIL["eventSource"], "GetSecretValue", "Describe"}

    assert {*lost(document)} <= words
