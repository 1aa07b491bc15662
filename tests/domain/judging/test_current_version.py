"""What was current is read off writes, label moves and native events, and where they do not say it is unknown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import AT, a_label_event, a_secret, a_service_event, an_event, sightings
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.current_version import CurrentMove, current_at, has_just_moved, moves_of_current

SECRET = a_secret()


def call(name: str, version: str | None = None, *, at_s: float = 0, label: str | None = None, **more) -> SecretEvent:
    request = {"versionStage": label} if label else None
    return an_event(name, secret=SECRET, after_s=at_s, version_id=version, request=request, **more)


def current(*events: SecretEvent, at_s: float = 3600) -> str | None:
    moves = moves_of_current(SECRET, Baseline(on_secret=sightings(events)))
    return current_at(moves, AT + timedelta(seconds=at_s))


@pytest.mark.parametrize(
    "event",
    [
        call("CreateSecret", "v-1"),
        call("PutSecretValue", "v-1"),
        call("UpdateSecret", "v-1"),
        call("UpdateSecretVersionStage", "v-1", label="AWSCURRENT"),
        a_label_event(SECRET, version_id="v-1"),
    ],
    ids=lambda event: event.name,
)
def test_what_makes_a_version_current(event):
    assert current(event) == "v-1"
    assert current(event, at_s=-1) is None


@pytest.mark.parametrize(
    "event",
    [
        call("PutSecretValue", "v-2", at_s=9, failure=Failure("AccessDenied")),
        an_event(
            "PutSecretValue", secret=SECRET, version_id="v-2", request={"versionStages": ["AWSPENDING"]}, after_s=9
        ),
        call("UpdateSecretVersionStage", "v-2", label="stable", at_s=9),
        a_label_event(SECRET, version_id="v-2", label="AWSPENDING", after_s=9),
        call("UpdateSecret", at_s=9, failure=Failure("AccessDenied")),
        call("TagResource", at_s=9),
    ],
)
def test_what_does_not(event):
    assert current(call("PutSecretValue", "v-1"), event) == "v-1"


@pytest.mark.parametrize(
    "event",
    [
        call("PutSecretValue", at_s=600),
        call("UpdateSecret", at_s=600),
        a_service_event("ReplicationSucceeded", secret=SECRET, after_s=1800),
        a_service_event("RotationSucceeded", secret=SECRET, after_s=1800),
    ],
    ids=lambda event: event.name,
)
def test_after_a_move_that_names_no_version_the_current_one_is_unknown(event):
    first, later = call("PutSecretValue", "v-1"), call("PutSecretValue", "v-3", at_s=3000)

    assert current(first, event) is None
    assert current(first, event, later) == "v-3"


@pytest.mark.parametrize("apart_s", [-60, 0, 60])
def test_the_native_event_beside_a_write_names_its_version(apart_s):
    write, label = call("UpdateSecret", at_s=600), a_label_event(SECRET, version_id="v-2", after_s=600 + apart_s)

    assert current(call("PutSecretValue", "v-1"), write, label) == "v-2"


def test_a_rotation_that_ends_has_moved_the_label_before():
    finish = call("UpdateSecretVersionStage", "v-2", label="AWSCURRENT", at_s=10)
    end = a_service_event("RotationSucceeded", secret=SECRET, after_s=12)

    assert current(call("PutSecretValue", "v-1"), finish, end) == "v-2"


@pytest.mark.parametrize(("at_s", "expected"), [(-61, False), (-60, True), (0, True), (3600, True), (3601, False)])
def test_a_move_is_fresh_for_a_while_and_from_a_minute_before_for_clocks_differ(at_s: float, *, expected: bool):
    moves = [CurrentMove(AT, None)]

    assert has_just_moved(moves, AT + timedelta(seconds=at_s), within=timedelta(hours=1)) is expected
    assert not has_just_moved([], AT, within=timedelta(hours=1))
