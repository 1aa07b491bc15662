"""Reads the single fields of a record, each on its own terms: what is missing or of the wrong type is unknown.

Source: CloudTrail user guide, record contents; design facts 3.4 and 3.6.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

from nightlatch.adapters.records.json_values import clean, parameters
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.events import Failure, Origin
from nightlatch.domain.event.parameters import Parameters

UNKNOWN = "unknown"

_TIME = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_YEARS = range(2000, 2200)  # outside, windows of days around the time would leave the calendar


def fields_of(record: Mapping[str, object]) -> Parameters:
    """Read a record's own fields by name in any case."""
    return Parameters({key: value for key, value in record.items() if isinstance(key, str)})


def read_time(record: Mapping[str, object], field: str = "eventTime") -> datetime:
    """Read the event's time as an aware UTC moment.

    Raises:
        MalformedRecord: The field is missing or no ISO 8601 time of this age.
    """
    text = record.get(field)
    moment = _moment(text) if isinstance(text, str) else None
    if moment is None:
        raise MalformedRecord(f"record {_label(record)} has no readable {field}")
    return moment


@lru_cache(maxsize=4096)  # a busy trail has a hundred records in a second
def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if _TIME.match(text) else None
        if moment is None or moment.year not in _YEARS:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def required(fields: Parameters, name: str) -> str:
    """Give a text without which nobody can judge the record.

    Raises:
        MalformedRecord: It is missing, empty or no text.
    """
    found = text(fields, name)
    if found is None:
        raise MalformedRecord(f"record {_label(fields.fields)} has no {name}")
    return found


def text(fields: Parameters, name: str) -> str | None:
    """Give a non-empty text, None where unknown."""
    found = fields.text(name)
    return clean(found) if found is not None else None


def digest(fields: Parameters) -> str:
    """Make an id for a record that has none: the same record always gives the same one."""
    try:
        text = json.dumps(fields.fields, sort_keys=True, default=kind_of)
    except (TypeError, ValueError, RecursionError):
        plain = {key: value for key, value in fields.fields.items() if isinstance(value, (str, int))}
        text = json.dumps(plain, sort_keys=True)
    return f"digest-{sha256(text.encode()).hexdigest()[:32]}"


def details_in(fields: Parameters) -> Parameters:
    """Join the two places in which service events keep their facts."""
    inner, outer = parameters(fields.get("serviceEventDetails")), parameters(fields.get("additionalEventData"))
    return Parameters({**inner.fields, **outer.fields})


def resources_in(fields: Parameters) -> tuple[str, ...]:
    """Give the ARNs of resources[], whose entries are objects in records and plain texts in envelopes."""
    found = fields.get("resources")
    if not isinstance(found, (list, tuple)):
        return ()
    texts = (parameters(item).text("arn") if isinstance(item, Mapping) else item for item in found)
    return tuple(clean(text) for text in texts if isinstance(text, str) and text)


def failure_in(fields: Parameters) -> Failure | None:
    """Say how AWS refused the call, None where it did not."""
    code, message = fields.get("errorCode"), text(fields, "errorMessage") or ""
    if isinstance(code, str) and code:
        return Failure(clean(code), message)
    if code in (None, "") and not message:
        return None
    # A message without a readable code is a failure all the same; the text tells a refusal from the rest.
    return Failure("AccessDenied" if "is not authorized to perform" in message else UNKNOWN, message)


def origin_in(fields: Parameters) -> Origin:
    """Say where the call came from."""
    return Origin(
        address=text(fields, "sourceIPAddress"),
        user_agent=text(fields, "userAgent"),
        vpc_endpoint_id=text(fields, "vpcEndpointId"),
    )


def kind_of(value: object) -> str:
    """Name what stands where a record should; never its content."""
    match value:
        case None:
            return "null"
        case str() | bytes():
            return "text"
        case list() | tuple():
            return "a list"
        case _:
            return "no JSON object" if isinstance(value, Mapping) else f"a {type(value).__name__}"


def _label(record: Mapping[str, object]) -> str:
    """Name a record in a message by its eventID, never by its content."""
    found = record.get("eventID") or record.get("id")
    return clean(found)[:64] if isinstance(found, str) else "without eventID"
