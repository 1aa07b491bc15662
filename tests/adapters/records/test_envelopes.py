"""A record is the same record whatever it is wrapped in, and unwrapping never fails."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest

from nightlatch.adapters.records import payloads
from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.adapters.records.envelopes import is_control_message, parse_message, records_in
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent, Tick
from own_records import in_envelope, own_record

RECORD = own_record("get_secret_value")
NOW = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)


def sns(inner: object) -> dict[str, object]:
    return {
        "Type": "Notification",
        "MessageId": "1",
        "TopicArn": "arn:aws:sns:eu-west-1:1:t",
        "Message": json.dumps(inner),
    }


def sqs(inner: object) -> dict[str, object]:
    return {"messageId": "1", "receiptHandle": "r", "eventSource": "aws:sqs", "body": json.dumps(inner)}


def base64_of(inner: object, *, zipped: bool = False) -> str:
    data = inner if isinstance(inner, bytes) else json.dumps(inner).encode()
    return b64encode(gzip.compress(data, mtime=0) if zipped else data).decode()


def kinesis(inner: object, *, zipped: bool = False) -> dict[str, object]:
    """Give an entry of the event with which Kinesis calls a Lambda function."""
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": "4959",
            "data": base64_of(inner, zipped=zipped),
            "approximateArrivalTimestamp": 1545084650.987,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "shardId-000000000006:4959",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::111122223333:role/reader",
        "awsRegion": "eu-west-1",
        "eventSourceARN": "arn:aws:kinesis:eu-west-1:111122223333:stream/trail",
    }


def firehose(*parts: object, zipped: bool = False) -> dict[str, object]:
    """Give the event with which Firehose has records transformed."""
    entries = [{"recordId": str(number), "data": base64_of(part, zipped=zipped)} for number, part in enumerate(parts)]
    return {"invocationId": "i", "deliveryStreamArn": "arn:aws:firehose:::", "region": "eu-west-1", "records": entries}


def log_events(*messages: object, kind: str = "DATA_MESSAGE") -> dict[str, object]:
    """Give what CloudWatch Logs sends to a subscriber, before it is packed."""
    texts = [message if isinstance(message, str) else json.dumps(message) for message in messages]
    return {
        "messageType": kind,
        "owner": "111122223333",
        "logGroup": "trail",
        "logStream": "111122223333_CloudTrail_eu-west-1",
        "subscriptionFilters": ["all"],
        "logEvents": [{"id": str(number), "timestamp": 1, "message": text} for number, text in enumerate(texts)],
    }


def subscription(document: object) -> dict[str, object]:
    return {"awslogs": {"data": base64_of(document, zipped=True)}}


WRAPPERS = {
    "bare": RECORD,
    "as text": json.dumps(RECORD),
    "as bytes": json.dumps(RECORD).encode(),
    "in a list": [RECORD],
    "log file": {"Records": [RECORD]},
    "EventBridge": in_envelope(RECORD),
    "SQS": {"Records": [sqs(in_envelope(RECORD))]},
    "SNS": {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns(RECORD)}]},
    "SNS in SQS": {"Records": [sqs(sns(in_envelope(RECORD)))]},
    "received from SQS": {"Messages": [{"MessageId": "1", "Body": json.dumps(sns(RECORD))}]},
    "LookupEvents": {
        "Events": [{"EventId": "1", "EventName": "x", "CloudTrailEvent": json.dumps(RECORD)}],
        "NextToken": "n",
    },
    "one of LookupEvents": {"EventId": "1", "CloudTrailEvent": json.dumps(RECORD)},
    "Kinesis": {"Records": [kinesis(RECORD)]},
    "Kinesis, an envelope": {"Records": [kinesis(in_envelope(RECORD))]},
    "Kinesis, a log file": {"Records": [kinesis({"Records": [RECORD]}, zipped=True)]},
    "Kinesis, a subscription": {"Records": [kinesis(log_events(RECORD), zipped=True)]},
    "Kinesis through a pipe": [
        {"data": base64_of(RECORD), "eventSource": "aws:kinesis", "eventName": "aws:kinesis:record"}
    ],
    "Firehose": firehose(RECORD),
    "Firehose, an envelope": firehose(in_envelope(RECORD)),
    "Firehose, a log file": firehose({"Records": [RECORD]}),
    "Firehose, a subscription": firehose(log_events(in_envelope(RECORD)), zipped=True),
    "a subscription": subscription(log_events(RECORD)),
    "a subscription, a log file": subscription(log_events({"Records": [RECORD]})),
    "CloudWatch Logs": {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": json.dumps(RECORD)}]},
}


@pytest.mark.parametrize("wrapping", WRAPPERS)
def test_every_wrapping_gives_the_record(wrapping):
    assert [found.record for found in records_in(WRAPPERS[wrapping])] == [RECORD]


def test_every_entry_comes_out_in_its_order():
    other = own_record("delete_secret")

    assert [found.record for found in records_in({"Records": [RECORD, other, RECORD]})] == [RECORD, other, RECORD]


def test_every_document_of_a_payload_comes_out():
    other = own_record("delete_secret")
    payload = "\n".join(map(json.dumps, (RECORD, other, RECORD))).encode()

    assert [found.record for found in records_in(firehose(payload, other))] == [RECORD, other, RECORD, other]


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        (b"no JSON", "not JSON"),
        (b"", "empty"),
        (gzip.compress(json.dumps(RECORD).encode(), mtime=0)[:-300], "compressed data breaks off or is damaged"),
        (json.dumps({"Records": [RECORD]}).encode()[:-9], "breaks off"),
        (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, "nested too deeply"),
    ],
)
def test_a_payload_that_cannot_be_read_costs_itself_alone(payload, fault):
    found = list(records_in(firehose(RECORD, payload, RECORD)))

    assert [one.record for one in found if one.fault is None] == [RECORD, RECORD]
    assert [fault in one.fault for one in found if one.fault is not None] == [True]


@pytest.mark.parametrize("text", ["%%%", "ä", "abc"])
def test_a_payload_that_is_no_base64_says_so(text):
    [found] = records_in({"Records": [{"kinesis": {"data": text}}]})

    assert found.fault == "the payload is no base64"
    with pytest.raises(MalformedRecord, match="the payload is no base64"):
        parse_message({"awslogs": {"data": text}})


def test_a_payload_gives_what_came_before_a_break():
    payload = json.dumps({"Records": [RECORD, own_record("delete_secret")]}).encode()[:-9]
    found = list(records_in(firehose(payload)))

    assert [one.record for one in found if one.fault is None] == [RECORD]
    assert len(found) == 2


def a_bomb(document: bytes, layers: int) -> dict[str, object]:
    for _ in range(layers - 1):
        document = json.dumps(firehose(*[document] * 8, zipped=True)).encode()
    return firehose(document, zipped=True)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_no_payload_unpacks_without_end(monkeypatch, layers):
    monkeypatch.setattr(payloads, "_MOST", 1 << 20)
    bomb = a_bomb(json.dumps([RECORD] + ["a" * 1000] * 4_000).encode(), layers)

    found = list(records_in([bomb, firehose(RECORD)]))

    assert found[0].record == RECORD
    assert {one.fault for one in found[-2:]} == {"the payloads of one document unpack to more than 1 MB"}
    assert len(found) < 2_000


def test_what_one_document_unpacks_to_is_no_burden_of_the_next(monkeypatch):
    monkeypatch.setattr(payloads, "_MOST", 1 << 12)
    document = firehose(RECORD, RECORD)

    assert all(one.fault is None for _ in range(9) for one in records_in(document))


def test_a_control_message_stays_whole():
    control = log_events("CWL CONTROL MESSAGE: Checking health of destination.", kind="CONTROL_MESSAGE")

    [found] = records_in(subscription(control))

    assert found.record == control
    assert is_control_message(found.record)


@pytest.mark.parametrize("wrap", [in_envelope, lambda record, **more: sqs(in_envelope(record, **more))])
def test_a_replay_is_marked_however_deep_its_envelope_lies(wrap):
    [live] = records_in(wrap(RECORD))
    [replayed] = records_in(wrap(RECORD, **{"replay-name": "march"}))

    assert (live.replayed, replayed.replayed) == (False, True)


def test_the_native_event_keeps_its_envelope():
    native = own_record("label_updated")
    [found] = records_in({"Records": [sqs({**native, "replay-name": "march"})]})

    assert found.replayed
    assert parse(found.record).name == LABEL_UPDATED


@pytest.mark.parametrize(
    "document", [None, 7, "text", b"\xff", {}, {"Records": 7}, {"body": "no JSON"}, {"detail-type": "x"}]
)
def test_what_cannot_be_opened_comes_out_and_is_no_record(document):
    for found in records_in(document):
        with pytest.raises(MalformedRecord):
            parse(found.record)


def test_wrappings_without_end_are_given_up():
    document: object = RECORD
    for _ in range(500):
        document = [document]

    [found] = records_in(document)

    with pytest.raises(MalformedRecord):
        parse(found.record)


def test_a_record_that_holds_a_field_named_like_a_wrapper_is_still_that_record():
    record = own_record("get_secret_value", Records=[own_record("delete_secret")], detail={}, body="{}")

    assert [found.record for found in records_in(record)] == [record]


# Messages of a lane


@pytest.mark.parametrize("wrapping", sorted(WRAPPERS))
def test_a_message_is_read_through_its_wrapping(wrapping):
    assert parse_message(WRAPPERS[wrapping]) == parse(RECORD)


def test_a_number_too_long_for_python_hides_no_record():
    record = own_record("get_secret_value", requestParameters={"secretId": "a", "n": 0})
    body = json.dumps(in_envelope(record)).replace('"n": 0', '"n": ' + "9" * 5_000)

    event = parse_message(body)

    assert isinstance(event, SecretEvent)
    assert event.name == "GetSecretValue"


def test_a_replayed_message_is_marked():
    event = parse_message(json.dumps(in_envelope(RECORD, **{"replay-name": "march"})))

    assert isinstance(event, SecretEvent)
    assert event.replayed


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"nightlatch": "tick"}, NOW),
        ({"nightlatch": "tick", "now": "2026-03-02T09:00:00Z"}, datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ({"nightlatch": "tick", "time": "2026-03-02T09:00:30Z"}, datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)),
        (in_envelope({"nightlatch": "tick"}, time="2026-03-02T08:59:00Z"), datetime(2026, 3, 2, 8, 59, tzinfo=UTC)),
    ],
)
def test_a_tick_takes_its_own_time_before_the_given_one(body, at):
    assert parse_message(json.dumps(body), now=NOW) == Tick(at)


def test_a_tick_without_any_time_is_malformed():
    with pytest.raises(MalformedRecord, match="no time"):
        parse_message({"nightlatch": "tick"})


@pytest.mark.parametrize("time", ["soon", None, 7])
def test_a_tick_with_an_unreadable_time_is_malformed(time):
    with pytest.raises(MalformedRecord):
        parse_message({"nightlatch": "tick", "now": time}, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        b"\xff\xfe",
        "[]",
        "7",
        None,
        {"Records": []},
        "[" * 5000,
        json.dumps(in_envelope(RECORD))[:-1] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}",
        {"Records": [RECORD, RECORD]},
    ],
)
def test_a_message_that_is_not_one_record_is_malformed(body):
    with pytest.raises(MalformedRecord):
        parse_message(body, now=NOW)
