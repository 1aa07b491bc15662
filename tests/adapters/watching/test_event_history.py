"""The event history is asked slowly, page by page; what cannot be read, or is too much, is said."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from nightlatch.adapters.records.envelopes import missed_message, parse_message
from nightlatch.adapters.watching.event_history import MOST_PAGES, PAUSE_S, AwsEventHistory, SqsLane
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.lookups import Span
from nightlatch.domain.watching.stack_rules import RULES
from nightlatch.local.events.event_history import EventHistory
from own_records import in_envelope, own_record
from worlds import a_client, on_moto

SPAN = Span(AT - timedelta(hours=1), AT)


class Answering:
    """CloudTrail over a history of the stage."""

    def __init__(self, *records: dict[str, Any], error: ClientError | None = None) -> None:
        self._history = EventHistory()
        self._error = error
        self.asked = 0
        for record in records:
            self._history.add(in_envelope(record))

    def lookup_events(self, **asked: Any) -> dict[str, Any]:
        self.asked += 1
        if self._error is not None:
            raise self._error
        spans = {name: asked[name].timestamp() for name in ("StartTime", "EndTime")}
        return self._history.lookup({**asked, **spans})


def deletion(number: int, at: Any = AT - timedelta(minutes=9)) -> dict[str, Any]:
    return own_record("delete_secret", eventID=f"event-{number}", eventTime=f"{at:%Y-%m-%dT%H:%M:%SZ}")


def test_every_page_is_asked_for_one_a_second() -> None:
    waited: list[float] = []
    client = Answering(*(deletion(number) for number in range(120)))

    found = list(AwsEventHistory(client, sleep=waited.append).of("DeleteSecret", SPAN))

    assert {one.event.event_id for one in found} == {f"event-{number}" for number in range(120)}
    assert (client.asked, waited) == (3, [PAUSE_S] * 3)


def test_other_names_and_other_times_are_not_given() -> None:
    client = Answering(deletion(1), deletion(2, AT + timedelta(minutes=1)), deletion(3, AT - timedelta(hours=2)))
    history = AwsEventHistory(client, pause_s=0)

    assert [one.event.event_id for one in history.of("DeleteSecret", SPAN)] == ["event-1"]
    assert list(history.of("RestoreSecret", SPAN)) == []


def test_more_than_can_be_looked_at_is_said_once() -> None:
    history = AwsEventHistory(Answering(*(deletion(number) for number in range(50 * MOST_PAGES + 1))), pause_s=0)

    assert len(list(history.of("DeleteSecret", SPAN))) == 50 * MOST_PAGES
    assert history.gaps() == ["event history: of DeleteSecret there are more events than were looked at"]
    assert history.gaps() == []


@pytest.mark.parametrize(("code", "raised"), [("AccessDeniedException", Refused), ("ThrottlingException", Unavailable)])
def test_who_may_not_ask_and_who_may_not_ask_now_are_told_apart(code: str, raised: type[Exception]) -> None:
    error = ClientError({"Error": {"Code": code, "Message": ""}}, "LookupEvents")

    with pytest.raises(raised):
        list(AwsEventHistory(Answering(error=error), pause_s=0).of("DeleteSecret", SPAN))


def test_what_is_brought_is_marked_and_what_is_not_brought_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        sqs = a_client("sqs")
        url = sqs.create_queue(QueueName="changes")["QueueUrl"]
        texts = [
            one.record
            for one in AwsEventHistory(Answering(*map(deletion, range(12))), pause_s=0).of("DeleteSecret", SPAN)
        ]

        SqsLane(sqs, url).bring(texts)

        bodies = [
            message["Body"]
            for _ in range(2)
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        ]
    events = [parse_message(body) for body in bodies]
    assert len(events) == 12
    assert all(isinstance(event, SecretEvent) and event.reconciled for event in events)
    usual = parse_message(in_envelope(deletion(1)))
    assert isinstance(usual, SecretEvent)
    assert not usual.reconciled
    assert missed_message(texts[0]) in bodies


def test_a_tick_that_is_brought_is_one_of_the_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        sqs = a_client("sqs")
        url = sqs.create_queue(QueueName="changes")["QueueUrl"]

        SqsLane(sqs, url).tick()

        [message] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    [minute] = [one for rule in RULES if rule.logical_id == "TickRule" for one in rule.targets]
    assert json.loads(message["Body"]) == json.loads(minute.given)
    assert parse_message(message["Body"], now=AT) == Tick(AT)


def test_a_lane_that_is_not_there_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch), pytest.raises(Unavailable):
        SqsLane(a_client("sqs"), "https://sqs.eu-west-1.amazonaws.com/111122223333/gone").bring(["{}"])
