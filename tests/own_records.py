"""Our own records in the exact shape of real ones, read from `records/`, with single fields changed for a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "records"
GONE = object()  # takes a field out

ACCOUNT = "111122223333"
REGION = "eu-west-1"


def own_record(name: str, /, **changes: object) -> dict[str, Any]:
    """Read `records/parse_<name>.json`; a changed field replaces the one on file, `GONE` takes it out."""
    record = json.loads((FOLDER / f"parse_{name}.json").read_text("utf-8"))
    assert isinstance(record, dict)
    return {key: value for key, value in {**record, **changes}.items() if value is not GONE}


def a_secret_arn(name: str, suffix: str = "AbCdEf") -> str:
    """Give a full ARN; an empty suffix gives a partial one."""
    tail = f"{name}-{suffix}" if suffix else name
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{tail}"


def in_envelope(record: object, **more: object) -> dict[str, object]:
    """Put a record into the envelope in which EventBridge delivers it."""
    return {
        "version": "0",
        "id": "00000000-0000-4000-8000-0000000000f1",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.secretsmanager",
        "account": ACCOUNT,
        "time": "2026-03-02T09:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": record,
        **more,
    }
