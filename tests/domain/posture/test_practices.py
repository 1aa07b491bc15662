"""The ten practices are those of AWS's page, in its order."""

from __future__ import annotations

import re

from nightlatch.domain.posture.practices import Practice


def test_there_are_ten_in_the_order_of_the_page() -> None:
    assert [practice.number for practice in Practice] == list(range(1, 11))


def test_each_has_a_name_for_programs_that_no_other_has() -> None:
    shorts = [practice.short for practice in Practice]

    assert len(set(shorts)) == len(shorts)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", short) for short in shorts)


def test_the_page_names_rotation_seventh_and_the_pillar_last() -> None:
    assert (Practice.ROTATION.number, Practice.PILLAR.number) == (7, 10)
    assert Practice.ROTATION.title == "Rotate secrets on a schedule"
