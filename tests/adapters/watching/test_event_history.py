"""The event history is asked slowly, page by page; what cannot be read, or is too much, is said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from nightlatch.adapters.records.envelopes import missed_message, parse_message
from nightlatch.adapters.watching.event_history import MOST_BYTES, PAUSE_S, AwsEventHistory, SqsLane
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.lookups import Span
from nightlatch.local.events.event_history import EventHistory
from nightlatch.service.reconcile import Page
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
        answer = self._history.lookup({**asked, **spans})
        for one in answer["Events"]:  # as the SDK gives it
            one["EventTime"] = datetime.fromtimestamp(one["EventTime"], UTC)
        return answer


def deletion(number: int, at: Any = AT - timedelta(minutes=9)) -> dict[str, Any]:
    return own_record("delete_secret", eventID=f"event-{number}", eventTime=f"{at:%Y-%m-%dT%H:%M:%SZ}")


def pages_of(history: AwsEventHistory, name: str = "DeleteSecret") -> Iterator[Page]:
    page = history.page(name, SPAN, None)
    yield page
    while page.more is not None:
        page = history.page(name, SPAN, page.more)
        yield page


def test_every_page_is_asked_for_one_a_second() -> None:
    waited: list[float] = []
    client = Answering(*(deletion(number) for number in range(120)))

    found = [one for page in pages_of(AwsEventHistory(client, sleep=waited.append)) for one in page.found]

    assert {one.event.event_id for one in found} == {f"event-{number}" for number in range(120)}
    assert (client.asked, waited) == (3, [PAUSE_S] * 3)


def test_a_page_tells_how_far_back_it_goes_and_an_empty_one_does_not() -> None:
    early, late = AT - timedelta(minutes=40), AT - timedelta(minutes=9)
    history = AwsEventHistory(Answering(deletion(1, early), deletion(2, late)), pause_s=0)

    assert history.page("DeleteSecret", SPAN, None).oldest == early
    assert history.page("RestoreSecret", SPAN, None) == Page()


def test_other_names_and_other_times_are_not_given() -> None:
    client = Answering(deletion(1), deletion(2, AT + timedelta(minutes=1)), deletion(3, AT - timedelta(hours=2)))
    history = AwsEventHistory(client, pause_s=0)

    assert [one.event.event_id for one in history.page("DeleteSecret", SPAN, None).found] == ["event-1"]
    assert history.page("RestoreSecret", SPAN, None).found == ()


def test_a_record_that_cannot_be_read_is_a_gap_and_still_counts_for_how_far_the_page_goes() -> None:
    early = AT - timedelta(minutes=40)
    history = AwsEventHistory(Answering(deletion(1), {**deletion(2, early), "eventSource": None}), pause_s=0)

    page = history.page("DeleteSecret", SPAN, None)

    assert [one.event.event_id for one in page.found] == ["event-1"]
    assert [gap.startswith("event history: ") for gap in page.gaps] == [True]
    assert page.oldest == early


@pytest.mark.parametrize(("code", "raised"), [("AccessDeniedException", Refused), ("ThrottlingException", Unavailable)])
def test_who_may_not_ask_and_who_may_not_ask_now_are_told_apart(code: str, raised: type[Exception]) -> None:
    error = ClientError({"Error": {"Code": code, "Message": ""}}, "LookupEvents")

    with pytest.raises(raised):
        AwsEventHistory(Answering(error=error), pause_s=0).page("DeleteSecret", SPAN, None)


def test_what_is_brought_is_marked_and_what_is_not_brought_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        sqs = a_client("sqs")
        url = sqs.create_queue(QueueName="changes")["QueueUrl"]
        history = AwsEventHistory(Answering(*map(deletion, range(12))), pause_s=0)
        texts = [one.record for one in history.page("DeleteSecret", SPAN, None).found]

        assert SqsLane(sqs, url).bring(texts) == {}

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


def test_a_lane_that_is_not_there_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch), pytest.raises(Unavailable):
        SqsLane(a_client("sqs"), "https://sqs.eu-west-1.amazonaws.com/111122223333/gone").bring(["{}"])


class Queue:
    """SQS as its reference tells: ten messages and 1 MiB in a request, or none of them is taken."""

    def __init__(self, **failures: bool) -> None:
        self.taken: list[str] = []
        self.sizes: list[int] = []
        self._failures = failures  # by what a message holds: whether the fault is the sender's

    def send_message_batch(self, **asked: Any) -> dict[str, Any]:
        """Take messages."""
        entries: Sequence[dict[str, str]] = asked["Entries"]
        size = sum(len(one["MessageBody"].encode()) for one in entries)
        if size > 1_048_576 or len(entries) > 10:
            raise ClientError({"Error": {"Code": "AWS.SimpleQueueService.BatchRequestTooLong"}}, "SendMessageBatch")
        self.sizes.append(size)
        failed = []
        for one in entries:
            fault = next((fault for text, fault in self._failures.items() if text in one["MessageBody"]), None)
            if fault is None:
                self.taken.append(one["MessageBody"])
            else:
                failed.append({"Id": one["Id"], "SenderFault": fault, "Code": "InvalidMessageContents"})
        return {"Successful": [], "Failed": failed}


def a_large_record(number: int, size: int) -> str:
    return json.dumps({"eventID": f"event-{number}", "padding": "x" * size})


def test_what_is_too_much_for_one_request_goes_in_several() -> None:
    queue, records = Queue(), [a_large_record(number, 250_000) for number in range(10)]

    assert SqsLane(queue, "url").bring(records) == {}  # type: ignore[arg-type]

    assert queue.taken == [missed_message(record) for record in records]
    assert len(queue.sizes) == 3
    assert max(queue.sizes) <= MOST_BYTES


def test_a_record_that_is_larger_than_any_message_is_named_and_the_others_are_taken() -> None:
    queue = Queue()
    records = [a_large_record(1, 10), a_large_record(2, MOST_BYTES), a_large_record(3, 10)]

    never = SqsLane(queue, "url").bring(records)  # type: ignore[arg-type]

    assert never == {1: "too large for the changes' queue"}
    assert queue.taken == [missed_message(records[0]), missed_message(records[2])]


def test_what_the_queue_refuses_for_good_is_named_and_what_it_cannot_take_now_comes_again() -> None:
    records = [a_large_record(number, 10) for number in range(3)]

    assert SqsLane(Queue(**{"event-1": True}), "url").bring(records) == {  # type: ignore[arg-type]
        1: "the changes' queue does not take it (InvalidMessageContents)"
    }
    with pytest.raises(Unavailable, match="did not take 1 of 3"):
        SqsLane(Queue(**{"event-1": False}), "url").bring(records)  # type: ignore[arg-type]
