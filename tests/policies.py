"""Policy files for tests: what an operator writes, with a test of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

TEARDOWN = "arn:aws:iam::111122223333:role/teardown"
EXEMPTION = {
    "rule": "DEL-01",
    "principal": TEARDOWN,
    "secrets": "ci-tmp/",
    "owner": "platform",
    "reason": "nightly",
    "expires": "2027-01-31",
}
ANA = {"slack": "U01ANA", "name": "ana", "principals": ["*/ana"]}
TRIAL = {
    "name": "the teardown of test stacks is nobody's news",
    "example": "DEL-01",
    "principal": TEARDOWN,
    "secret": "ci-tmp/db",
    "expect": "recorded",
}
MUTE = {
    "checks": ["rotation.*"],
    "names": ["legacy/*"],
    "owner": "ana",
    "reason": "until the move",
    "expires": "2027-01-31",
}
RECORD = {
    "eventVersion": "1.08",
    "eventTime": "2026-03-02T09:00:00Z",
    "eventSource": "secretsmanager.amazonaws.com",
    "eventName": "DeleteSecret",
    "awsRegion": "eu-west-1",
    "recipientAccountId": "111122223333",
    "eventID": "1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d",
    "userIdentity": {
        "type": "IAMUser",
        "arn": "arn:aws:iam::111122223333:user/ana",
        "accountId": "111122223333",
        "userName": "ana",
    },
    "requestParameters": {"secretId": "prod/db", "recoveryWindowInDays": 7},
    "responseElements": {"ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"},
}


def a_policy(**parts: Any) -> dict[str, Any]:
    return {"version": 1, **parts}


def written(folder: Path, document: Any, name: str = "policy.yaml") -> str:
    """Write a policy file and give its place."""
    file = folder / name
    file.write_text(document if isinstance(document, str) else yaml.safe_dump(document), encoding="utf-8")
    return str(file)
