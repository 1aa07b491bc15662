"""After this module a reader knows how the stage answers LookupEvents: from the records that its narrator wrote.

moto has no event history. CloudTrail keeps one of management events in every account, without any trail, and events
that EventBridge lost are in it, too. AWS answers two requests a second; the stage has no quota, for its time is short.

Source: CloudTrail API reference, LookupEvents (one attribute in a request, 50 results, newest first); that events of
services are in it: CloudTrail user guide, viewing event history.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse

MOST_KEPT = 50_000
MOST_IN_AN_ANSWER = 50
_FIELDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "EventId": lambda record: str(record.get("eventID")),
    "EventName": lambda record: str(record.get("eventName")),
    "EventSource": lambda record: str(record.get("eventSource")),
    "ReadOnly": lambda record: str(record.get("readOnly", False)).lower(),
}


class EventHistory:
    """The last management events of the stage's account."""

    def __init__(self) -> None:
        self._records: deque[Mapping[str, Any]] = deque(maxlen=MOST_KEPT)
        self._lock = threading.Lock()

    def add(self, envelope: Mapping[str, Any]) -> None:
        """Keep what CloudTrail wrote; what a service put on the bus by itself is not CloudTrail's."""
        detail = envelope.get("detail")
        if str(envelope.get("detail-type", "")).endswith("via CloudTrail") and isinstance(detail, Mapping):
            with self._lock:
                self._records.append(detail)

    def lookup(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request."""
        with self._lock:
            kept = list(self._records)
        found = [record for record in reversed(kept) if _is_asked_for(record, asked)]
        start = int(asked.get("NextToken") or 0)
        most = min(int(asked.get("MaxResults") or MOST_IN_AN_ANSWER), MOST_IN_AN_ANSWER)
        more = {"NextToken": str(start + most)} if start + most < len(found) else {}
        return {"Events": [_listed(record) for record in found[start : start + most]], **more}


def _is_asked_for(record: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    at = datetime.fromisoformat(str(record["eventTime"])).timestamp()
    if not float(asked.get("StartTime") or 0) <= at <= float(asked.get("EndTime") or "inf"):
        return False
    wanted = asked.get("LookupAttributes") or []
    return all(_FIELDS[one["AttributeKey"]](record) == one["AttributeValue"] for one in wanted)


def _listed(record: Mapping[str, Any]) -> dict[str, Any]:
    at = datetime.fromisoformat(str(record["eventTime"])).astimezone(UTC)
    return {
        "EventId": record.get("eventID"),
        "EventName": record.get("eventName"),
        "EventSource": record.get("eventSource"),
        "EventTime": at.timestamp(),
        "CloudTrailEvent": json.dumps(record),
    }


@contextmanager
def answering_lookups(history: EventHistory) -> Iterator[None]:
    """Answer LookupEvents until the block ends; moto has no such call."""

    def lookup_events(self: Any) -> str:
        return json.dumps(history.lookup(json.loads(self.body or "{}")))

    CloudTrailResponse.lookup_events = lookup_events
    try:
        yield
    finally:
        del CloudTrailResponse.lookup_events
