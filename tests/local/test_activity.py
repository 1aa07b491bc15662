"""Quiet means that nothing is under way and nothing is left, looked at twice."""

from __future__ import annotations

import threading

from nightlatch.local.activity import Activity


def test_with_nothing_under_way_and_nothing_left_it_is_quiet_at_once():
    assert Activity().wait_until_quiet(lambda: True, timeout_s=0)


def test_what_is_under_way_is_waited_for():
    activity, finish = Activity(), threading.Event()
    activity.begin()

    def work():
        finish.wait()
        activity.end()

    worker = threading.Thread(target=work)
    worker.start()

    assert not activity.wait_until_quiet(lambda: True, timeout_s=0.01)
    finish.set()
    assert activity.wait_until_quiet(lambda: True, timeout_s=60)
    worker.join()


def test_what_is_left_is_waited_for():
    assert not Activity().wait_until_quiet(lambda: False, timeout_s=0.01)


def test_work_that_began_and_ended_during_the_look_calls_for_another_look():
    activity, looks = Activity(), []

    def look():
        looks.append("look")
        if len(looks) == 1:
            # A function ran in between: what it left behind lies where this look has already been.
            with activity.busy():
                pass
        return True

    assert activity.wait_until_quiet(look, timeout_s=60)
    assert len(looks) == 2
