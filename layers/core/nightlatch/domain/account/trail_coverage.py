"""What a trail no longer records once its event selectors are these: the calls this product lives on.

A selector is asked about calls that must be recorded (a read, a deletion, a use of a key); a trail keeps a call that
any of its selectors keeps. So basic and advanced selectors, and whatever they say about data resources, are judged
by the same question.

Source: CloudTrail API reference, PutEventSelectors, EventSelector and AdvancedFieldSelector (botocore 1.44.5); a
real PutEventSelectors record of 2024 (Stratus). The names of advanced fields in records are inferred from the API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from nightlatch.domain.event.calls import READ_PREFIXES, READ_VALUES, SECRETS_MANAGER_CALLS
from nightlatch.domain.event.events import CLOUDTRAIL, SECRETS_MANAGER
from nightlatch.domain.event.parameters import Parameters

_MANAGEMENT = "Management"


class Loss(StrEnum):
    """What would go unrecorded, in words for a person."""

    READS = "reads"
    CHANGES = "changes"
    KMS = "the use of keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A management call that a watching trail must keep."""

    source: str
    name: str
    read_only: bool = False
    kind: str = "AwsApiCall"

    @property
    def fields(self) -> dict[str, str]:
        """The call under the field names of advanced selectors, in lower case."""
        return {
            "eventcategory": _MANAGEMENT,
            "eventtype": self.kind,
            "eventsource": self.source,
            "eventname": self.name,
            "readonly": str(self.read_only).lower(),
        }


_KMS = "kms.amazonaws.com"
_CALLS = {
    Loss.READS: [_Call(source=SECRETS_MANAGER, name=name, read_only=True) for name in READ_VALUES],
    Loss.CHANGES: [
        *(
            _Call(source=SECRETS_MANAGER, name=call.name)
            for call in SECRETS_MANAGER_CALLS
            if not call.name.startswith(READ_PREFIXES)
        ),
        *(
            _Call(source=SECRETS_MANAGER, name=name, kind="AwsServiceEvent")
            for name in ("RotationStarted", "RotationFailed", "StartSecretVersionDelete", "EndSecretVersionDelete")
        ),
        *(
            _Call(source=CLOUDTRAIL, name=name)
            for name in ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")
        ),
    ],
    Loss.KMS: [
        _Call(source=_KMS, name="Decrypt", read_only=True),
        *(
            _Call(source=_KMS, name=name)
            for name in ("ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "CreateGrant", "RevokeGrant")
        ),
    ],
}

_OPERATORS: dict[str, Callable[[str, Iterable[str]], bool]] = {
    "equals": lambda value, texts: value in texts,
    "startsWith": lambda value, texts: any(value.startswith(text) for text in texts),
    "endsWith": lambda value, texts: any(value.endswith(text) for text in texts),
    "notEquals": lambda value, texts: value not in texts,
    "notStartsWith": lambda value, texts: not any(value.startswith(text) for text in texts),
    "notEndsWith": lambda value, texts: not any(value.endswith(text) for text in texts),
}


def losses(selectors: Parameters) -> tuple[Loss, ...]:
    """Name what the selectors of a request or response leave out; nothing where no selector is shown."""
    basic, advanced = selectors.children("eventSelectors"), selectors.children("advancedEventSelectors")
    if not basic and not advanced:
        return ()

    def keeps(call: _Call) -> bool:
        return any(_keeps(item, call) for item in basic) or any(_keeps_advanced(item, call) for item in advanced)

    return tuple(loss for loss, calls in _CALLS.items() if not all(keeps(call) for call in calls))


def _keeps(selector: Parameters, call: _Call) -> bool:
    """Judge a basic selector; absent fields have the API's defaults: management events, reads and writes."""
    if selector.flag("includeManagementEvents") is False or call.source in selector.texts(
        "excludeManagementEventSources"
    ):
        return False
    kept = (selector.text("readWriteType") or "All").lower()
    return kept in {"all", "readonly" if call.read_only else "writeonly"}


def _keeps_advanced(selector: Parameters, call: _Call) -> bool:
    """Judge an advanced selector: every condition must hold."""
    conditions = selector.children("fieldSelectors")
    about_management = any(
        (condition.text("field") or "").lower() == "eventcategory" and _MANAGEMENT in condition.texts("equals")
        for condition in conditions
    )
    return about_management and all(_holds(condition, call.fields) for condition in conditions)


def _holds(condition: Parameters, fields: dict[str, str]) -> bool:
    """Tell whether a condition surely lets the call pass; one on a field we cannot know (a caller) does not."""
    value = fields.get((condition.text("field") or "").lower())
    if value is None:
        return False
    asked = [(name, condition.texts(name)) for name in _OPERATORS if condition.texts(name)]
    return all(_OPERATORS[name](value, texts) for name, texts in asked)
