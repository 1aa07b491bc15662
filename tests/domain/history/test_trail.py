"""A stretch gives what lies in it, and what is made of a trail is made once for all its stretches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.history.examples import AT, a_denial, a_secret, an_event, sightings
from nightlatch.domain.history.sightings import Sighting, denied, succeeded
from nightlatch.domain.history.trail import Trail


def after(seconds: float):
    return AT + timedelta(seconds=seconds)


def seconds_of(trail: Trail) -> list[float]:
    return [(sighting.at - AT).total_seconds() for sighting in trail]


def reads(*seconds: float) -> Trail:
    return sightings(an_event(secret=a_secret(f"s{s}"), after_s=s) for s in seconds)


def test_a_trail_is_in_order_of_time_and_event_id():
    same_time = [an_event(secret=a_secret(name), event_id=name) for name in "ca"]
    trail = sightings([*same_time, an_event(secret=a_secret(), after_s=-1, event_id="z")])

    assert [sighting.event_id for sighting in trail] == ["z", "a", "c"]


def test_stretches_end_where_they_are_said_to():
    trail = reads(0, 1, 2, 3, 4)

    assert seconds_of(trail.between(after(1), after(3))) == [1, 2, 3]
    assert seconds_of(trail.before(after(2))) == [0, 1]
    assert seconds_of(trail.upto(after(2))) == [0, 1, 2]
    assert seconds_of(trail.after(after(2))) == [3, 4]
    assert seconds_of(trail.between(after(1), after(3)).after(after(0))) == [1, 2, 3]


def test_a_stretch_is_read_like_a_tuple():
    stretch = reads(0, 1, 2, 3).between(after(1), after(2))

    assert len(stretch) == 2
    assert stretch == tuple(stretch)
    assert hash(stretch) == hash(tuple(stretch))
    assert (stretch[0], stretch[-1]) == tuple(stretch)
    assert stretch[:1] == [stretch[0]]
    assert not stretch.after(after(2))
    for outside in (2, -3):
        with pytest.raises(IndexError):
            stretch[outside]


def test_picks_keep_to_their_stretch():
    names = ("PutSecretValue", "TagResource") * 3
    events = [an_event(name, secret=a_secret(), after_s=n) for n, name in enumerate(names)]
    stretch = sightings(events).between(after(2), after(5))

    assert seconds_of(stretch.named("PutSecretValue")) == [2, 4]
    assert seconds_of(stretch.named("PutSecretValue", "TagResource")) == [2, 3, 4, 5]
    assert seconds_of(stretch.only(succeeded).named("TagResource")) == [3, 5]
    assert seconds_of(stretch.only(denied)) == []


def test_a_refused_call_did_not_succeed_and_was_denied():
    (sighting,) = sightings([an_event(secret=a_secret(), failure=a_denial("GetSecretValue", "prod/db"))])

    assert denied(sighting)
    assert not succeeded(sighting)


def test_a_secret_is_found_however_it_was_called():
    called = [a_secret(suffix=None), a_secret(), a_secret("prod/db-backup"), a_secret(suffix="GhIjKl")]
    trail = sightings(an_event(secret=secret, after_s=n) for n, secret in enumerate(called))

    assert seconds_of(trail.about(a_secret())) == [0, 1]
    assert seconds_of(trail.about(a_secret(suffix=None))) == [0, 1, 3]


def test_equal_listings_are_picked_together():
    one, other = ({"filters": [{"key": "name", "values": [value]}]} for value in "ab")
    trail = sightings(
        an_event("BatchGetSecretValue", request=asked, after_s=n) for n, asked in enumerate((one, other, one))
    )

    assert seconds_of(trail.asking(trail[0].digest)) == [0, 2]


def test_an_event_is_found_in_its_stretch_alone():
    trail = reads(0, 1)
    first = trail[0]

    assert trail.find(first.event_id) == first
    assert trail.after(AT).find(first.event_id) is None
    assert trail.find("nobody's") is None


def test_things_are_made_once_of_the_whole_trail():
    asked: list[int] = []

    def size(whole: Trail) -> int:
        asked.append(len(whole))
        return len(whole)

    trail = reads(0, 1, 2)

    assert [trail.once(size, size), trail.after(AT).once(size, size), trail.only(succeeded).once(size, size)] == [
        3,
        3,
        3,
    ]
    assert asked == [3, 3]  # of the trail, and of what was picked out of it


def test_what_is_made_of_a_trail_until_a_moment_sees_nothing_later():
    trail = reads(0, 1, 2, 3)

    assert trail.after(AT).until(after(2)).once("size", len) == 3
    assert seconds_of(trail.after(AT).until(after(2))) == [1, 2]
    assert seconds_of(trail.until(after(-1))) == []


@given(st.lists(st.integers(0, 20)), st.integers(0, 20), st.integers(0, 20))
def test_a_pick_of_a_stretch_is_the_stretch_of_the_pick(seconds, start, end):
    trail = reads(*seconds)

    def even(sighting: Sighting) -> bool:
        return sighting.at.second % 2 == 0

    assert trail.between(after(start), after(end)).only(even) == trail.only(even).between(after(start), after(end))
