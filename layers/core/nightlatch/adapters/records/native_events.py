"""The one event that is no CloudTrail record: `Secret Label Updated`, straight from Secrets Manager.

It comes through EventBridge without any trail, for every move of a staging label but AWSPENDING and AWSPREVIOUS,
and names the secret and the version, but no actor. Its facts stand in the envelope, so the envelope is what is read.

Source: Secrets Manager user guide, secret event notifications; trap 30.
"""

from __future__ import annotations

from collections.abc import Mapping

from nightlatch.adapters.records.identities import account_number
from nightlatch.adapters.records.json_values import clean, parameters
from nightlatch.adapters.records.record_fields import (
    UNKNOWN,
    digest,
    fields_of,
    read_time,
    required,
    resources_in,
    text,
)
from nightlatch.adapters.records.targets import Parts, secrets_in, version_in
from nightlatch.domain.event.events import NATIVE_SECRETS_MANAGER, SECRETS_MANAGER, Channel, SecretEvent
from nightlatch.domain.event.principals import Principal, PrincipalKind


def is_native(document: Mapping[str, object]) -> bool:
    """Tell whether this is an envelope that Secrets Manager itself sent, not a record that CloudTrail wrote."""
    detail_type = document.get("detail-type")
    return (
        document.get("source") == NATIVE_SECRETS_MANAGER
        and isinstance(detail_type, str)
        and not detail_type.endswith("via CloudTrail")
        and "eventName" not in document
    )


def parse_native(envelope: Mapping[str, object], *, replayed: bool = False) -> SecretEvent:
    """Read the envelope of a native event.

    Raises:
        MalformedRecord: It has no detail-type or no readable time.
    """
    fields = fields_of(envelope)
    account = clean(account_number(fields.get("account")) or UNKNOWN)
    parts = Parts(
        name=required(fields, "detail-type"),
        account_id=account,
        region=text(fields, "region") or UNKNOWN,
        details=parameters(fields.get("detail")),
        resources=resources_in(fields),
    )
    service = Principal(
        key=f"service:{SECRETS_MANAGER}",
        kind=PrincipalKind.SERVICE,
        name=SECRETS_MANAGER,
        account_id=account,
        invoked_by=SECRETS_MANAGER,
    )
    return SecretEvent(
        event_id=text(fields, "id") or digest(fields),
        at=read_time(envelope, "time"),
        source=NATIVE_SECRETS_MANAGER,
        name=parts.name,
        account_id=account,
        region=parts.region,
        principal=service,
        channel=Channel.NATIVE,
        secrets=secrets_in(parts),
        version_id=version_in(parts),
        request=parts.details,
        resources=parts.resources,
        replayed=replayed,
    )
