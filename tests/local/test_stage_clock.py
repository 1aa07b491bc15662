"""The stage's clock can be set, every reader sees it, and a broken file never stops anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from nightlatch.adapters.clock import clock
from nightlatch.local.clock import StageClock, read_clock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_frozen_clock_stands_still_and_moves_only_when_told(tmp_path):
    stage = StageClock(tmp_path / "clock.json")

    stage.freeze(NOON)
    stage.advance(90)

    assert stage.now() == NOON + timedelta(seconds=90)


def test_a_running_clock_keeps_its_distance(tmp_path):
    stage = StageClock(tmp_path / "clock.json")

    stage.advance(3600)
    stage.advance(3600)

    assert json.loads(stage.path.read_text()) == {"offset_s": 7200.0}
    ahead = stage.now() - datetime.now(UTC)
    assert timedelta(seconds=7199) < ahead < timedelta(seconds=7201)


def test_what_the_functions_read_is_what_the_stage_wrote(tmp_path):
    stage = StageClock(tmp_path / "clock.json")
    in_a_function = clock(str(stage.path))

    stage.freeze(NOON)

    assert in_a_function() == stage.now() == NOON


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_a_clock_that_says_nothing_means_the_time_of_the_machine(tmp_path, text):
    path = tmp_path / "clock.json"
    path.write_text(text)

    assert abs(read_clock(path) - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_moment_without_a_time_zone_is_refused(tmp_path):
    with pytest.raises(ValueError, match="time zone"):
        StageClock(tmp_path / "clock.json").freeze(datetime(2026, 11, 23))  # noqa: DTZ001
