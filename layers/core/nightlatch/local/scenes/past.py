"""Three weeks of the company's ordinary life as CloudTrail records, from which the baseline learns.

A real installation is seeded from 90 days of trail files in the same way; the records have the shape of
real ones and go through the same parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.domain.event.events import SecretEvent
from nightlatch.local.scenes.company import Company

DAYS = 21
EVERY_DAYS = 10  # the 1st, 11th and 21st: enough for every pair to be known; each costs the stage a write


def ordinary_life(company: Company, *, account_id: str, region: str, now: datetime) -> list[SecretEvent]:
    """Give the events: Terraform made every secret, the application reads each of them again and again."""
    return [parse(record) for record in _records(company, account_id=account_id, region=region, now=now)]


def _records(company: Company, *, account_id: str, region: str, now: datetime) -> Iterator[dict[str, Any]]:
    began = now - timedelta(days=DAYS)
    place = {"account_id": account_id, "region": region}
    for index, (name, arn) in enumerate(company.arns.items()):
        request = {"name": name, "clientRequestToken": company.versions[name]}
        created = began + timedelta(seconds=index)
        yield _record("CreateSecret", "terraform", created, request, response={"arn": arn}, **place)
        for day in range(0, DAYS, EVERY_DAYS):
            read = began + timedelta(days=day, hours=1, seconds=index)
            yield _record("GetSecretValue", "app", read, {"secretId": name}, response=None, **place)


def _record(  # noqa: PLR0913 - a record has that many facts
    name: str,
    role: str,
    at: datetime,
    request: Mapping[str, Any],
    *,
    response: Mapping[str, Any] | None,
    account_id: str,
    region: str,
) -> dict[str, Any]:
    issuer = {
        "type": "Role",
        "principalId": f"AROA{role.upper()}",
        "arn": f"arn:aws:iam::{account_id}:role/{role}",
        "accountId": account_id,
        "userName": role,
    }
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"{issuer['principalId']}:{role}",
            "arn": f"arn:aws:sts::{account_id}:assumed-role/{role}/{role}",
            "accountId": account_id,
            "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
        },
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "Boto3/1.34",
        "requestParameters": dict(request),
        "responseElements": response,
        "requestID": f"past-{name}-{at.timestamp():.0f}-{request.get('secretId', request.get('name'))}",
        "eventID": f"past-{name}-{at.timestamp():.0f}-{request.get('secretId', request.get('name'))}",
        "readOnly": name.startswith("Get"),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    }
