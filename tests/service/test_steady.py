"""A channel is tried again within seconds and left alone while it fails; that is told through the others, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from builders import an_incident
from fakes import FakeNotices, FixedClock
from fakes_channels import FakeCircuits, ShakyChannel
from nightlatch.domain.answering.circuits import FIRST_PAUSE, MOST_ASKED, MOST_REFUSALS
from nightlatch.domain.errors import Busy, NotFound, Unavailable, Undeliverable
from nightlatch.service.steady import FIRST_PAUSE_S, LAST_TRY_WITHIN_S, TRIES, SteadyChannel, SteadyPorts, steady

DOWN = Unavailable("slack answered 500")


@dataclass
class World:
    slack: ShakyChannel = field(default_factory=lambda: ShakyChannel("slack"))
    sns: ShakyChannel = field(default_factory=lambda: ShakyChannel("sns"))
    teams: ShakyChannel = field(default_factory=lambda: ShakyChannel("teams"))
    clock: FixedClock = field(default_factory=FixedClock)
    circuits: FakeCircuits = field(default_factory=FakeCircuits)
    notices: FakeNotices = field(default_factory=FakeNotices)
    paused: list[float] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    each_try_takes: float = 0.0

    def ports(self) -> SteadyPorts:
        return SteadyPorts(
            circuits=self.circuits,
            notices=self.notices,
            now=self.clock,
            tick=self._tick,
            pause=self._pause,
            chance=lambda: 1.0,
            on_failure=lambda channel, why: self.failures.append((channel, why)),
        )

    def _tick(self) -> float:
        self.seconds += self.each_try_takes
        return self.seconds

    def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.seconds += seconds

    def show(self) -> str | None:
        """Show an incident in Slack, as a process does that has just started."""
        slack, *_ = steady((self.slack, self.sns, self.teams), self.ports())
        return slack.show(an_incident(), (), None)

    def fails(self, failure: Exception = DOWN) -> None:
        self.slack.failures = [failure] * TRIES
        with pytest.raises(Unavailable):
            self.show()
        self.slack.failures = []


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("before", range(TRIES))
def test_a_message_that_fails_once_or_twice_goes_through(world: World, before: int):
    world.slack.failures = [DOWN] * before

    assert world.show() is not None

    assert len(world.slack.shown) == 1
    assert len(world.paused) == before
    assert world.circuits.by_channel == {}


def test_the_pauses_grow_and_chance_shortens_them(world: World):
    world.fails()

    assert world.paused == [FIRST_PAUSE_S * 2, FIRST_PAUSE_S * 4]


def test_a_slow_channel_is_not_tried_beyond_its_time(world: World):
    world.each_try_takes = LAST_TRY_WITHIN_S

    world.fails()

    assert world.slack.tries == 1


def test_a_pause_that_a_channel_asks_for_is_kept_where_there_is_time_for_it(world: World):
    world.slack.failures = [Busy("asks for a pause", 1.5)]

    world.show()

    assert world.paused == [1.5 + FIRST_PAUSE_S * 2]


def test_a_pause_that_is_too_long_is_left_to_the_queue(world: World):
    world.slack.failures = [Busy("asks for a pause", 60.0)]

    with pytest.raises(Busy):
        world.show()

    assert (world.paused, world.slack.tries) == ([], 1)
    assert world.circuits.of("slack").left_alone_until == world.clock() + timedelta(seconds=60)


@pytest.mark.parametrize("asked", [1e308, 999_999_999_999_999.0, -1.0])
def test_any_number_that_a_channel_asks_for_is_believed_within_bounds(world: World, asked: float):
    world.slack.failures = [Busy("asks for a pause", asked)] * TRIES

    with pytest.raises(Unavailable):
        world.show()

    left_alone_until = world.circuits.of("slack").left_alone_until
    assert left_alone_until is not None
    assert timedelta(0) < left_alone_until - world.clock() <= MOST_ASKED


def test_what_a_channel_refuses_is_not_sent_again_at_once(world: World):
    world.fails(Undeliverable("slack answered 400"))

    assert world.slack.tries == 1
    assert world.paused == []


def test_a_failing_channel_is_left_alone_by_every_process(world: World):
    world.fails()
    tries = world.slack.tries

    with pytest.raises(Unavailable, match="left alone"):
        world.show()

    assert world.slack.tries == tries


def test_after_its_pause_it_is_tried_and_well(world: World):
    world.fails()
    world.clock.advance(FIRST_PAUSE)

    world.show()

    assert not world.circuits.of("slack").is_failing
    assert len(world.slack.shown) == 1


def test_while_one_process_tries_another_does_not(world: World):
    world.fails()
    world.clock.advance(FIRST_PAUSE)
    first = SteadyChannel(world.slack, (world.slack, world.sns), world.ports())
    seen: list[str] = []

    def second_process() -> None:
        with pytest.raises(Unavailable, match="left alone"):
            world.show()
        seen.append("left alone")

    first.steadily(second_process)

    assert seen == ["left alone"]


def test_a_failure_is_told_through_every_other_channel_once(world: World):
    world.fails()
    world.clock.advance(FIRST_PAUSE)
    world.fails()

    assert [news.is_over for news in world.sns.announced] == [False]
    assert [news.channel for news in world.teams.announced] == ["slack"]
    assert world.slack.announced == []


def test_how_a_channel_does_is_told_where_it_always_is_whatever_the_route_of_the_incident(world: World):
    elsewhere = ShakyChannel("sns")
    slack, *_ = steady((world.slack, elsewhere), world.ports(), others=(world.slack, world.sns))
    world.slack.failures = [DOWN] * TRIES
    with pytest.raises(Unavailable):
        slack.show(an_incident(), (), None)

    assert (len(world.sns.announced), elsewhere.announced) == (1, [])


def test_that_it_is_over_is_told_once(world: World):
    world.fails()
    world.clock.advance(FIRST_PAUSE)
    world.show()
    world.show()

    assert [news.is_over for news in world.sns.announced] == [False, True]
    assert [news.is_over for news in world.teams.announced] == [False, True]


def test_a_channel_that_cannot_tell_of_another_keeps_nobody_else_from_it(world: World):
    world.sns.failures = [Unavailable("sns does not answer")]

    world.fails()

    assert world.sns.announced == []
    assert len(world.teams.announced) == 1
    assert ("sns", "sns does not answer") in world.failures


def test_news_that_nobody_could_tell_is_told_with_the_next_message(world: World):
    world.sns.failures = [DOWN]
    world.teams.failures = [DOWN]
    world.fails()
    assert world.sns.announced == world.teams.announced == []

    world.clock.advance(timedelta(minutes=3))
    world.show()

    assert len(world.sns.announced) == len(world.teams.announced) == 1


def test_the_only_channel_has_nobody_to_tell_and_asks_nobody_again(world: World):
    (alone,) = steady((world.slack,), world.ports())
    world.slack.failures = [DOWN] * TRIES
    with pytest.raises(Unavailable):
        alone.show(an_incident(), (), None)

    assert not world.circuits.of("slack").is_news


def test_a_message_that_is_refused_silences_nothing_until_several_are(world: World):
    for _ in range(MOST_REFUSALS - 1):
        world.fails(Undeliverable("slack answered 400"))

    world.show()

    assert len(world.slack.shown) == 1


def test_each_failure_is_counted_with_its_reason(world: World):
    world.fails()

    assert world.failures == [("slack", "slack answered 500")]


def test_where_nobody_knows_how_a_channel_does_it_is_tried(world: World):
    world.circuits.is_down = True

    assert world.show() is not None


def test_a_channel_keeps_its_pace_and_what_it_can_do_beside_showing(world: World):
    class Threaded(ShakyChannel):
        pace = "thread"

        def reply(self, place: str, lines: list[str], *, lead: str) -> int:
            self._try()
            self.shown.append(f"{place} {lines} {lead}")
            return len(lines)

    threaded = Threaded("slack", failures=[DOWN])
    one, other = steady((threaded, world.sns), world.ports())

    assert one.reply("C1/1", ["more"], lead="HIGH") == 1  # type: ignore[attr-defined]

    assert threaded.shown == ["C1/1 ['more'] HIGH"]
    assert one.pace == "thread"  # type: ignore[attr-defined]
    assert hasattr(type(one), "reply")
    assert not hasattr(other, "reply")
    assert not hasattr(one, "summarise")


def test_an_error_that_is_not_the_channels_failing_goes_through_as_it_is(world: World):
    world.slack.failures = [NotFound("the message is gone")]

    with pytest.raises(NotFound):
        world.show()

    assert world.slack.tries == 1
    assert world.circuits.by_channel == {}
