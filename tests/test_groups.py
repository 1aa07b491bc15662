"""Tests that share a stage stay on one worker: a runner that forgets it sets every stage up twice, and says nothing."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

FOUR_OF_A_GROUP = """
import os
from pathlib import Path

import pytest

@pytest.mark.xdist_group("stage")
@pytest.mark.parametrize("number", range(4))
def test_where_it_runs(number):
    Path("{place}", str(number)).write_text(os.environ["PYTEST_XDIST_WORKER"])
"""


def test_a_group_stays_on_one_worker(pytester: pytest.Pytester) -> None:
    place = pytester.mkdir("places")
    pytester.makepyfile(FOUR_OF_A_GROUP.format(place=place))

    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2", "--dist=loadgroup").assert_outcomes(passed=4)

    assert len({file.read_text() for file in place.iterdir()}) == 1
