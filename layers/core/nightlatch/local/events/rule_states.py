"""After this module a reader knows what the state of a rule lets through before its pattern is asked.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ALL_MANAGEMENT = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def admits(state: str, envelope: Mapping[str, Any]) -> bool:
    """Say whether a rule in this state sees an event at all, whatever its pattern says.

    Management events that only read reach a rule in the longest state alone; everything else reaches
    every enabled rule.
    """
    if state == "DISABLED":
        return False
    detail = envelope.get("detail")
    if state == _ALL_MANAGEMENT or not isinstance(detail, Mapping):
        return True
    is_call = str(envelope.get("detail-type", "")).endswith("via CloudTrail")
    is_management = detail.get("eventCategory", "Management") == "Management"
    return not (is_call and is_management and detail.get("readOnly") is True)
