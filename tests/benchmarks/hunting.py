"""How long a hunt takes when one principal does one thing many times: the ratio of ten times as much to as much.

    python tests/benchmarks/hunting.py [--events 2000] [--secrets 200]

Judging is meant to be linear, so each ratio should be near 10; what a ratio says holds on any machine, what a time says
does not. Both are measured in one run, the smaller input first, each `hunt` as a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ACCOUNT, REGION = "111122223333", "eu-west-1"
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPAN = timedelta(minutes=10)
ROLE = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session",
    "accountId": ACCOUNT,
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/app", "userName": "app"}},
}
SERVICE = {"accountId": ACCOUNT, "invokedBy": "secretsmanager.amazonaws.com"}


def read(_: int, name: str) -> dict[str, Any]:
    return {"eventName": "GetSecretValue", "readOnly": True, "requestParameters": {"secretId": name}}


def refused(_: int, name: str) -> dict[str, Any]:
    action = "secretsmanager:GetSecretValue"
    text = f"User: {ROLE['arn']} is not authorized to perform: {action} on resource: {name} because of a test"
    return {"eventName": "GetSecretValue", "readOnly": True, "errorCode": "AccessDenied", "errorMessage": text}


def deleted(_: int, name: str) -> dict[str, Any]:
    return {"eventName": "DeleteSecret", "requestParameters": {"secretId": name, "forceDeleteWithoutRecovery": True}}


def written(number: int, name: str) -> dict[str, Any]:
    return {"eventName": "PutSecretValue", "requestParameters": {"secretId": name, "clientRequestToken": f"v-{number}"}}


def cancelled(_: int, name: str) -> dict[str, Any]:
    return {"eventName": "CancelRotateSecret", "requestParameters": {"secretId": name}}


def destroyed(_: int, name: str) -> dict[str, Any]:
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"
    details = {"ARN": arn, "Name": name}
    return {
        "eventName": "StartSecretVersionDelete",
        "eventType": "AwsServiceEvent",
        "userIdentity": SERVICE,
        "additionalEventData": details,
    }


DEEDS = (read, refused, deleted, written, cancelled, destroyed)


def trail(deed: Any, events: int, secrets: int) -> dict[str, Any]:
    """Give a log file's content."""
    return {
        "Records": [
            {
                "eventVersion": "1.11",
                "eventID": f"e-{number}",
                "eventTime": f"{BEGIN + SPAN * number / events:%Y-%m-%dT%H:%M:%SZ}",
                "eventSource": "secretsmanager.amazonaws.com",
                "eventType": "AwsApiCall",
                "awsRegion": REGION,
                "recipientAccountId": ACCOUNT,
                "userIdentity": ROLE,
                **deed(number, f"prod/db-{number % secrets}"),
            }
            for number in range(events)
        ]
    }


def seconds(deed: Any, events: int, secrets: int, folder: Path) -> float:
    """Time one hunt, interpreter and all."""
    path = folder / f"{deed.__name__}-{events}.json"
    path.write_text(json.dumps(trail(deed, events, secrets)), "utf-8")
    command = [Path(sys.executable).with_name("nightlatch"), "hunt", path, "--output", "jsonl"]
    began = time.perf_counter()
    told = subprocess.run(command, check=True, capture_output=True).stdout
    took = time.perf_counter() - began
    if not told:
        raise SystemExit(f"the hunt over {events} events of kind {deed.__name__} found nothing: it measured nothing")
    return took


def main() -> None:
    """Print a line for each deed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--events", type=int, default=2_000)
    asked.add_argument("--secrets", type=int, default=200)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for deed in DEEDS:
            small, large = (seconds(deed, options.events * by, options.secrets, Path(folder)) for by in (1, 10))
            print(f"{deed.__name__:>10}  {small:6.2f} s  {large:6.2f} s  ratio {large / small:4.1f}")


if __name__ == "__main__":
    main()
