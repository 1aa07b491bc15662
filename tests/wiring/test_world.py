"""Which policy a function works by, when the operator's document is good, bad or mended."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakes import FakeDispatch, FakeIncidents
from nightlatch.adapters.parameter_store import READ_AGAIN_AFTER_S, Parameter
from nightlatch.config import load_settings
from nightlatch.domain.answering.policy import Mode
from nightlatch.domain.errors import InvalidPolicy
from nightlatch.wiring import judging
from nightlatch.wiring.policy_in_force import MOST_BACK
from nightlatch.wiring.world import World
from worlds import ACCOUNT, REGION, a_client, on_moto

NAME = "/nightlatch/test/policy"

Store = Callable[[object], None]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Give what the operator stores a document with."""

    def put(document: object) -> None:
        text = document if isinstance(document, str) else json.dumps(document)
        a_client("ssm").put_parameter(Name=NAME, Value=text, Type="String", Overwrite=True)

    with on_moto(monkeypatch):
        yield put


def a_world(*, reaches_back: bool = False) -> World:
    """Make the world of a function that reads its policy every time it is asked."""
    ssm: Any = a_client("ssm")
    settings = load_settings({"NIGHTLATCH_POLICY_PARAMETER": NAME, "NIGHTLATCH_STATE_TABLE": "state"})
    world = World(settings, reaches_back=reaches_back)
    seconds = iter(range(0, 100 * int(READ_AGAIN_AFTER_S), int(READ_AGAIN_AFTER_S)))
    world.policies.parameter = Parameter(ssm, NAME, tick=lambda: float(next(seconds)))
    return world


def a_policy(mode: str) -> dict[str, object]:
    return {"version": 1, "defaults": {"mode": mode}}


@pytest.mark.parametrize("bad", ["no JSON at all", {"version": 1, "defualts": {}}, {"version": 2}])
def test_a_bad_policy_leaves_the_last_good_one_in_force_and_is_told(
    store: Store, bad: object, caplog: pytest.LogCaptureFixture
) -> None:
    world = a_world()
    store(a_policy("protect"))
    good = world.policy()

    store(bad)
    with caplog.at_level(logging.ERROR):
        after = world.policy()

    assert good.default.mode is Mode.PROTECT
    assert after == good
    assert [record.getMessage() for record in caplog.records] == ["policy refused; the last good one stays in force"]
    assert NAME in caplog.records[0].__dict__["reason"]


def test_a_mended_policy_is_in_force_the_next_time_it_is_read(store: Store) -> None:
    world = a_world()
    for document in (a_policy("protect"), {"version": 2}, a_policy("notify")):
        store(document)
        policy = world.policy()

    assert policy.default.mode is Mode.NOTIFY


def test_a_bad_policy_is_told_once_and_not_at_every_batch(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    world = a_world()
    store(a_policy("protect"))
    world.policy()
    store({"version": 2})

    with caplog.at_level(logging.ERROR):
        modes = {world.policy().default.mode for _ in range(5)}

    assert modes == {Mode.PROTECT}
    assert len(caplog.records) == 1


def test_a_function_that_starts_with_a_bad_policy_judges_by_none(store: Store) -> None:
    """What it should do without one nobody chose, so its work waits in the queue."""
    world = a_world()
    store({"version": 1, "defualts": {}})

    with pytest.raises(InvalidPolicy, match="did you mean 'defaults'"):
        world.policy()


def told(incidents: FakeIncidents) -> list[tuple[str, str]]:
    return [(incident.lead.rule, incident.policy_digest) for incident in incidents.by_id.values()]


TICK = {"messageId": "m1", "body": '{"nightlatch": "tick"}'}


def test_a_bad_policy_is_told_by_the_minutes_tick_and_says_what_counts(store: Store) -> None:
    world, incidents = a_world(), FakeIncidents()
    world.incidents, world.dispatch = incidents, FakeDispatch()  # type: ignore[assignment]
    store(a_policy("protect"))
    good = world.policy()
    store({"version": 1, "defualts": {}})

    for _ in range(2):
        judging._policy(world, tells=True)

    assert told(incidents) == [("monitor.policy-refused", good.digest)]
    (incident,) = incidents.by_id.values()
    assert "did you mean 'defaults'?" in incident.lead.reason
    assert (incident.lead.account_id, incident.lead.region) == (ACCOUNT, REGION)
    assert incident.revision == 1


def test_a_function_that_starts_with_a_bad_policy_says_so_and_judges_nothing(store: Store) -> None:
    world, incidents = a_world(), FakeIncidents()
    world.incidents, world.dispatch = incidents, FakeDispatch()  # type: ignore[assignment]
    store("no JSON at all")

    with pytest.raises(InvalidPolicy):
        judging.judge_messages([TICK], world=world)

    assert told(incidents) == [("monitor.policy-refused", "none")]


def test_between_ticks_and_under_a_good_policy_nothing_is_told(store: Store) -> None:
    world, incidents = a_world(), FakeIncidents()
    world.incidents, world.dispatch = incidents, FakeDispatch()  # type: ignore[assignment]
    store(a_policy("protect"))
    judging._policy(world, tells=True)
    store({"version": 2})
    judging._policy(world, tells=False)
    store(a_policy("notify"))
    judging._policy(world, tells=True)

    assert told(incidents) == []


def test_who_judges_and_starts_with_a_bad_policy_takes_the_newest_good_version(store: Store) -> None:
    for document in (a_policy("protect"), a_policy("notify"), {"version": 2}, "no JSON"):
        store(document)
    world = a_world(reaches_back=True)

    assert world.policy().default.mode is Mode.NOTIFY
    assert world.policies.refused is not None
    assert world.policies.refused.in_force == world.policy().digest


@pytest.mark.parametrize("bad", [1, MOST_BACK + 1])
def test_where_no_version_near_is_a_policy_nothing_is_judged(store: Store, bad: int) -> None:
    if bad > 1:
        store(a_policy("protect"))
    for number in range(bad):
        store({"version": 2, "number": number})

    with pytest.raises(InvalidPolicy):
        a_world(reaches_back=True).policy()


def test_who_acts_does_not_reach_back(store: Store) -> None:
    store(a_policy("protect"))
    store({"version": 2})

    with pytest.raises(InvalidPolicy):
        a_world().policy()
