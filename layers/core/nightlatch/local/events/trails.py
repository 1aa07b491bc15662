"""After this module a reader knows that CloudTrail's events come only while a trail records them.

A stage without any trail is one where nobody thought of it, and tells everything; one whose trails were all stopped
tells nothing more of what CloudTrail sees. The call that stops the last one is still told, for it was recorded. What
services put on the bus by themselves needs no trail.

Source: EventBridge user guide, events from AWS services via CloudTrail ("a trail must be logging"); that the stopping
call itself still arrives is seen in real records of StopLogging.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends

_STOPPING = frozenset({"StopLogging", "DeleteTrail"})


def is_recorded(envelope: Mapping[str, Any], account: str) -> bool:
    """Tell whether an event comes to the bus at all."""
    if not str(envelope.get("detail-type", "")).endswith("via CloudTrail"):
        return True
    detail = envelope.get("detail")
    if isinstance(detail, Mapping) and detail.get("eventName") in _STOPPING:
        return True
    trails = [trail for backend in cloudtrail_backends[account].values() for trail in backend.trails.values()]
    return not trails or any(trail.status.is_logging for trail in trails)
