"""The narrator's records have the fields of the real ones, held against them where they are at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.narrated import NarratedAws, narrated_aws
from local.recipes import assume, batch, create_key, denied_read, read_a_version, stop_logging

pytestmark = pytest.mark.records

FOLDER = os.environ.get("NIGHTLATCH_RECORDS", "")

# CloudTrail's own version of the record format moves on; it is the only field that may differ by its value's sense.
READERS = {
    ("GetSecretValue", None): read_a_version,
    ("GetSecretValue", "AccessDenied"): denied_read,
    ("BatchGetSecretValue", None): batch,
    ("StopLogging", None): stop_logging,
    ("AssumeRole", None): assume,
    ("CreateAccessKey", None): create_key,
}


def real_records() -> Iterator[dict[str, Any]]:
    for path in sorted(Path(FOLDER).glob("*/*.json*")):
        document = json.loads(path.read_text("utf-8"))
        if isinstance(document, list):
            yield from document


@pytest.fixture(scope="module")
def real() -> dict[tuple[str, str | None], dict[str, Any]]:
    if not FOLDER:
        pytest.skip("NIGHTLATCH_RECORDS does not name the folder of real records")
    return {
        (record["eventName"], record.get("errorCode")): record
        for record in real_records()
        if record["userIdentity"].get("type") == "IAMUser"
    }


@pytest.fixture
def aws() -> Iterator[NarratedAws]:
    with narrated_aws() as aws:
        yield aws


@pytest.mark.parametrize("what", READERS)
def test_a_narrated_record_has_the_fields_of_the_real_one(
    what: tuple[str, str | None], real: dict[tuple[str, str | None], dict[str, Any]], aws: NarratedAws
) -> None:
    narrated = READERS[what](aws)

    expected = real[what]
    assert set(narrated) == set(expected)
    assert set(narrated["userIdentity"]) == set(expected["userIdentity"])
    assert set(narrated["responseElements"] or {}) == set(expected["responseElements"] or {})
    assert set(narrated["tlsDetails"]) == set(expected["tlsDetails"])
    for told in ("eventSource", "eventType", "eventCategory", "readOnly", "managementEvent"):
        assert narrated[told] == expected[told]
