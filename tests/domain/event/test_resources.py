"""One resource under all the names that callers and CloudTrail give it, and no two taken for one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.event.resources import arns_in, is_any_of, is_same_resource, texts_in
from nightlatch.domain.history.examples import ACCOUNT, an_event

FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:rotate-db"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FUNCTION, "rotate-db"),
        (FUNCTION, "rotate-db:live"),
        (FUNCTION, f"{FUNCTION}:live"),
        (FUNCTION, f"{FUNCTION}:7"),
        (FUNCTION, f"{ACCOUNT}:function:rotate-db"),
        (FUNCTION, f"{ACCOUNT}:rotate-db:live"),
        (FUNCTION, "function:rotate-db"),
        (KEY, "1234abcd-12ab-34cd-56ef-1234567890ab"),
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/secrets", "alias/secrets"),
        (f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/reads", "reads"),
        (f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/hub/reads", "reads"),
        (f"arn:aws:iam::{ACCOUNT}:role/path/detector", "detector"),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:lane", f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/lane"),
        (f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts", "alerts"),
        (f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/state", "state"),
        (f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/x:*", "/aws/lambda/x"),
        (f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/nightlatch/0a1b", "nightlatch"),
        ("arn:aws:s3:::vault-bucket", "vault-bucket"),
    ],
)
def test_one_resource_in_every_form(one, other):
    assert is_same_resource(one, other)
    assert is_same_resource(other, one)
    assert is_same_resource(f" {one} ", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FUNCTION, "rotate-db-2"),
        (FUNCTION, FUNCTION.replace("eu-west-1", "us-east-1")),
        (FUNCTION, FUNCTION.replace(ACCOUNT, "999988887777")),
        (FUNCTION, "999988887777:function:rotate-db"),
        (FUNCTION, f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/rotate-db"),
        (KEY, KEY.replace("1234abcd", "5678abcd")),
        ("alias/secrets", "secrets"),
        ("", ""),
    ],
)
def test_what_tells_something_else_is_another(one, other):
    assert not is_same_resource(one, other)
    assert not is_same_resource(other, one)


@given(one=st.text(), other=st.text())
def test_any_texts_can_be_compared(one, other):
    assert is_same_resource(one, other) == is_same_resource(other, one)


def test_any_of_many():
    entries = frozenset({FUNCTION, KEY})

    assert is_any_of(entries, ("x", "rotate-db:live"))
    assert not is_any_of(entries, ("x", "rotate"))
    assert not is_any_of(frozenset(), ("x",))


def test_a_record_names_its_resource_in_several_places():
    event = an_event(
        "DisableKey",
        source="kms.amazonaws.com",
        request={"keyId": "alias/secrets"},
        response={"keyId": KEY, "fullyQualifiedArn": {"relativeId": {"functionName": "rotate-db"}}},
    )

    assert texts_in(event, "keyId", "fullyQualifiedArn.relativeId.functionName", "absent.too") == (
        "alias/secrets",
        KEY,
        "rotate-db",
    )


@pytest.mark.parametrize(
    ("source", "field", "text", "arn"),
    [
        ("lambda.amazonaws.com", "functionName", "rotate-db:live", f"{FUNCTION}:live"),
        ("lambda.amazonaws.com", "functionName", "function:rotate-db", FUNCTION),
        ("lambda.amazonaws.com", "functionName", f"{ACCOUNT}:rotate-db", f"{ACCOUNT}:rotate-db"),
        ("kms.amazonaws.com", "keyId", "1234abcd-12ab-34cd-56ef-1234567890ab", KEY),
        ("kms.amazonaws.com", "keyId", "alias/secrets", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/secrets"),
        ("kms.amazonaws.com", "keyId", KEY, KEY),
        ("events.amazonaws.com", "name", "reads", f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/reads"),
        ("iam.amazonaws.com", "roleName", "detector", f"arn:aws:iam::{ACCOUNT}:role/detector"),
        ("s3.amazonaws.com", "bucketName", "vault", "arn:aws:s3:::vault"),
        ("sqs.amazonaws.com", "queueUrl", f"https://sqs.x/{ACCOUNT}/lane", f"https://sqs.x/{ACCOUNT}/lane"),
        ("other.amazonaws.com", "name", "reads", "reads"),
    ],
)
def test_a_bare_name_is_written_out_as_its_service_means_it(source, field, text, arn):
    assert arns_in(an_event("Call", source=source, request={field: text}), field) == (arn,)


def test_a_bare_name_stays_bare_where_the_account_is_not_known():
    event = replace(an_event("Call", source="lambda.amazonaws.com", request={"n": "f"}), account_id="unknown")

    assert arns_in(event, "n") == ("f",)
