"""A look through the event history hands over what was not judged, once, and says where it could not look."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import pytest

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.event.events import KMS, EventName, secrets_manager
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.beats import BEAT_EVERY
from nightlatch.domain.watching.lookups import (
    LONGEST,
    OVERLAP,
    SETTLED,
    Progress,
    Span,
    looked_until,
    names_to_ask,
    span_to_ask,
)
from nightlatch.service.reconcile import KEPT_AFTER, MOST_PAGES, Found, Page, ReconcilePorts, reconcile
from own_records import own_record

WANTED = secrets_manager("DeleteSecret", "PutSecretValue", "GetSecretValue")
LONG = timedelta(minutes=4)


def a_record(event_id, name="DeleteSecret", source="secretsmanager.amazonaws.com", at=AT - timedelta(minutes=9)):
    when = {"eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    text = json.dumps(own_record("delete_secret", eventID=event_id, eventName=name, eventSource=source, **when))
    return Found(parse(json.loads(text)), text)


@dataclass
class FakeHistory:
    """Gives what it holds newest first, so many to a page, and says what it was asked."""

    found: dict[str, list[Found]] = field(default_factory=dict)
    asked: list[tuple[str, Span]] = field(default_factory=list)
    failing: dict[str, Exception] = field(default_factory=dict)
    to_a_page: int = 50
    took: timedelta = timedelta(0)
    at: datetime = AT

    def now(self):
        return self.at

    def page(self, name, span, more):
        self.asked.append((name, span))
        self.at += self.took
        if name in self.failing:
            raise self.failing[name]
        inside = [one for one in self.found.get(name, []) if span.start <= one.event.at <= span.end]
        inside.sort(key=lambda one: one.event.at, reverse=True)
        start = int(more or 0)
        some = inside[start : start + self.to_a_page]
        end = start + self.to_a_page
        return Page(
            found=tuple(some),
            oldest=some[-1].event.at if some else None,
            more=str(end) if end < len(inside) else None,
        )

    @property
    def names(self):
        return [name for name, _ in self.asked]


@dataclass
class FakeJudged:
    noted: set[str] = field(default_factory=set)
    kept: dict[str, Progress] = field(default_factory=dict)
    fails: bool = False

    def note(self, events, at):
        del at
        self.noted.update(event.event_id for event in events)

    def without(self, event_ids):
        return [one for one in event_ids if one not in self.noted]

    def progress(self):
        if self.fails:
            raise Unavailable("table state could not be asked; try again later")
        return dict(self.kept)

    def looked(self, progress):
        if self.fails:
            raise Unavailable("table state could not be asked; try again later")
        self.kept = dict(progress)


@dataclass
class FakeLane:
    brought: list[str] = field(default_factory=list)
    never: str = ""  # the id of an event that it does not take
    fails: bool = False

    def bring(self, records):
        if self.fails:
            raise Unavailable("the changes' queue took no message; try again")
        refused = {place: "too large" for place, one in enumerate(records) if self.never and self.never in one}
        self.brought += [one for place, one in enumerate(records) if place not in refused]
        return refused


def ports(history):
    return ReconcilePorts(history=history, judged=FakeJudged(), lane=FakeLane(), now=history.now)


def a_flood(name, count, *, until=AT - SETTLED, each=timedelta(seconds=1)):
    """Give so many events of a name, one each so often, up to a moment."""
    return [a_record(f"{name}-{number}", name, at=until - number * each) for number in range(count)]


def ids(lane):
    return {json.loads(record)["eventID"] for record in lane.brought}


def test_what_was_not_judged_is_handed_over_and_what_was_is_not():
    world = ports(FakeHistory({"DeleteSecret": [a_record("one"), a_record("two")]}))
    world.judged.note([a_record("one").event], AT)

    found = reconcile(world, WANTED, AT + LONG)

    assert [event.event_id for event in found.missed] == ["two"]
    assert [json.loads(record)["eventID"] for record in world.lane.brought] == ["two"]


def test_what_was_handed_over_once_is_not_handed_over_again_while_the_lane_is_behind():
    world = ports(FakeHistory({"DeleteSecret": [a_record("one")]}))

    for _ in range(3):
        reconcile(world, WANTED, AT + LONG)

    assert len(world.lane.brought) == 1


def test_a_namesake_of_another_service_is_none_of_ours():
    world = ports(FakeHistory({"DeleteSecret": [a_record("theirs", source="vault.example.com")]}))

    assert reconcile(world, WANTED, AT + LONG).missed == ()


def test_each_name_of_a_change_is_asked_once_and_no_read():
    world = ports(FakeHistory())

    reconcile(world, WANTED, AT + LONG)

    assert world.history.names == ["DeleteSecret", "PutSecretValue"]


def test_the_next_look_begins_where_the_last_ended_with_an_overlap():
    world = ports(FakeHistory())

    found = reconcile(world, WANTED, AT + LONG)
    world.history.at = AT + BEAT_EVERY
    reconcile(world, WANTED, AT + BEAT_EVERY + LONG)

    assert (found.gaps, found.is_whole) == ((), True)
    assert {one.until for one in world.judged.kept.values()} == {AT + BEAT_EVERY - SETTLED}
    assert world.history.asked[-1][1] == Span(AT - SETTLED - OVERLAP, AT + BEAT_EVERY - SETTLED)


def test_a_look_after_a_long_pause_goes_back_a_day_at_most():
    assert span_to_ask(AT - timedelta(days=9), AT) == Span(AT - LONGEST, AT - SETTLED)
    assert span_to_ask(None, AT) == Span(AT - SETTLED - OVERLAP, AT - SETTLED)


def test_what_is_too_old_to_be_looked_at_is_given_up_and_told():
    world = ports(FakeHistory())
    world.judged.kept = {"DeleteSecret": Progress(until=AT - timedelta(days=9), asked=AT - timedelta(days=9))}

    found = reconcile(world, WANTED, AT + LONG)

    assert found.gaps == (
        f"event history: DeleteSecret since {AT - timedelta(days=9):%Y-%m-%d %H:%M} UTC too old, given up",
    )


def test_what_is_left_and_too_old_is_given_up_and_the_rest_of_it_is_looked_at():
    world = ports(FakeHistory())
    old, left = AT - timedelta(hours=30), Span(AT - timedelta(hours=30), AT - timedelta(hours=2))
    world.judged.kept = {"DeleteSecret": Progress(until=AT - timedelta(hours=1), asked=AT, left=left)}

    found = reconcile(world, WANTED, AT + LONG)

    assert found.gaps == (f"event history: DeleteSecret since {old:%Y-%m-%d %H:%M} UTC too old, given up",)
    asked = [span for name, span in world.history.asked if name == "DeleteSecret"]
    assert asked == [
        Span(AT - LONGEST, left.end),
        Span(AT - timedelta(hours=1) - OVERLAP, AT - SETTLED),
    ]


def test_a_look_whose_time_is_over_says_so_and_the_next_goes_on_with_what_was_not_asked():
    world = ports(FakeHistory(took=timedelta(minutes=5)))

    found = reconcile(world, WANTED, AT + LONG)
    world.history.at = AT + BEAT_EVERY
    reconcile(world, WANTED, AT + BEAT_EVERY + LONG)

    assert found.gaps == ("event history: PutSecretValue not looked up to the end; the next look goes on there",)
    assert not found.is_whole
    assert world.history.names == ["DeleteSecret", "PutSecretValue"]


# --- a flood


def test_a_flood_under_one_name_holds_no_other_up():
    flood = a_flood("DeleteSecret", 1_500)
    quiet = a_record("quiet", "PutSecretValue")
    world = ports(FakeHistory({"DeleteSecret": flood, "PutSecretValue": [quiet]}, took=timedelta(seconds=30)))

    reconcile(world, WANTED, AT + LONG)

    assert "quiet" in ids(world.lane)
    assert world.history.names[:3] == ["DeleteSecret", "PutSecretValue", "DeleteSecret"]


def test_a_flood_is_behind_and_told_until_each_of_its_events_was_looked_at():
    flood = a_flood("DeleteSecret", 1_500)
    world = ports(FakeHistory({"DeleteSecret": flood}, took=timedelta(seconds=10)))

    looks = []
    for number in range(4):
        world.history.at = AT + number * BEAT_EVERY
        looks.append(reconcile(world, WANTED, world.history.at + LONG))

    assert (looks[0].is_whole, looks[-1].is_whole, looks[-1].gaps) == (False, True, ())
    assert looks[0].gaps == ("event history: DeleteSecret not looked up to the end; the next look goes on there",)
    assert ids(world.lane) == {one.event.event_id for one in flood}
    assert len(world.lane.brought) == len(flood)


def test_a_page_that_cuts_a_second_in_two_loses_none_of_it():
    flood = a_flood("DeleteSecret", 7 * 12, each=timedelta(seconds=1) / 7)
    world = ports(FakeHistory({"DeleteSecret": flood}, to_a_page=10))

    found = reconcile(world, WANTED, AT + LONG)

    assert (found.gaps, found.is_whole) == ((), True)
    assert ids(world.lane) == {one.event.event_id for one in flood}


def test_a_second_that_fills_pages_is_looked_at_to_its_end():
    flood = a_flood("DeleteSecret", 50 * (MOST_PAGES - 1), each=timedelta(0))
    world = ports(FakeHistory({"DeleteSecret": flood}))

    found = reconcile(world, WANTED, AT + LONG)

    assert (found.gaps, len(found.missed)) == ((), len(flood))


def test_a_second_with_more_than_can_be_looked_at_is_told_and_what_is_before_it_is_not_lost():
    crowd = a_flood("DeleteSecret", 50 * MOST_PAGES + 51, each=timedelta(0))
    before = a_record("before", at=AT - SETTLED - timedelta(seconds=1))
    world = ports(FakeHistory({"DeleteSecret": [*crowd, before]}))

    found = reconcile(world, WANTED, AT + LONG)

    second = f"{AT - SETTLED:%H:%M:%S}"
    assert found.gaps == (f"event history: of DeleteSecret there are more events at {second} than were looked at",)
    assert "before" in ids(world.lane)
    assert found.is_whole


def test_a_function_that_is_stopped_has_kept_how_far_it_came():
    world = ports(FakeHistory({"DeleteSecret": a_flood("DeleteSecret", 1_500)}))
    answers = count()

    def page(name, span, more):
        if next(answers) > KEPT_AFTER:
            raise KeyboardInterrupt
        return FakeHistory.page(world.history, name, span, more)

    world.history.page = page
    with pytest.raises(KeyboardInterrupt):
        reconcile(world, WANTED, AT + LONG)

    left = world.judged.kept["DeleteSecret"].left
    assert left is not None
    assert left.end < AT - SETTLED - timedelta(seconds=45 * (KEPT_AFTER - 2))


def test_up_to_when_all_was_looked_at_is_where_the_name_that_is_furthest_behind_was_left():
    names = names_to_ask(WANTED)
    done = Progress(until=AT, asked=AT)
    cut = Progress(until=AT, asked=AT, left=Span(AT - timedelta(hours=2), AT - timedelta(minutes=9)))

    assert looked_until({}, names) is None
    assert looked_until({"DeleteSecret": done}, names) is None
    assert looked_until({"DeleteSecret": done, "PutSecretValue": done}, names) == AT
    assert looked_until({"DeleteSecret": done, "PutSecretValue": cut}, names) == AT - timedelta(hours=2) + OVERLAP


# --- what could not be asked


def test_a_history_that_may_not_be_asked_is_a_gap():
    error = Refused("not permitted; add cloudtrail:LookupEvents to the role that acts")
    world = ports(FakeHistory(failing=dict.fromkeys(["DeleteSecret", "PutSecretValue"], error)))

    found = reconcile(world, WANTED, AT + LONG)

    assert found.gaps == (
        "event history: not permitted; add cloudtrail:LookupEvents to the role that acts",
        "event history: DeleteSecret, PutSecretValue not looked up to the end; the next look goes on there",
    )
    assert world.history.names == ["DeleteSecret"]


def test_a_call_that_is_throttled_is_a_gap_and_the_other_names_are_asked():
    throttled = Unavailable("CloudTrail could not be asked (ThrottlingException); try again later")
    history = FakeHistory({"PutSecretValue": [a_record("one", "PutSecretValue")]}, failing={"DeleteSecret": throttled})
    world = ports(history)

    found = reconcile(world, WANTED, AT + LONG)

    assert [event.event_id for event in found.missed] == ["one"]
    assert found.gaps == (
        "event history: CloudTrail could not be asked (ThrottlingException); try again later",
        "event history: DeleteSecret not looked up to the end; the next look goes on there",
    )


def test_who_answers_nothing_is_not_asked_for_ever():
    many = secrets_manager(*(f"Put{number}" for number in range(9)))
    error = Unavailable("CloudTrail could not be asked (timeout); try again later")
    world = ports(FakeHistory(failing={name.name: error for name in many}))

    reconcile(world, many, AT + LONG)

    assert len(world.history.asked) == 3


def test_a_lane_that_takes_nothing_is_a_gap_and_the_same_is_handed_over_at_the_next_look():
    world = ports(FakeHistory({"DeleteSecret": [a_record("one")]}))
    world.lane.fails = True
    found = reconcile(world, WANTED, AT + LONG)
    world.lane.fails = False

    again = reconcile(world, WANTED, AT + LONG)

    assert found.missed == ()
    assert found.gaps[0] == "event history: the changes' queue took no message; try again"
    assert [event.event_id for event in again.missed] == ["one"]


def test_what_the_lane_never_takes_is_told_and_holds_nothing_up():
    world = ports(FakeHistory({"DeleteSecret": [a_record("big"), a_record("small")]}))
    world.lane.never = "big"

    found = reconcile(world, WANTED, AT + LONG)

    assert [event.event_id for event in found.missed] == ["small"]
    assert (found.gaps, found.is_whole) == (("event big: too large",), True)


def test_a_store_that_does_not_answer_is_a_gap():
    world = ports(FakeHistory())
    world.judged.fails = True

    found = reconcile(world, WANTED, AT + LONG)

    assert (found.gaps, found.is_whole) == (
        ("event history: table state could not be asked; try again later",),
        False,
    )


def test_names_that_carry_a_date_are_asked_for_as_records_write_them():
    code = EventName(source="lambda.amazonaws.com", name="UpdateFunctionCode", is_prefix=True)
    use = EventName(source=KMS, name="Decrypt")

    assert names_to_ask({code, use}) == ("UpdateFunctionCode20150331v2",)
