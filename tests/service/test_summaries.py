"""Many things at once are one message: a day's digest, a storm's summary; and nothing is lost by it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from builders import a_finding
from fakes import FakeChannel, FakeDispatch, FakeIncidents, FakeLedger, FakeNotices
from fakes_telling import FakeDigests, FakeSlack, FakeSns, FakeStorms, FakeTold
from nightlatch.domain.answering.decisions import Alert
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.summaries import MOST_NAMED
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.history.examples import AT, a_secret, a_user
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.service.effects import LiveEffects
from nightlatch.service.notify import NotifyPorts, notify
from nightlatch.service.ports import Notice
from nightlatch.service.storms import StormPorts, look_at_the_weather, watch
from nightlatch.service.summarise import SummaryPorts, is_summary, order_digest, tell_summary

POLICY = Policy(storm_after=3)
MINUTE = timedelta(minutes=1)
YESTERDAY = date(2026, 3, 1)


@dataclass
class World:
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    notices: FakeNotices = field(default_factory=FakeNotices)
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)
    storms: FakeStorms = field(default_factory=FakeStorms)
    digests: FakeDigests = field(default_factory=FakeDigests)
    told: FakeTold = field(default_factory=FakeTold)
    slack: FakeSlack = field(default_factory=FakeSlack)
    sns: FakeSns = field(default_factory=FakeSns)
    bus: FakeChannel = field(default_factory=lambda: FakeChannel("eventbridge"))

    def __post_init__(self) -> None:
        self.weather = StormPorts(storms=self.storms, held_back=self.storms, dispatch=self.dispatch)

    @property
    def channels(self):
        return (self.slack, self.sns, self.bus)

    def opens(self, who: str, *, now: datetime = AT, severity: Severity = Severity.HIGH) -> None:
        effects = LiveEffects(
            incidents=self.incidents,
            ledger=self.ledger,
            offers=self.ledger,
            dispatch=self.dispatch,
            mint=lambda: "opaque",
            opened=lambda incident, policy, at: watch(incident, policy, self.weather, at),
        )
        found = a_finding(by=a_user(who), severity=severity, event_ids=(f"e-{who}",))
        assert effects.carry_out([Alert(found)], policy=POLICY, now=now) == {}

    def deliver(self, now: datetime = AT) -> None:
        """Let the notifier take what lies in the queue."""
        while self.dispatch.notices:
            notice = self.dispatch.notices.pop(0)
            if is_summary(notice):
                ports = SummaryPorts(
                    digests=self.digests,
                    storms=self.storms,
                    held_back=self.storms,
                    notices=self.notices,
                    channels=lambda: self.channels,
                )
                tell_summary(notice, ports=ports, now=now)
            else:
                ports_of_all = NotifyPorts(
                    self.incidents, self.ledger, self.notices, self.channels, told=self.told, storms=self.weather
                )
                notify(notice, ports=ports_of_all, now=now)

    def shown(self, channel: FakeChannel) -> set[str]:
        return {self.incidents.get(incident_id).lead.principal.name for incident_id, _, _ in channel.shown}


@pytest.fixture
def world() -> World:
    return World()


def test_below_the_threshold_each_incident_is_its_own_message(world):
    for number in range(3):
        world.opens(f"u{number}")
        world.deliver()

    assert world.shown(world.slack) == world.shown(world.sns) == {"u0", "u1", "u2"}
    assert world.slack.summaries == []


def a_storm(world: World) -> None:
    for number in range(8):
        world.opens(f"u{number}")
        world.deliver()


def test_in_a_storm_one_summary_takes_the_place_of_single_messages(world):
    a_storm(world)
    look_at_the_weather(POLICY, world.weather, AT + MINUTE)
    world.deliver(AT + MINUTE)

    assert world.shown(world.slack) == world.shown(world.sns) == {"u0", "u1", "u2"}
    summary, place = world.slack.summaries[-1]
    assert summary.title == "Storm: 5 incidents since 09:00 UTC"
    assert "deletion.scheduled by u3 (IAM user), 1 incident" in summary.lines[0]
    assert place == "storm-20260302T090000"
    assert len(world.sns.summaries) == 1


def test_machines_are_sent_each_incident_of_a_storm(world):
    a_storm(world)

    assert world.shown(world.bus) == {f"u{number}" for number in range(8)}


def test_a_critical_incident_is_told_by_itself_in_a_storm(world):
    a_storm(world)
    world.opens("worst", severity=Severity.CRITICAL)
    world.deliver()

    assert "worst" in world.shown(world.slack) & world.shown(world.sns)


def test_an_incident_that_was_told_before_the_storm_is_still_edited(world):
    world.opens("u0")
    world.deliver()
    a_storm(world)
    before = len(world.slack.shown)
    incident = next(one for one in world.incidents.by_id.values() if one.lead.principal.name == "u0")
    world.incidents.note(incident.id, "found out later")
    world.dispatch.alert(Notice(incident.id, "revision-9"))
    world.deliver()

    assert len(world.slack.shown) == before + 1


def test_when_it_is_calm_every_incident_has_its_message_or_is_named(world):
    a_storm(world)
    calm = AT + timedelta(minutes=6)
    look_at_the_weather(POLICY, world.weather, calm)
    world.deliver(calm)
    look_at_the_weather(POLICY, world.weather, calm + MINUTE)
    world.deliver(calm + MINUTE)

    everybody = {f"u{number}" for number in range(8)}
    assert world.shown(world.slack) == everybody
    summary, _ = world.sns.summaries[-1]
    assert summary.is_over
    assert summary.title == "Calm again after a storm: 5 incidents since 09:00 UTC"
    named = " ".join(summary.lines)
    assert all(f"u{number} " in named for number in range(3, 8))
    assert world.shown(world.sns) == {"u0", "u1", "u2"}
    assert len(world.sns.summaries) == 2


def test_an_incident_that_was_named_in_a_mail_is_told_again_when_there_is_news(world):
    a_storm(world)
    calm = AT + timedelta(minutes=6)
    look_at_the_weather(POLICY, world.weather, calm)
    world.deliver(calm)
    incident = next(one for one in world.incidents.by_id.values() if one.lead.principal.name == "u5")
    world.incidents.fold(
        a_finding(by=a_user("u5"), rule="deletion.force-delete", severity=Severity.CRITICAL), policy_digest=""
    )
    world.dispatch.alert(Notice(incident.id, "revision-2"))
    world.deliver(calm)

    assert "u5" in world.shown(world.sns)


def test_a_storm_that_ended_in_a_crash_is_ended_by_the_next_tick(world):
    a_storm(world)
    calm = AT + timedelta(minutes=6)
    world.dispatch.is_down = True
    with pytest.raises(Unavailable):
        look_at_the_weather(POLICY, world.weather, calm)
    world.dispatch.is_down = False

    look_at_the_weather(POLICY, world.weather, calm + MINUTE)
    world.deliver(calm + MINUTE)

    assert world.shown(world.slack) == {f"u{number}" for number in range(8)}
    assert world.storms.standing() is None


def test_an_incident_that_is_held_back_while_the_storm_ends_is_told(world):
    a_storm(world)
    world.opens("late")
    held = world.storms.hold

    def end_meanwhile(storm_id, one):
        held(storm_id, one)
        look_at_the_weather(POLICY, world.weather, AT + timedelta(minutes=6))
        world.storms.hold = held

    world.storms.hold = end_meanwhile
    world.deliver(AT + timedelta(minutes=6))

    assert "late" in world.shown(world.slack)


def test_of_a_great_storm_whoever_is_not_named_in_the_last_summary_has_a_message(world):
    for number in range(60):
        world.opens(f"u{number}", severity=Severity.HIGH if number % 3 else Severity.MEDIUM)
    world.deliver()
    calm = AT + timedelta(minutes=6)
    look_at_the_weather(POLICY, world.weather, calm)
    world.deliver(calm)

    summary, _ = world.sns.summaries[-1]
    named = {line.split()[0] for line in summary.lines if line.startswith("inc-")}
    by_id = {one.id: one.lead.principal.name for one in world.incidents.by_id.values()}
    assert len(named) == MOST_NAMED
    assert {by_id[one] for one in named} | world.shown(world.sns) == {f"u{number}" for number in range(60)}
    assert f"{MOST_NAMED} named here, each of the other" in summary.sentence


def test_a_storm_that_lasts_is_said_aloud_every_quarter_of_an_hour_wherever_people_are(world):
    a_storm(world)
    before = len(world.sns.summaries), len(world.slack.summaries)
    for minute in range(1, 31):
        now = AT + minute * MINUTE
        world.storms.openings.update({(f"more-{minute}-{n}", now): None for n in range(9)})
        look_at_the_weather(POLICY, world.weather, now)
        world.deliver(now)

    assert len(world.sns.summaries) - before[0] == 2
    aloud = [place for _, place in world.slack.summaries[before[1] :] if place is None]
    assert len(aloud) == 2


def test_the_beginning_of_a_storm_is_told_though_its_first_notice_was_lost(world):
    for number in range(8):
        world.opens(f"u{number}")
    world.dispatch.notices.clear()

    look_at_the_weather(POLICY, world.weather, AT + MINUTE)
    world.deliver(AT + MINUTE)

    assert [summary.title.partition(":")[0] for summary, _ in world.sns.summaries] == ["Storm"]


def test_what_comes_late_of_a_storm_takes_its_end_back_nowhere(world):
    a_storm(world)
    calm = AT + timedelta(minutes=6)
    look_at_the_weather(POLICY, world.weather, calm)
    world.deliver(calm)
    before = list(world.slack.summaries)

    world.dispatch.alert(Notice("storm", "count-20260302T090000-3"))
    world.dispatch.alert(Notice("storm", "lasts-20260302T090000-1"))
    world.deliver(calm + MINUTE)

    assert world.slack.summaries == before


def test_an_end_that_takes_more_than_one_tick_goes_on_where_it_was(world):
    a_storm(world)
    sent: list[Notice] = []
    alert = world.dispatch.alert

    def two_of_them(notice: Notice) -> None:
        if len(sent) == 3:
            raise Unavailable("the time is over")
        sent.append(notice)
        alert(notice)

    world.dispatch.alert = two_of_them
    for _ in range(2):
        with contextlib.suppress(Unavailable):
            look_at_the_weather(POLICY, world.weather, AT + timedelta(minutes=6))
        first, sent[:] = [one.incident_id for one in sent if one.incident_id != "storm"], []

    assert len(world.storms.gone) == 4
    assert len(first) == 2


# -- digest


def test_the_digest_of_yesterday_is_asked_for_once_when_its_hour_has_come(world):
    policy = Policy(digest_hour=9)
    world.digests.by_day[YESTERDAY] = [a_finding(state=State.DIGEST)]
    order_digest(world.digests, world.dispatch, policy, AT - MINUTE)
    assert world.dispatch.notices == []

    for number in range(3):
        order_digest(world.digests, world.dispatch, policy, AT + number * MINUTE)

    assert world.dispatch.notices == [Notice("digest", "2026-03-01")]


def ordered(world, *, hour: int, since: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """Let the tick come every minute; give the days whose digest was asked for, and when."""
    asked: list[tuple[str, datetime]] = []
    while since <= until:
        order_digest(world.digests, world.dispatch, Policy(digest_hour=hour), since)
        asked += [(notice.mark, since) for notice in world.dispatch.notices]
        world.dispatch.notices.clear()
        since += MINUTE
    return asked


def test_every_day_of_the_last_week_that_was_missed_is_asked_for_once_the_oldest_first(world):
    week = [YESTERDAY - back * timedelta(days=1) for back in (7, 6, 3, 0)]
    for day in week:
        world.digests.by_day[day] = [a_finding(state=State.DIGEST)]

    asked = ordered(world, hour=9, since=AT, until=AT + 3 * MINUTE)

    assert asked == [(day.isoformat(), AT) for day in week[1:]]


def test_an_hour_of_trouble_before_midnight_loses_no_digest(world):
    world.digests.by_day[YESTERDAY] = [a_finding(state=State.DIGEST)]
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    assert ordered(world, hour=23, since=AT, until=midnight - timedelta(hours=1, minutes=1)) == []

    asked = ordered(world, hour=23, since=midnight, until=midnight + timedelta(hours=30))

    assert asked == [("2026-03-01", midnight)]


def test_a_digest_at_midnight_waits_for_what_was_recorded_in_the_last_second(world):
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    assert ordered(world, hour=0, since=midnight, until=midnight + 6 * MINUTE) == []
    world.digests.by_day[YESTERDAY] = [a_finding(state=State.DIGEST)]

    asked = ordered(world, hour=0, since=midnight + 7 * MINUTE, until=midnight + timedelta(hours=30))

    assert asked == [("2026-03-01", midnight + 7 * MINUTE)]


def test_a_day_on_which_nothing_was_recorded_is_closed_a_day_after_its_hour(world):
    order_digest(world.digests, world.dispatch, Policy(digest_hour=9), AT)
    assert YESTERDAY not in world.digests.ordered

    order_digest(world.digests, world.dispatch, Policy(digest_hour=9), AT + timedelta(days=1))
    assert YESTERDAY in world.digests.ordered
    assert world.dispatch.notices == []


def test_a_digest_that_the_queue_did_not_take_is_asked_for_by_the_next_tick(world):
    world.digests.by_day[YESTERDAY] = [a_finding(state=State.DIGEST)]
    world.dispatch.is_down = True
    with pytest.raises(Unavailable):
        order_digest(world.digests, world.dispatch, Policy(digest_hour=9), AT)
    world.dispatch.is_down = False

    assert ordered(world, hour=9, since=AT, until=AT + MINUTE) == [("2026-03-01", AT)]


def test_a_day_without_records_has_no_digest(world):
    order_digest(world.digests, world.dispatch, Policy(digest_hour=0), AT)
    assert world.dispatch.notices == []

    world.digests.by_day[YESTERDAY] = [a_finding(state=State.LEARNING)]
    world.dispatch.alert(Notice("digest", "2026-03-01"))
    world.deliver()

    assert world.slack.summaries == world.sns.summaries == []


def test_a_digest_folds_by_rule_and_actor_and_counts(world):
    reads = [
        a_finding(
            rule="access.first-read",
            by=a_user("ana"),
            severity=Severity.LOW,
            state=State.DIGEST,
            secrets=(a_secret(f"prod/{number}"),),
            event_ids=(f"e{number}", f"f{number}"),
        )
        for number in range(3)
    ]
    other = a_finding(by=a_user("ben"), state=State.DIGEST)
    world.digests.by_day[YESTERDAY] = [*reads, other]
    for _ in range(2):
        world.dispatch.alert(Notice("digest", "2026-03-01"))
    world.deliver()

    ((summary, _),) = world.slack.summaries
    assert summary.title == "Digest of 2026-03-01: 4 findings recorded"
    assert summary.lines == (
        "HIGH: deletion.scheduled by ben (IAM user), 1 finding, 1 event on 1 secret",
        "LOW: access.first-read by ana (IAM user), 3 findings, 6 events on 3 secrets",
    )
    assert "most often access.first-read by ana (IAM user)" in summary.sentence
    assert len(world.sns.summaries) == 1


def test_a_channel_that_is_down_keeps_the_digest_from_no_other_and_is_told_later(world):
    world.digests.by_day[YESTERDAY] = [a_finding(state=State.DIGEST)]
    world.slack.refuses = True
    world.dispatch.alert(Notice("digest", "2026-03-01"))
    with pytest.raises(Unavailable, match="digest-2026-03-01 was not told on slack"):
        world.deliver()
    world.slack.refuses = False
    world.dispatch.alert(Notice("digest", "2026-03-01"))
    world.deliver(AT + 2 * MINUTE)

    assert (len(world.slack.summaries), len(world.sns.summaries)) == (1, 1)


def test_where_no_channel_can_tell_a_summary_it_is_not_lost_silently(world):
    world.digests.by_day[YESTERDAY] = [a_finding(state=State.DIGEST)]
    ports = SummaryPorts(
        digests=world.digests,
        storms=world.storms,
        held_back=world.storms,
        notices=world.notices,
        channels=lambda: (world.bus,),
    )

    with pytest.raises(Unavailable, match="no channel tells summaries"):
        tell_summary(Notice("digest", "2026-03-01"), ports=ports, now=AT)
