"""The clock is the machine's unless the stage says otherwise; a broken file is no reason to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nightlatch.adapters.clock import clock

SOON = timedelta(seconds=30)


def is_now(moment: datetime) -> bool:
    return abs(moment - datetime.now(UTC)) < SOON and moment.utcoffset() == timedelta(0)


def test_without_a_file_it_is_the_machines_time():
    assert is_now(clock()())


def test_a_frozen_clock_stands_still(tmp_path):
    file = tmp_path / "clock.json"
    file.write_text('{"frozen": "2026-11-23T11:00:00+01:00"}')

    assert clock(str(file))() == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_a_clock_that_is_set_runs_on(tmp_path):
    file = tmp_path / "clock.json"
    file.write_text('{"offset_s": 900}')

    assert is_now(clock(str(file))() - timedelta(seconds=900))


def test_a_clock_follows_its_file(tmp_path):
    file = tmp_path / "clock.json"
    now = clock(str(file))
    before = now()
    file.write_text('{"frozen": "2020-01-01T00:00:00+00:00"}')

    assert is_now(before)
    assert now().year == 2020


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"offset_s": "late"}', '{"frozen": 7}', '{"offset_s": 1e300}'])
def test_a_broken_file_means_the_machines_time(tmp_path, text):
    file = tmp_path / "clock.json"
    file.write_text(text)

    assert is_now(clock(str(file))())
