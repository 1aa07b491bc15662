"""Takes the wrappings off: a record reaches us inside EventBridge, SQS, SNS, a log file or LookupEvents.

```
{"Records": [...]}  [...]            log files, Lambda's events        -> each entry
{"detail-type", "detail": {...}}     EventBridge                       -> detail; `replay-name` marks a replay
{"body": "<text>"}  {"Message": ..}  SQS, SNS (often one in the other) -> the text, decoded
{"Events": [{"CloudTrailEvent": ..}]}  LookupEvents                    -> the text, decoded
{"logEvents": [{"message": ..}]}     CloudWatch Logs subscription      -> the text, decoded
{"kinesis": {"data": ..}}            Kinesis, an entry of Records      -> base64, perhaps gzip
{"recordId", "data": ..}             Firehose, an entry of records     -> base64, perhaps gzip
{"awslogs": {"data": ..}}            CloudWatch Logs to Lambda         -> base64 of gzip
```

Unwrapping never fails: what cannot be opened comes out as it is, and the parser says that it is no record.

Source: design traps 30 and 31; EventBridge, SNS and SQS guides, message formats.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.adapters.records.json_stream import Broken
from nightlatch.adapters.records.json_values import decoded
from nightlatch.adapters.records.payloads import Allowance, is_from_stream, payload_in, unpacked
from nightlatch.adapters.records.record_fields import read_time
from nightlatch.domain.errors import MalformedRecord, Unreadable
from nightlatch.domain.event.events import SecretEvent, Tick

_LISTS = ("Records", "records", "Events", "logEvents", "Messages")
_INNER = ("Sns", "body", "Body", "Message", "message", "CloudTrailEvent")
_DEEPEST = 8
_TICK = "tick"
_MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What was inside: a record, a native envelope, or something that is neither."""

    record: object
    replayed: bool = False
    fault: str | None = None  # why there is no record: a payload could not be unpacked

    def event(self) -> SecretEvent:
        """Read the record.

        Raises:
            MalformedRecord: There is none, or it cannot be judged.
        """
        if self.fault is not None:
            raise MalformedRecord(self.fault)
        return parse(self.record, replayed=self.replayed)


def records_in(document: object) -> Iterator[Unwrapped]:
    """Give every record that a document holds, in its order."""
    yield from _opened(document, Allowance(), replayed=False, depth=_DEEPEST)


def is_record(document: object) -> bool:
    """Tell a record as it is from wrappings."""
    return isinstance(document, Mapping) and "eventName" in document and not is_from_stream(document)


def is_control_message(document: object) -> bool:
    """Tell what CloudWatch Logs sends to see whether a subscriber is there; it carries no record."""
    return isinstance(document, Mapping) and document.get("messageType") == "CONTROL_MESSAGE"


def parse_message(body: object, *, now: datetime | None = None) -> SecretEvent | Tick:
    """Read one message of a detector's lane.

    Args:
        body: The message's text, or what it decodes to.
        now: The time of a tick that carries none.

    Raises:
        MalformedRecord: It is neither a tick nor exactly one readable record.
    """
    document = decoded(body) if isinstance(body, (str, bytes)) else body
    tick = _tick(document, now)
    if tick is not None:
        return tick
    found = list(records_in(document))
    if len(found) != 1:
        raise MalformedRecord(f"a message must hold one record, this one holds {len(found)}")
    is_missed = isinstance(document, Mapping) and document.get("nightlatch") == _MISSED
    return replace(found[0].event(), reconciled=is_missed)


def missed_message(record: str) -> str:
    """Write the message of a record that the usual way did not bring; `record` is its text as CloudTrail keeps it."""
    return json.dumps({"nightlatch": _MISSED, "CloudTrailEvent": record})


def tick_message() -> str:
    """Write the message that says that time has passed, as the rule of the minutes does."""
    return json.dumps({"nightlatch": _TICK})


def _opened(document: object, allowance: Allowance, *, replayed: bool, depth: int) -> Iterator[Unwrapped]:
    if isinstance(document, Broken):
        yield Unwrapped(None, replayed, document.reason)
        return
    replayed = replayed or (isinstance(document, Mapping) and "replay-name" in document)
    inner = _contents(document, allowance) if depth else None
    if inner is None:
        yield Unwrapped(document, replayed)
        return
    try:
        for part in inner:
            yield from _opened(part, allowance, replayed=replayed, depth=depth - 1)
    except Unreadable as error:
        yield Unwrapped(None, replayed, str(error))


def _contents(document: object, allowance: Allowance) -> Iterable[object] | None:
    """Give what a wrapper holds; None for what is no wrapper, a record above all."""
    match document:
        case str() | bytes():
            value = decoded(document)
            return None if value is None else [value]
        case list() | tuple():
            return document
        case Mapping() if is_record(document) or is_control_message(document):
            return None
        case Mapping() if "detail-type" in document:
            return _detail(document)
        case Mapping():
            payload = payload_in(document)
            return _listed(document) if payload is None else unpacked(payload, allowance)
        case _:
            return None


def _detail(envelope: Mapping[str, object]) -> Sequence[object] | None:
    """Give the record that CloudTrail sent; the envelope of any other event stays whole."""
    detail = envelope.get("detail")
    if not isinstance(detail, Mapping) or "eventName" in detail:
        return [detail]
    return [detail] if str(envelope["detail-type"]).endswith("via CloudTrail") else None


def _listed(document: Mapping[str, object]) -> Sequence[object] | None:
    for name in _LISTS:
        found = document.get(name)
        if isinstance(found, list):
            return found
    return next(([document[name]] for name in _INNER if isinstance(document.get(name), (str, Mapping))), None)


def _tick(document: object, now: datetime | None) -> Tick | None:
    """Read the minute's message, bare or as the detail of an envelope, its own time first."""
    if not isinstance(document, Mapping):
        return None
    detail = document.get("detail")
    inner = detail if isinstance(detail, Mapping) else document
    if inner.get("nightlatch") != _TICK:
        return None
    for place, field in ((inner, "now"), (inner, "time"), (document, "time")):
        if field in place:
            return Tick(read_time(place, field))
    if now is None:
        raise MalformedRecord("a tick says no time and none was given")
    return Tick(now)
