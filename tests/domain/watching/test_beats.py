"""A heartbeat is a read of our own secret with our own role and a nonce; half an hour without one is silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.event.events import Failure, Origin
from nightlatch.domain.history.examples import ACCOUNT, AT, a_role, a_secret, a_user, an_event
from nightlatch.domain.watching.beats import BEAT_EVERY, LATE_AFTER, SILENT_AFTER, Heart, Pulse, lateness, silence
from nightlatch.domain.watching.signs import told_by

NONCE = "Zm9yLXRlc3RzLW9ubHk-_x"
SECRET = a_secret("nightlatch-HeartbeatSecret")
HEART = Heart(secret=SECRET.text, role=f"arn:aws:iam::{ACCOUNT}:role/heartbeat")
AGENT = f"Boto3/1.44.5 md/Botocore#1.44.5 cfg/retry-mode#standard nightlatch nightlatch-beat/{NONCE}"
BEAT = replace(an_event(secret=SECRET, by=a_role("heartbeat")), origin=Origin(user_agent=AGENT))


@pytest.mark.parametrize("agent", [AGENT, f"[{AGENT}]", f"nightlatch-beat/{NONCE} more"])
def test_a_beat_gives_its_nonce(agent):
    assert HEART.nonce_in(replace(BEAT, origin=Origin(user_agent=agent))) == NONCE


@pytest.mark.parametrize(
    "other",
    [
        replace(BEAT, principal=a_user("mallory")),
        replace(BEAT, principal=a_role("app")),
        replace(BEAT, secrets=(a_secret("prod/db"),)),
        replace(BEAT, secrets=()),
        replace(BEAT, name="DescribeSecret"),
        replace(BEAT, failure=Failure("AccessDenied")),
        replace(BEAT, origin=Origin(user_agent="Boto3/1.44.5")),
        replace(BEAT, origin=Origin(user_agent="nightlatch-beat/short")),
        replace(BEAT, origin=Origin(user_agent=f"xnightlatch-beat/{NONCE}")),
        replace(BEAT, origin=Origin()),
    ],
    ids=["user", "role", "secret", "no secret", "call", "refused", "no nonce", "short", "other word", "no agent"],
)
def test_nothing_else_is_a_beat(other):
    assert HEART.nonce_in(other) is None


def test_a_function_that_is_told_of_no_heart_knows_no_beat():
    assert Heart(secret="", role="").nonce_in(BEAT) is None


def test_two_beats_and_the_time_they_need_are_within_half_an_hour():
    assert BEAT_EVERY * 2 < SILENT_AFTER <= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("pulse", "is_silent"),
    [
        (Pulse(), False),
        (Pulse(since=AT), True),
        (Pulse(since=AT - timedelta(days=9), arrived_at=AT), True),
        (Pulse(since=AT - timedelta(days=9), arrived_at=AT + timedelta(seconds=1)), False),
    ],
    ids=["never begun", "none ever came", "none came since", "one came"],
)
def test_half_an_hour_without_one_is_silence(pulse, is_silent):
    assert (silence(pulse, HEART, AT + SILENT_AFTER) is not None) is is_silent


def test_the_same_silence_is_the_same_event_however_often_it_is_looked_at():
    pulse = Pulse(since=AT, arrived_at=AT)

    one, other = (silence(pulse, HEART, AT + SILENT_AFTER + timedelta(minutes=n)) for n in (0, 7))

    assert one is not None
    assert other is not None
    assert (one.event_id, one.at) == (other.event_id, other.at)
    assert (one.account_id, one.region) == (ACCOUNT, "eu-west-1")


def test_it_is_said_when_none_is_being_sent_either():
    dead = silence(Pulse(since=AT, arrived_at=AT, sent_at=AT), HEART, AT + SILENT_AFTER)
    deaf = silence(Pulse(since=AT, arrived_at=AT, sent_at=AT + timedelta(minutes=28)), HEART, AT + SILENT_AFTER)

    assert dead is not None
    assert deaf is not None
    assert told_by(dead) == (
        "heartbeat",
        "no heartbeat has come back since 2026-03-02 09:00 UTC; none is being sent either",
    )
    assert told_by(deaf) == ("heartbeat", "no heartbeat has come back since 2026-03-02 09:00 UTC")


def test_ten_minutes_are_too_late():
    assert lateness(BEAT, LATE_AFTER - timedelta(seconds=1), HEART) is None
    late = lateness(BEAT, timedelta(minutes=12, seconds=59), HEART)

    assert late is not None
    assert told_by(late) == ("lag", "an event needed 12 minutes to be judged")
