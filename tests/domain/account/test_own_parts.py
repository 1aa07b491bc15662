"""The parts of nightlatch are told apart by service, and named by whatever a record names them by."""

from __future__ import annotations

import pytest

from nightlatch.domain.account.own_parts import PARTS
from nightlatch.domain.event.events import EVENTBRIDGE, LAMBDA, SNS, SQS
from nightlatch.domain.history.examples import ACCOUNT, REGION, an_event

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"


def test_a_call_belongs_to_one_part_at_most() -> None:
    calls = [(name.source, name.name) for part in PARTS for name in part.calls]

    assert len(set(calls)) == len(calls)


@pytest.mark.parametrize(
    ("name", "source", "touched"),
    [
        ("DeleteRule", EVENTBRIDGE, True),
        ("DeleteRule", "waf.amazonaws.com", False),
        ("RemovePermission", SQS, True),
        ("RemovePermission", SNS, True),
        ("RemovePermission20150331v2", LAMBDA, True),
        ("RemovePermission", EVENTBRIDGE, False),
        ("UpdateFunctionCode20150331v2", LAMBDA, True),
        ("DeleteRuleOfTomorrow", EVENTBRIDGE, False),
    ],
)
def test_a_name_counts_at_its_service_only(name, source, touched):
    event = an_event(name, source=source)

    assert any(part.is_touched_by(event) for part in PARTS) is touched


def test_a_subscription_names_its_topic_too():
    event = an_event("Unsubscribe", source=SNS, request={"subscriptionArn": f"{TOPIC}:0a1b2c3d"})
    (part,) = (part for part in PARTS if part.is_touched_by(event))

    assert TOPIC in set(part.named_in(event))
