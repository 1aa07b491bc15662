"""A service is let in only by a policy that says so, as AWS judges it."""

from __future__ import annotations

import pytest

from nightlatch.local.events.grants import Ask, grants

RULE = "arn:aws:events:eu-west-1:111122223333:rule/changes"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:lane"
ASK = Ask(
    service="events.amazonaws.com",
    action="sqs:SendMessage",
    resource=QUEUE,
    source_arn=RULE,
    source_account="111122223333",
)


def allow(**changes):
    return {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        **changes,
    }


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    "statement",
    [
        allow(),
        allow(Action="sqs:*", Resource="*"),
        allow(Principal={"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}),
        allow(Condition={"ArnEquals": {"aws:SourceArn": RULE}}),
        allow(Condition={"ArnLike": {"aws:SourceArn": ["arn:aws:events:*:*:rule/other", RULE]}}),
        allow(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    ],
)
def test_the_rule_is_let_in(statement):
    assert grants(policy(statement), ASK)


@pytest.mark.parametrize(
    "statement",
    [
        allow(Principal={"Service": "sns.amazonaws.com"}),
        allow(Principal={"AWS": "111122223333"}),
        allow(Action="sqs:ReceiveMessage"),
        allow(Resource=QUEUE + "-2"),
        allow(Condition={"ArnEquals": {"aws:SourceArn": RULE + "-2"}}),
        allow(Condition={"StringEquals": {"aws:SourceAccount": "444455556666"}}),
        allow(Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01"}}),
        allow(Effect="Deny"),
    ],
)
def test_the_rule_is_not_let_in(statement):
    assert not grants(policy(statement), ASK)


def test_a_denial_outweighs_an_allowance():
    assert not grants(policy(allow(), allow(Effect="Deny", Principal="*")), ASK)


def test_a_denial_of_insecure_transport_does_not_concern_a_service():
    denial = allow(Effect="Deny", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})

    assert grants(policy(allow(), denial), ASK)


@pytest.mark.parametrize("nothing", [None, "", {}, "{}"])
def test_without_a_policy_nobody_is_let_in(nothing):
    assert not grants(nothing, ASK)
