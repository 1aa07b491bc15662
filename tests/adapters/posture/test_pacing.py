"""Calls come no faster than a tenth of their quota, and those of one quota do not wait for those of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import Lock

from fakes_posture import Scripted, all_secrets, premises
from nightlatch.adapters.aws_clients import Clients
from nightlatch.adapters.posture.needs import NEEDS
from nightlatch.adapters.posture.pacing import SharedPace
from worlds import ACCOUNT, REGION, at_once


class Standing:
    """A clock that stands, so that every wait shows how many turns were given before."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._lock = Lock()

    def tick(self) -> float:
        return 0.0

    def pause(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(round(seconds, 6))


def test_the_first_call_does_not_wait_and_each_further_one_a_fifth_of_a_second_more() -> None:
    clock = Standing()
    pace = SharedPace(5, tick=clock.tick, pause=clock.pause)

    for _ in range(4):
        pace.keep()

    assert clock.waits == [0.2, 0.4, 0.6]


def test_threads_take_one_turn_each() -> None:
    clock = Standing()
    pace = SharedPace(5, tick=clock.tick, pause=clock.pause)

    at_once([partial(pace.keep)] * 40)

    assert sorted(clock.waits) == [round(turn / 5, 6) for turn in range(1, 40)]


def test_who_comes_late_does_not_wait_and_saves_up_no_turns() -> None:
    ticks: Iterator[float] = iter((0.0, 10.0, 10.0))
    waits: list[float] = []
    pace = SharedPace(5, tick=partial(next, ticks), pause=waits.append)

    for _ in range(3):
        pace.keep()

    assert [round(wait, 6) for wait in waits] == [0.2]


def _page(count: int) -> dict[str, object]:
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
    return {"SecretList": [{"ARN": f"{arn}:{number}-AbCdEf", "Name": str(number)} for number in range(count)]}


def test_a_page_takes_as_long_as_its_slowest_call_and_not_as_all_together() -> None:
    clock = Standing()
    answers: dict[str, object | Callable[..., object]] = {
        "secretsmanager__ListSecrets": _page(100),
        "secretsmanager__ListSecretVersionIds": {"Versions": []},
        "secretsmanager__GetResourcePolicy": {},
        "secretsmanager__DescribeSecret": lambda asked: {"ARN": asked["SecretId"]},
    }

    all_secrets(premises(Scripted(**answers), tick=clock.tick, pause=clock.pause))

    assert max(clock.waits) == 19.8  # the hundredth of one kind; shared, the two hundredth would wait 39.8
    versions_and_policies = 2 * [round(turn / 5, 6) for turn in range(1, 100)]
    descriptions = [round(turn / 50, 6) for turn in range(1, 100)]
    assert sorted(clock.waits) == sorted(versions_and_policies + descriptions)


def test_calls_that_share_a_quota_share_a_pace() -> None:
    shared = {need.per_second for need in NEEDS.values() if need.service == "lambda"}
    quotas = {need.quota for need in NEEDS.values() if need.service == "lambda"}

    assert shared == {1.5}
    assert len(quotas) == 1
    assert "" not in quotas
    assert NEEDS["secretsmanager:GetResourcePolicy"].per_second == 5


def test_a_client_that_asks_much_slows_down_where_aws_asks_it_to() -> None:
    kept = Clients(region=REGION, retries="adaptive").of("secretsmanager").meta.config.retries

    assert kept["mode"] == "adaptive"
