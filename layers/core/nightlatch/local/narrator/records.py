"""The CloudTrail record of one call and the EventBridge envelope around it, in the exact shape of real ones.

Source: real CloudTrail records of July 2023, July and August 2024; CloudTrail user guide, record-contents
(facts 3.1 to 3.6). The stage speaks plain HTTP on loopback; `tlsDetails` is written all the same, because
every real record of a direct call has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from nightlatch.local.aws.callers import Caller
from nightlatch.local.narrator.answers import Refusal
from nightlatch.local.narrator.calls import ApiCall
from nightlatch.local.narrator.services import GLOBAL_REGION, GLOBAL_SERVICES, event_name, is_read_only
from nightlatch.local.narrator.shapes import TOO_LARGE

EVENT_VERSION = "1.11"
API_CALL = "AWS API Call via CloudTrail"
_TEXT_LIMIT = 1024

Envelope = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything that a record says about one call, gathered."""

    call: ApiCall
    caller: Caller
    at: datetime
    source_ip: str
    user_agent: str
    request_id: str
    request: Mapping[str, Any] | None
    response: Mapping[str, Any] | None = None
    refusal: Refusal | None = None
    resources: tuple[dict[str, str], ...] = ()


def api_call(told: Told) -> Envelope:
    """Write the envelope of a call."""
    call = told.call
    region = region_of(call)
    record: dict[str, object] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": told.caller.user_identity(),
        "eventTime": timestamp(told.at),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": event_name(call.service, call.name, call.operation.http.get("requestUri", "")),
        "awsRegion": region,
        "sourceIPAddress": told.source_ip,
        "userAgent": told.user_agent[:_TEXT_LIMIT],
        **_error(told.refusal),
        "requestParameters": None if told.refusal and told.refusal.hides_parameters else _bounded(told.request),
        "responseElements": told.response,
        "requestID": told.request_id,
        "eventID": str(uuid4()),
        "readOnly": is_read_only(call.service, call.name),
        **({"resources": list(told.resources)} if told.resources else {}),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": told.caller.account_id,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": _host(call.service, region),
        },
    }
    return envelope(API_CALL, call.service, told.caller.account_id, region, told.at, record)


def envelope(  # noqa: PLR0913, PLR0917 - the fields of an EventBridge envelope, each of them needed
    detail_type: str,
    service: str,
    account_id: str,
    region: str,
    at: datetime,
    detail: dict[str, object],
    *,
    resources: tuple[str, ...] = (),
) -> Envelope:
    """Write an event as it arrives on the default bus."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": f"aws.{service}",
        "account": account_id,
        "time": timestamp(at),
        "region": region,
        "resources": list(resources),
        "detail": detail,
    }


def region_of(call: ApiCall) -> str:
    """Say in which Region the record lands: us-east-1 for the global services."""
    return GLOBAL_REGION if call.service in GLOBAL_SERVICES else call.signed_by.region


def timestamp(at: datetime) -> str:
    """Write a time as CloudTrail and EventBridge do, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(refused: Refusal | None) -> dict[str, object]:
    return {} if refused is None else {"errorCode": refused.code, "errorMessage": refused.message}


def _bounded(parameters: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    size = 0 if parameters is None else len(json.dumps(parameters))
    if size <= TOO_LARGE:
        return parameters
    return {"omitted": True, "reason": "requestParameters too large", "originalSize": size}


def _host(service: str, region: str) -> str:
    return f"{service}.amazonaws.com" if service in GLOBAL_SERVICES else f"{service}.{region}.amazonaws.com"
