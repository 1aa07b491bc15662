"""A pattern of ours lets its names through; one that was narrowed, or that cannot be read, lets nothing through."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.event.events import EventName
from nightlatch.domain.watching.doctor.coverage import Pattern, read_pattern

READ = EventName(source="secretsmanager.amazonaws.com", name="GetSecretValue")
CODE = EventName(source="lambda.amazonaws.com", name="UpdateFunctionCode", is_prefix=True)
LABEL = EventName(source="aws.secretsmanager", name="Secret Label Updated")
OURS = {
    "source": ["aws.secretsmanager"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["secretsmanager.amazonaws.com"], "eventName": ["GetSecretValue", "DescribeSecret"]},
}


def test_names_and_prefixes_are_let_through_at_their_source():
    lambdas = {
        "source": ["aws.lambda"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventSource": ["lambda.amazonaws.com"], "eventName": [{"prefix": "UpdateFunctionCode"}]},
    }

    assert read_pattern(json.dumps(OURS)).lets_through(READ)
    assert not read_pattern(json.dumps(OURS)).lets_through(CODE)
    assert read_pattern(json.dumps(lambdas)).lets_through(CODE)


def test_what_a_service_puts_on_the_bus_itself_is_asked_for_by_its_kind():
    native = {"source": ["aws.secretsmanager"], "detail-type": ["Secret Label Updated"]}

    assert read_pattern(json.dumps(native)).lets_through(LABEL)
    assert not read_pattern(json.dumps(OURS)).lets_through(LABEL)


@pytest.mark.parametrize(
    "narrowed",
    [
        {**OURS, "account": ["999988887777"]},
        {**OURS, "source": ["aws.s3"]},
        {**OURS, "detail-type": ["AWS Console Sign In via CloudTrail"]},
        {**OURS, "detail": {**OURS["detail"], "errorCode": ["AccessDenied"]}},
        {**OURS, "detail": {**OURS["detail"], "userIdentity": {"arn": [{"wildcard": "*heartbeat*"}]}}},
        {**OURS, "detail": {**OURS["detail"], "eventName": [{"anything-but": ["GetSecretValue"]}]}},
        {**OURS, "detail": {**OURS["detail"], "eventName": []}},
        {"source": ["nothing.at.all"]},
    ],
)
def test_a_pattern_that_asks_for_more_lets_nothing_of_it_through(narrowed):
    assert not read_pattern(json.dumps(narrowed)).lets_through(READ)


def test_one_exact_name_does_not_stand_for_a_prefix():
    exact = {**OURS, "source": ["aws.lambda"]}
    exact["detail"] = {"eventSource": ["lambda.amazonaws.com"], "eventName": ["UpdateFunctionCode"]}

    assert not read_pattern(json.dumps(exact)).lets_through(CODE)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*OURS, "eventName", "eventSource"]), inner),
    )
)
def test_whatever_stands_there_can_be_read(document):
    assert isinstance(read_pattern(json.dumps(document)), Pattern)


def test_no_json_lets_nothing_through():
    assert read_pattern("{") == Pattern()
