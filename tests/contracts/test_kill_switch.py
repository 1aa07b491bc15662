"""The brake holds whenever nobody can say that it is off; the policy is read again within half a minute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nightlatch.adapters.parameter_store import READ_AGAIN_AFTER_S, Parameter, SsmKillSwitch
from nightlatch.domain.errors import Unavailable
from worlds import a_client, on_moto

NAME = "/nightlatch/test/parameter"


class Stopwatch:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ssm(monkeypatch) -> Iterator[Any]:
    with on_moto(monkeypatch):
        yield a_client("ssm")


def write(ssm: Any, text: str) -> None:
    ssm.put_parameter(Name=NAME, Value=text, Type="String", Overwrite=True)


@pytest.mark.parametrize(("text", "is_on"), [("off", False), (" OFF ", False), ("on", True), ("no", True), ("0", True)])
def test_only_off_is_off(ssm, text, is_on):
    write(ssm, text)

    assert SsmKillSwitch(Parameter(ssm, NAME)).is_on() is is_on


def test_a_brake_that_cannot_be_read_is_on(ssm):
    assert SsmKillSwitch(Parameter(ssm, NAME)).is_on()


def test_a_brake_that_can_no_longer_be_read_is_on_once_the_last_answer_is_old(ssm):
    tick = Stopwatch()
    write(ssm, "off")
    switch = SsmKillSwitch(Parameter(ssm, NAME, tick=tick))
    assert not switch.is_on()
    ssm.delete_parameter(Name=NAME)

    tick.seconds = READ_AGAIN_AFTER_S - 1
    assert not switch.is_on()
    tick.seconds = READ_AGAIN_AFTER_S
    assert switch.is_on()


def test_a_brake_that_was_pulled_is_seen_within_half_a_minute(ssm):
    tick = Stopwatch()
    write(ssm, "off")
    switch = SsmKillSwitch(Parameter(ssm, NAME, tick=tick))
    switch.is_on()
    write(ssm, "on")

    tick.seconds = READ_AGAIN_AFTER_S

    assert switch.is_on()


def test_a_document_comes_with_its_version(ssm):
    write(ssm, '{"version": 1}')
    write(ssm, '{"version": 1, "defaults": {"mode": "notify"}}')

    document = Parameter(ssm, NAME).read()

    assert (document.text, document.version) == ('{"version": 1, "defaults": {"mode": "notify"}}', 2)


def test_a_document_that_cannot_be_read_is_unavailable(ssm):
    with pytest.raises(Unavailable, match=NAME):
        Parameter(ssm, NAME).read()
