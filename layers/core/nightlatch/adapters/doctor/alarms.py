"""Looks at every alarm that the stack was given.

Source: CloudWatch API reference, DescribeAlarms (a hundred names at most; ActionsEnabled, AlarmActions, StateValue).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nightlatch.adapters.doctor.asking import Asker
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.doctor.upkeep import AlarmSeen

_AT_ONCE = 100


def alarms_seen(ask: Asker, names: Sequence[str]) -> tuple[AlarmSeen, ...] | Gap:
    """Give each alarm as it stands, in the order of the names."""
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(names), _AT_ONCE):
        answer = ask.ask(
            "cloudwatch:DescribeAlarms",
            AlarmNames=list(names[start : start + _AT_ONCE]),
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            MaxRecords=_AT_ONCE,
        )
        if isinstance(answer, Gap):
            return answer
        for one in (*(answer or {}).get("MetricAlarms", ()), *(answer or {}).get("CompositeAlarms", ())):
            found[str(one["AlarmName"])] = one
    return tuple(_alarm(name, found.get(name)) for name in names)


def _alarm(name: str, found: Mapping[str, Any] | None) -> AlarmSeen:
    if found is None:
        return AlarmSeen(name=name, is_there=False)
    return AlarmSeen(
        name=name,
        state=str(found.get("StateValue", "")),
        is_on=bool(found.get("ActionsEnabled", True)),
        actions=len(found.get("AlarmActions", ())),
    )
