"""The state of a rule decides what it sees before its pattern is asked."""

from __future__ import annotations

import pytest

from nightlatch.local.events.rule_states import admits

ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def a_call(**detail):
    return {"detail-type": "AWS API Call via CloudTrail", "detail": {"eventCategory": "Management", **detail}}


READ = a_call(readOnly=True)
WRITE = a_call(readOnly=False)
DATA = a_call(readOnly=True, eventCategory="Data")
SERVICE = {"detail-type": "AWS Service Event via CloudTrail", "detail": {"readOnly": False}}
NATIVE = {"detail-type": "Secret Label Updated", "detail": {"name": "orders/db"}}


@pytest.mark.parametrize("event", [WRITE, DATA, SERVICE, NATIVE])
def test_an_enabled_rule_sees_everything_but_reading_management_calls(event):
    assert admits("ENABLED", event)
    assert not admits("ENABLED", READ)


@pytest.mark.parametrize("event", [READ, WRITE, DATA, SERVICE, NATIVE])
def test_a_rule_for_all_management_events_sees_everything(event):
    assert admits(ALL, event)


@pytest.mark.parametrize("event", [READ, WRITE, DATA, SERVICE, NATIVE])
def test_a_disabled_rule_sees_nothing(event):
    assert not admits("DISABLED", event)
