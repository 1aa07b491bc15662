"""A record is the same record whatever it is wrapped in, and unwrapping never fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from nightlatch.adapters.cloudtrail import parse
from nightlatch.adapters.envelopes import parse_message, records_in
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.events import LABEL_UPDATED, SecretEvent, Tick
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
    "CloudWatch Logs": {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": json.dumps(RECORD)}]},
}


@pytest.mark.parametrize("wrapping", WRAPPERS)
def test_every_wrapping_gives_the_record(wrapping):
    assert [found.record for found in records_in(WRAPPERS[wrapping])] == [RECORD]


def test_every_entry_comes_out_in_its_order():
    other = own_record("delete_secret")

    assert [found.record for found in records_in({"Records": [RECORD, other, RECORD]})] == [RECORD, other, RECORD]


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
