"""A look through the event history hands over what was not judged, once, and says where it could not look."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.domain.errors import Refused
from nightlatch.domain.event.events import KMS, EventName, secrets_manager
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.lookups import LONGEST, OVERLAP, SETTLED, Span, names_to_ask, span_to_ask
from nightlatch.service.reconcile import Found, ReconcilePorts, reconcile
from own_records import own_record

WANTED = secrets_manager("DeleteSecret", "PutSecretValue", "GetSecretValue")


def a_record(event_id, name="DeleteSecret", source="secretsmanager.amazonaws.com"):
    text = json.dumps(own_record("delete_secret", eventID=event_id, eventName=name, eventSource=source))
    return Found(parse(json.loads(text)), text)


@dataclass
class FakeHistory:
    found: dict[str, list[Found]] = field(default_factory=dict)
    asked: list[tuple[str, Span]] = field(default_factory=list)
    refuses: bool = False

    def of(self, name, span):
        self.asked.append((name, span))
        if self.refuses:
            raise Refused("not permitted; add cloudtrail:LookupEvents to the role that acts")
        return iter(self.found.get(name, []))

    def gaps(self):
        return ()


@dataclass
class FakeJudged:
    noted: set[str] = field(default_factory=set)
    ended: object = None

    def note(self, event_ids, at):
        del at
        self.noted.update(event_ids)

    def without(self, event_ids):
        return [one for one in event_ids if one not in self.noted]

    def until(self):
        return self.ended

    def looked(self, until):
        self.ended = until


@dataclass
class FakeLane:
    brought: list[str] = field(default_factory=list)

    def bring(self, records):
        self.brought += records


def ports(history, *, now=lambda: AT):
    return ReconcilePorts(history=history, judged=FakeJudged(), lane=FakeLane(), now=now)


def test_what_was_not_judged_is_handed_over_and_what_was_is_not():
    world = ports(FakeHistory({"DeleteSecret": [a_record("one"), a_record("two")]}))
    world.judged.note(["one"], AT)

    found = reconcile(world, WANTED, AT + timedelta(minutes=4))

    assert [event.event_id for event in found.missed] == ["two"]
    assert [json.loads(record)["eventID"] for record in world.lane.brought] == ["two"]


def test_what_was_handed_over_once_is_not_handed_over_again_while_the_lane_is_behind():
    world = ports(FakeHistory({"DeleteSecret": [a_record("one")]}))

    for _ in range(3):
        reconcile(world, WANTED, AT + timedelta(minutes=4))

    assert len(world.lane.brought) == 1


def test_a_namesake_of_another_service_is_none_of_ours():
    world = ports(FakeHistory({"DeleteSecret": [a_record("theirs", source="vault.example.com")]}))

    assert reconcile(world, WANTED, AT + timedelta(minutes=4)).missed == ()


def test_each_name_of_a_change_is_asked_once_and_no_read():
    world = ports(FakeHistory())

    reconcile(world, WANTED, AT + timedelta(minutes=4))

    assert [name for name, _ in world.history.asked] == ["DeleteSecret", "PutSecretValue"]


def test_the_next_look_begins_where_the_last_ended_with_an_overlap():
    world = ports(FakeHistory())

    reconcile(world, WANTED, AT + timedelta(minutes=4))

    assert world.judged.ended == AT - SETTLED
    assert span_to_ask(AT - SETTLED, AT + timedelta(minutes=14)).start == AT - SETTLED - OVERLAP


def test_a_look_after_a_long_pause_goes_back_a_day_at_most():
    assert span_to_ask(AT - timedelta(days=9), AT) == Span(AT - LONGEST, AT - SETTLED)
    assert span_to_ask(None, AT) == Span(AT - SETTLED - OVERLAP, AT - SETTLED)


def test_a_look_whose_time_is_over_says_so_and_is_done_again():
    clock = iter([AT, AT, AT + timedelta(minutes=9), AT])
    world = ports(FakeHistory(), now=lambda: next(clock))

    found = reconcile(world, WANTED, AT + timedelta(minutes=4))

    assert found.gaps == ("event history: PutSecretValue and what follows were not looked up, for time was over",)
    assert not found.is_whole
    assert world.judged.ended is None


def test_a_history_that_may_not_be_asked_is_a_gap():
    world = ports(FakeHistory(refuses=True))

    found = reconcile(world, WANTED, AT + timedelta(minutes=4))

    assert found.gaps == ("event history: not permitted; add cloudtrail:LookupEvents to the role that acts",)
    assert world.judged.ended is None


def test_names_that_carry_a_date_are_asked_for_as_records_write_them():
    code = EventName(source="lambda.amazonaws.com", name="UpdateFunctionCode", is_prefix=True)
    use = EventName(source=KMS, name="Decrypt")

    assert names_to_ask({code, use}) == ("UpdateFunctionCode20150331v2",)
