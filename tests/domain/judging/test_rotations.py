"""How long a schedule lets a value live, and whose step a call in a rotation is."""

from __future__ import annotations

import pytest

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.history.examples import a_person, a_role, a_user, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.rotations import is_rotation_function
from nightlatch.domain.secret.schedules import longest_gap_days


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ({"automaticallyAfterDays": 30}, 30),
        ({"AutomaticallyAfterDays": "1000"}, 1000),
        ({"scheduleExpression": "rate(400 days)"}, 400),
        ({"scheduleExpression": " rate(1 day) "}, 1),
        ({"scheduleExpression": "rate(36 hours)"}, 1.5),
        ({"scheduleExpression": "cron(0 8 1 * ? *)"}, 31),
        ({"scheduleExpression": "cron(0 8 29 2 ? *)"}, 365),
        ({"scheduleExpression": "cron(what it may be)"}, 365),
        ({"scheduleExpression": "rate(many days)"}, None),
        ({"duration": "3h"}, None),
        ({}, None),
        ("null", None),
    ],
)
def test_a_schedule_is_read_in_days(rules, days):
    assert longest_gap_days(Parameters({"rotationRules": rules})) == days


def test_a_rotation_function_is_known_by_its_session():
    baseline = Baseline(inventory=Inventory(rotation_functions=frozenset({"rotate-db:live"})))

    assert is_rotation_function(an_event(by=a_role("any", "rotate-db")), baseline)
    assert not is_rotation_function(an_event(by=a_role("rotate-db", "another")), baseline)
    assert not is_rotation_function(an_event(by=a_user("rotate-db")), baseline)
    assert not is_rotation_function(an_event(by=a_person("rotate-db")), Baseline())
