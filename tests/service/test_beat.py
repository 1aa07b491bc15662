"""A beat is sent and must come back; what is newly broken leaves one sign, and so does a silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from fakes_watching import NO_STORE, FakeBeats, FakeCall, FakeLook, FakeStandings, Postponed
from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.event.events import Origin
from nightlatch.domain.history.examples import ACCOUNT, AT, a_role, a_secret, an_event
from nightlatch.domain.watching.beats import BEAT_EVERY, SILENT_AFTER, Heart
from nightlatch.domain.watching.paths import Expected, Paths, SubscriptionSeen, TrailSeen
from nightlatch.domain.watching.signs import RULE, Sign
from nightlatch.service.beat import ACCEPTED_AFTER, BeatPorts, Hearing, beat, hear, listen

SECRET = a_secret("nightlatch-HeartbeatSecret")
HEART = Heart(secret=SECRET.text, role=f"arn:aws:iam::{ACCOUNT}:role/heartbeat")
NOTHING = Expected(events=frozenset(), lanes=frozenset())
STOPPED = Paths(trails=(TrailSeen(name="main", is_logging=False),))


@pytest.fixture
def ports() -> BeatPorts:
    numbers = count()
    return BeatPorts(
        heart=HEART,
        beats=FakeBeats(),
        call=FakeCall(),
        look=FakeLook(),
        standings=FakeStandings(),
        postpone=Postponed(),
        mint=lambda: f"nonce-of-the-test-{next(numbers)}",
    )


@pytest.fixture
def hearing(ports) -> Hearing:
    return Hearing(heart=HEART, beats=ports.beats, postpone=ports.postpone)


def a_beat(nonce, *, at=AT):
    event = an_event(secret=SECRET, by=a_role("heartbeat"), at=at)
    return replace(event, origin=Origin(user_agent=f"Boto3 nightlatch-beat/{nonce}"))


def test_each_beat_has_a_nonce_of_its_own_which_is_kept_before_the_call(ports):
    for n in range(2):
        beat(ports, NOTHING, AT + n * BEAT_EVERY)

    assert ports.call.nonces == ["nonce-of-the-test-0", "nonce-of-the-test-1"]
    assert all(ports.beats.is_sent(nonce) for nonce in ports.call.nonces)


def test_a_beat_that_may_not_be_sent_is_a_gap_and_the_paths_are_looked_at_all_the_same(ports):
    ports.call.refuses = True
    ports.look.shown = STOPPED

    done = beat(ports, NOTHING, AT)

    assert done.gaps == ("heartbeat: not permitted; add secretsmanager:GetSecretValue to the role that acts",)
    assert [fault.about for fault in done.faults] == ["trail"]


@pytest.mark.parametrize(
    ("part", "gaps"),
    [
        ("call", ("heartbeat: Secrets Manager does not answer; try again later",)),
        ("beats", (f"heartbeat: {NO_STORE}",)),
        ("standings", (f"paths: {NO_STORE}",)),
        ("postpone", (f"paths: {NO_STORE}",)),
    ],
)
def test_what_does_not_answer_is_a_gap_and_what_is_broken_is_counted_all_the_same(ports, part, gaps):
    ports.look.shown = STOPPED
    getattr(ports, part).fails = True

    done = beat(ports, NOTHING, AT)

    assert done.gaps == gaps
    assert [fault.about for fault in done.faults] == ["trail"]


@pytest.mark.parametrize("part", ["standings", "postpone"])
def test_a_sign_that_could_not_be_left_is_left_by_the_next_beat(ports, part):
    ports.look.shown = STOPPED
    getattr(ports, part).fails = True
    beat(ports, NOTHING, AT)
    getattr(ports, part).fails = False

    for n in (1, 2):
        beat(ports, NOTHING, AT + n * BEAT_EVERY)

    assert ports.postpone.names == [Sign.BROKEN]


def test_without_a_nonce_that_is_kept_no_heartbeat_is_sent(ports):
    ports.beats.fails = True

    beat(ports, NOTHING, AT)

    assert ports.call.nonces == []


@pytest.mark.parametrize("unseen", ["trail", "trail:reads"])
def test_what_cannot_be_looked_at_now_is_as_it_was_and_is_not_told_again(ports, unseen):
    loses = TrailSeen(name="main", is_logging=True, losses=(Loss.READS,))
    ports.look.shown = Paths(trails=(loses,))
    beat(ports, NOTHING, AT)
    ports.look.shown = Paths(gaps=("cloudtrail:DescribeTrails could not be asked",), unseen=frozenset({unseen}))

    done = beat(ports, NOTHING, AT + BEAT_EVERY)
    ports.look.shown = Paths(trails=(loses,))
    beat(ports, NOTHING, AT + 2 * BEAT_EVERY)

    assert [fault.about for fault in done.faults] == ["trail:reads"]
    assert ports.postpone.names == [Sign.BROKEN]


def test_what_was_whole_and_cannot_be_looked_at_now_is_a_gap_and_no_fault(ports):
    ports.look.shown = Paths(gaps=("cloudtrail:DescribeTrails could not be asked",), unseen=frozenset({"trail"}))

    done = beat(ports, NOTHING, AT)

    assert (done.faults, done.gaps) == ((), ("cloudtrail:DescribeTrails could not be asked",))


def test_what_is_newly_broken_leaves_one_sign_and_what_stays_broken_no_other(ports):
    ports.look.shown = STOPPED

    done = [beat(ports, NOTHING, AT + n * BEAT_EVERY) for n in range(3)]

    assert [len(one.faults) for one in done] == [1, 1, 1]
    [(sign, rule, until)] = ports.postpone.events
    assert (sign.name, rule, until) == (Sign.BROKEN, RULE, AT)


def test_what_was_mended_and_breaks_again_is_told_again(ports):
    for n, shown in enumerate([STOPPED, Paths(trails=(TrailSeen(name="main", is_logging=True),)), STOPPED]):
        ports.look.shown = shown
        beat(ports, NOTHING, AT + n * BEAT_EVERY)

    assert len({event.event_id for event, _, _ in ports.postpone.events}) == 2


def test_a_subscription_that_went_is_told_and_after_a_day_it_was_meant_to_go(ports):
    ports.look.shown = Paths(subscriptions=(SubscriptionSeen(name="email:1"),))
    assert beat(ports, NOTHING, AT).faults == ()
    ports.look.shown = Paths(subscriptions=())

    [gone] = beat(ports, NOTHING, AT + BEAT_EVERY).faults
    later = beat(ports, NOTHING, AT + BEAT_EVERY + ACCEPTED_AFTER)

    assert gone.about == "subscription:email:1"
    assert later.faults == ()
    assert ports.postpone.names == [Sign.BROKEN]


def test_a_beat_that_comes_back_is_heard_once_and_a_forged_one_never(ports, hearing):
    beat(ports, NOTHING, AT)
    mine, forged = a_beat("nonce-of-the-test-0"), a_beat("nonce-of-somebody")

    lags = hear([mine, mine, forged, an_event(secret=SECRET)], hearing, AT + timedelta(seconds=20))

    assert lags == (timedelta(seconds=20),)
    assert ports.postpone.names == []


def test_one_that_comes_late_leaves_a_sign(ports, hearing):
    beat(ports, NOTHING, AT)

    hear([a_beat("nonce-of-the-test-0")], hearing, AT + timedelta(minutes=11))

    assert ports.postpone.names == [Sign.LATE]


def test_a_silence_is_told_once_however_many_minutes_it_lasts(ports, hearing):
    beat(ports, NOTHING, AT)
    hear([a_beat("nonce-of-the-test-0")], hearing, AT)

    for minute in range(60):
        listen(hearing, AT + timedelta(minutes=minute))

    assert ports.postpone.names == [Sign.SILENT]
    [(sign, rule, _)] = ports.postpone.events
    assert (sign.at, rule) == (AT + SILENT_AFTER, RULE)


def test_after_a_beat_that_came_back_the_next_silence_is_another(ports, hearing):
    beat(ports, NOTHING, AT)
    listen(hearing, AT + SILENT_AFTER)
    hear([a_beat("nonce-of-the-test-0")], hearing, AT + SILENT_AFTER)

    listen(hearing, AT + SILENT_AFTER * 2)

    assert ports.postpone.names == [Sign.SILENT, Sign.LATE, Sign.SILENT]


def test_one_beat_that_is_lost_is_no_silence(ports, hearing):
    for n in range(4):
        beat(ports, NOTHING, AT + n * BEAT_EVERY)
        if n != 1:
            hear([a_beat(f"nonce-of-the-test-{n}")], hearing, AT + n * BEAT_EVERY + timedelta(seconds=30))
        for minute in range(14):
            listen(hearing, AT + n * BEAT_EVERY + timedelta(minutes=minute, seconds=31))

    assert [name for name in ports.postpone.names if name == Sign.SILENT] == []
