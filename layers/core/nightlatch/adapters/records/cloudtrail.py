"""What one CloudTrail record says, as the event that every room of the house reads.

The parser is total: a record without eventSource, eventName or a readable eventTime is malformed, and of every other
record whatever is missing or of the wrong type is unknown while the rest is read. Nothing else is ever raised.

Source: CloudTrail user guide, record contents; Secrets Manager user guide, secret event notifications; design
facts section 3 with its real records.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nightlatch.adapters.records.identities import Setting, account_number, principal_of
from nightlatch.adapters.records.json_values import clean, parameters
from nightlatch.adapters.records.native_events import is_native, parse_native
from nightlatch.adapters.records.record_fields import (
    UNKNOWN,
    details_in,
    digest,
    failure_in,
    fields_of,
    kind_of,
    origin_in,
    read_time,
    required,
    resources_in,
    text,
)
from nightlatch.adapters.records.targets import Parts, secrets_encrypted, secrets_in, version_encrypted, version_in
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.calls import READ_PREFIXES
from nightlatch.domain.event.events import KMS, SECRETS_MANAGER, Channel, SecretEvent
from nightlatch.domain.event.parameters import Parameters

_NETWORK = frozenset({"AwsVpceEvent", "AwsVpceEvents"})  # the guide writes one, published rules the other


def parse(record: object, *, replayed: bool = False) -> SecretEvent:
    """Read a CloudTrail record, or the EventBridge envelope of a native Secrets Manager event.

    Args:
        record: The decoded JSON of one record; wrappers are taken off by `envelopes`.
        replayed: Whether it came out of an EventBridge archive.

    Raises:
        MalformedRecord: It has no eventSource, no eventName or no readable eventTime.
    """
    if not isinstance(record, Mapping):
        raise MalformedRecord(f"a record must be a JSON object, this is {kind_of(record)}")
    if is_native(record):
        return parse_native(record, replayed=replayed)
    fields = fields_of(record)
    source, name, at = required(fields, "eventSource"), required(fields, "eventName"), read_time(record)
    return _event(fields, source, name, at, replayed=replayed)


def _event(fields: Parameters, source: str, name: str, at: datetime, *, replayed: bool) -> SecretEvent:
    identity = parameters(fields.get("userIdentity"))
    channel = _channel(fields, identity)
    account = account_number(fields.get("recipientAccountId")) or account_number(identity.get("accountId"))
    parts = Parts(
        name=name,
        account_id=clean(account or UNKNOWN),
        region=text(fields, "awsRegion") or UNKNOWN,
        request=parameters(fields.get("requestParameters")),
        response=parameters(fields.get("responseElements")),
        details=details_in(fields),
        resources=resources_in(fields),
        request_id=text(fields, "requestID"),
        failure=failure_in(fields),
    )
    ours = source == SECRETS_MANAGER
    use_of_key = source == KMS
    return SecretEvent(
        event_id=text(fields, "eventID") or digest(fields),
        at=at,
        source=source,
        name=name,
        account_id=parts.account_id,
        region=parts.region,
        principal=principal_of(identity, _setting(fields, parts.account_id, source, channel)),
        channel=channel,
        secrets=secrets_in(parts) if ours else secrets_encrypted(parts) if use_of_key else (),
        version_id=version_in(parts) if ours else version_encrypted(parts) if use_of_key else None,
        failure=parts.failure,
        read_only=_read_only(fields, name),
        request=parts.request,
        response=parts.response,
        details=parts.details,
        resources=parts.resources,
        origin=origin_in(fields),
        request_id=parts.request_id,
        shared_event_id=text(fields, "sharedEventID"),
        corrects=text(parameters(fields.get("addendum")), "originalEventID"),
        replayed=replayed,
    )


def _setting(fields: Parameters, account: str, source: str, channel: Channel) -> Setting:
    return Setting(
        recipient=account,
        service=source,
        by_service=channel is Channel.SERVICE,
        from_console=fields.flag("sessionCredentialFromConsole"),
    )


def _channel(fields: Parameters, identity: Parameters) -> Channel:
    match fields.text("eventType"):
        case "AwsServiceEvent":
            return Channel.SERVICE
        case kind if kind in _NETWORK or fields.text("eventCategory") == "NetworkActivity":
            return Channel.NETWORK
        case None if identity.has("invokedBy") and not (identity.has("type") or identity.has("arn")):
            return Channel.SERVICE
        case _:
            return Channel.API


def _read_only(fields: Parameters, name: str) -> bool:
    told = fields.flag("readOnly")
    return name.startswith(READ_PREFIXES) if told is None else told
