"""People are told again only what is news, and each of it once; everything else is edited silently."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from builders import a_finding, a_response
from fakes import FakeDispatch, FakeIncidents, FakeLedger, FakeNotices
from fakes_telling import FakeMail, FakeSleepers, FakeThread, FakeTold
from nightlatch.adapters.notices import LEASE
from nightlatch.domain.answering.policy import Approver
from nightlatch.domain.answering.responses import ResponseState, Signal, Step, advance
from nightlatch.domain.errors import IllegalTransition, Unauthorised, Unavailable
from nightlatch.domain.history.examples import AT, a_secret, a_user
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.service.notify import NotifyPorts, notify
from nightlatch.service.ports import Notice
from nightlatch.service.snooze import Rest, SnoozePorts, snooze, wake

DAY = timedelta(hours=24)
ANA = Approver(slack_id="U01ANA", name="ana", principals=("*ana*",))


@dataclass
class World:
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    notices: FakeNotices = field(default_factory=FakeNotices)
    told: FakeTold = field(default_factory=FakeTold)
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)
    slack: FakeThread = field(default_factory=FakeThread)
    mail: FakeMail = field(default_factory=FakeMail)
    number: int = 0

    def __post_init__(self) -> None:
        self.sleepers = FakeSleepers(self.incidents)
        self.fold()

    @property
    def id(self) -> str:
        (incident_id,) = self.incidents.by_id
        return incident_id

    def fold(self, **changes) -> None:
        self.incidents.fold(a_finding(remedy=Remedy.ROLL_BACK, **changes), policy_digest="abc")

    def offer(self, state: ResponseState = ResponseState.PROPOSED, **changes) -> None:
        response = a_response(state, **changes)
        self.ledger.by_id[response.id] = response
        self.incidents.link(self.id, response.id)

    def tell(self, now: datetime = AT) -> None:
        self.number += 1
        ports = NotifyPorts(self.incidents, self.ledger, self.notices, (self.slack, self.mail), told=self.told)
        notify(Notice(self.id, f"mark-{self.number}"), ports=ports, now=now)

    def snooze(self, lasting: timedelta = DAY, *, now: datetime = AT, by: Approver = ANA, number: int | None = None):
        return snooze(
            self.id,
            Rest(lasting=lasting, reason="the vendor looks into it", number=number),
            approver=by,
            how="Slack's signature",
            ports=self.ports,
            now=now,
        )

    @property
    def ports(self) -> SnoozePorts:
        return SnoozePorts(incidents=self.incidents, sleepers=self.sleepers, dispatch=self.dispatch)


@pytest.fixture
def world() -> World:
    return World()


def test_an_opened_incident_is_told_once_by_its_own_message(world):
    world.tell()
    world.tell()

    assert len(world.mail.shown) == 1
    assert world.slack.aloud == []


def test_a_revision_that_is_no_news_is_edited_and_nobody_hears_of_it(world):
    world.tell()
    for number in range(5):
        world.fold(after_s=number + 1, secrets=(a_secret(f"prod/{number}"),))
        world.tell()

    assert len(world.slack.shown) == 6
    assert (world.slack.aloud, len(world.mail.shown)) == ([], 1)


def test_a_severity_that_rises_is_news(world):
    world.tell()
    world.fold(rule="deletion.force-delete", after_s=9, severity=Severity.CRITICAL)
    world.tell()

    (line,) = world.slack.aloud
    assert line.startswith("It is CRITICAL now: ")
    assert len(world.mail.shown) == 2


def test_after_a_crash_between_the_message_and_its_memory_later_news_is_aloud(world):
    world.tell()
    world.told.marks.clear()  # the process died before it could note what it had told
    world.fold(rule="deletion.force-delete", after_s=9, severity=Severity.CRITICAL)
    world.tell()

    assert any(line.startswith("It is CRITICAL now: ") for line in world.slack.aloud)


def test_an_older_picture_is_not_what_stands_there_in_the_end(world):
    show = world.slack.show

    def slowly(incident, responses, place, notes=()):
        world.slack.show = show
        world.fold(rule="deletion.force-delete", after_s=9, severity=Severity.CRITICAL)
        world.tell()  # another process tells of the change while this one still sends
        return show(incident, responses, place, notes)

    world.tell()
    world.slack.show = slowly
    world.fold(after_s=5)
    world.tell()

    (incident,) = world.incidents.by_id.values()
    assert world.slack.shown[-1][1] == incident.revision
    assert len([line for line in world.slack.aloud if line.startswith("It is CRITICAL now: ")]) == 1


def test_an_offer_that_needs_a_person_is_news_and_again_when_a_brake_takes_the_yes_back(world):
    world.tell()
    world.offer()
    world.tell()
    world.tell()
    assert [line for line in world.slack.aloud if "r-1" in line and "waits for a person" in line] == world.slack.aloud

    held = advance(a_response(ResponseState.APPROVED), Signal.HOLD, actor="responder", now=AT, note="the brake is on")
    world.ledger.by_id["r-1"] = held
    world.tell()

    assert len(world.slack.aloud) == 2
    assert "the brake is on" in world.slack.aloud[-1]
    assert len(world.mail.shown) == 3


@pytest.mark.parametrize("state", [ResponseState.SUCCEEDED, ResponseState.FAILED])
def test_what_was_done_or_failed_is_news_once(world, state):
    world.tell()
    world.offer(state, result="rolled back")
    world.tell()
    world.tell()

    assert world.slack.aloud[0] == "rolled back"
    assert world.slack.aloud.count("rolled back") == 1
    assert len(world.mail.shown) == 2


def test_a_hundred_acts_of_one_kind_are_a_few_pieces_of_news(world):
    world.tell()
    for number in range(100):
        world.offer(ResponseState.FAILED, id=f"r-{number}", result=f"refused {number}")
        world.offer(id=f"o-{number}", secret=a_secret(f"prod/{number}"))
        world.tell()

    failed = [line for line in world.slack.aloud if "refused" in line]
    assert [line.split(":")[0] for line in failed[:4]] == ["refused 0", "2 failed", "3 failed", "5 failed"]
    assert len(world.mail.shown) < 25


@pytest.mark.parametrize("state", [ResponseState.APPROVED, ResponseState.RUNNING, ResponseState.DENIED])
def test_what_only_goes_on_is_edited_silently(world, state):
    world.tell()
    world.offer(state)
    world.tell()

    assert (world.slack.aloud, len(world.mail.shown)) == ([], 1)


def test_a_resolved_incident_is_told_with_what_resolved_it_in_one_message(world):
    world.tell()
    world.offer(ResponseState.SUCCEEDED, result="rolled back")
    world.tell()

    assert world.slack.aloud == ["rolled back", "Resolved: nothing is left to decide"]
    assert len(world.mail.shown) == 2


def test_news_that_a_channel_did_not_take_is_told_when_it_does(world):
    world.tell()
    world.fold(rule="deletion.force-delete", after_s=9, severity=Severity.CRITICAL)
    world.slack.fails_after = 0
    with pytest.raises(Unavailable, match="slack"):
        world.tell()
    world.slack.fails_after = None
    world.number -= 1
    world.tell(AT + LEASE)

    assert len(world.slack.aloud) == 1
    assert len(world.mail.shown) == 2


# -- details


def test_details_stand_in_the_thread_as_they_happen_and_never_twice(world):
    world.tell()
    first = list(world.slack.quiet)
    step = Step(at=AT, signal=Signal.APPROVE, actor="ana (U01ANA)", how="Slack's signature", request_id="req-1")
    world.offer(ResponseState.RUNNING, steps=(step,))
    world.tell()
    world.tell()

    assert any("arn:aws:iam" in line for line in first)
    assert any("event-0" in line for line in first)
    assert any("Policy: abc" in line for line in first)
    later = world.slack.quiet[len(first) :]
    assert any("approve by ana (U01ANA) (Slack's signature) (AWS request req-1)" in line for line in later)
    assert len(world.slack.quiet) == len(set(world.slack.quiet))


def test_details_that_slack_did_not_take_yet_follow_and_none_is_repeated(world):
    many = tuple(a_secret(f"prod/{number}", suffix=None) for number in range(20))
    world.fold(rule="access.bulk-read", secrets=many, after_s=1)
    world.slack.fails_after = 2
    with pytest.raises(Unavailable):
        world.tell()
    world.slack.fails_after = None
    world.tell(AT + LEASE)

    assert len(world.slack.quiet) == len(set(world.slack.quiet))
    assert {f"Secret: prod/{number}" for number in range(20)} <= {*world.slack.quiet}


def test_eight_secrets_without_an_arn_stand_in_the_message_and_not_in_the_thread_again(world):
    world.fold(rule="access.bulk-read", secrets=(a_secret("prod/x", suffix=None),), after_s=1)
    world.tell()

    assert "Secret: prod/x" not in world.slack.quiet


# -- snooze


def test_a_snoozed_incident_is_folded_and_edited_and_nobody_hears_of_it(world):
    world.tell()
    world.snooze()
    world.fold(after_s=60, secrets=(a_secret("prod/other"),))
    world.offer(ResponseState.FAILED, result="refused")
    world.tell(AT + timedelta(minutes=1))

    assert len(world.slack.shown) == 2
    assert (world.slack.aloud, len(world.mail.shown)) == ([], 1)


def test_a_snoozed_incident_wakes_when_its_severity_rises(world):
    world.tell()
    world.snooze()
    world.fold(rule="deletion.force-delete", after_s=60, severity=Severity.CRITICAL)
    world.tell(AT + timedelta(minutes=1))

    assert any("Awake again" in line for line in world.slack.aloud)
    assert len(world.mail.shown) == 2


def test_a_snoozed_incident_wakes_when_the_time_is_over_and_says_what_happened_meanwhile(world):
    world.tell()
    world.snooze()
    world.offer(ResponseState.FAILED, result="refused")
    world.tell(AT + timedelta(hours=1))

    assert wake(world.ports, AT + DAY - timedelta(seconds=1)) == ()
    assert wake(world.ports, AT + DAY) == (world.id,)
    assert wake(world.ports, AT + DAY + timedelta(minutes=1)) == ()
    world.tell(AT + DAY)

    assert [line.split(";")[0] for line in world.slack.aloud] == ["Awake again", "refused"]
    assert len(world.mail.shown) == 2


def test_a_snooze_of_part_of_a_second_still_wakes(world):
    now = AT + timedelta(microseconds=400)
    world.snooze(timedelta(hours=1), now=now)

    assert wake(world.ports, AT + timedelta(hours=1)) == (world.id,)
    assert not world.incidents.get(world.id).is_asleep(AT + timedelta(hours=1))


def test_a_snooze_says_who_why_and_until_when(world):
    asleep = world.snooze()

    assert asleep.snooze is not None
    assert (asleep.snooze.by, asleep.snooze.reason, asleep.snooze.until) == (
        "ana (U01ANA)",
        "the vendor looks into it",
        AT + DAY,
    )
    assert world.dispatch.notices == [Notice(world.id, "snooze-1")]


def test_whoever_acted_in_an_incident_may_not_silence_it(world):
    mallory = replace(ANA, principals=(a_user("mallory").key,))

    with pytest.raises(Unauthorised, match="acted in this incident"):
        world.snooze(by=mallory)

    assert world.incidents.get(world.id).snooze is None


def test_a_replayed_snooze_changes_nothing(world):
    world.snooze(number=1)

    with pytest.raises(IllegalTransition, match="has been snoozed since"):
        world.snooze(number=1, now=AT + timedelta(minutes=4))

    assert world.incidents.get(world.id).snooze.until == AT + DAY


def test_a_snooze_longer_than_a_week_is_refused(world):
    with pytest.raises(IllegalTransition, match="7 days at most"):
        world.snooze(timedelta(days=8))


def test_a_snooze_is_ended_by_one_of_no_length(world):
    world.snooze()
    awake = world.snooze(timedelta(), now=AT + timedelta(hours=1))

    assert not awake.is_asleep(AT + timedelta(hours=1))
