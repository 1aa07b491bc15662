"""The real attacks that were recorded are seen once each, and the real refusals of a single try wake nobody."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.detections import (
    batch_retrieval,
    bulk_read,
    denied_probing,
    function_tampered,
    list_then_read,
    root_use,
    tampered,
    trail_tampered,
)
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.sightings import Sighting, sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import detect

RULES = tuple(
    module.DETECTION
    for module in (batch_retrieval, bulk_read, denied_probing, list_then_read, root_use, trail_tampered)
)
RECORDS = Path(os.environ.get("NIGHTLATCH_RECORDS", "records-not-given"))

pytestmark = [
    pytest.mark.records,
    pytest.mark.skipif(not RECORDS.is_dir(), reason="needs the real records (NIGHTLATCH_RECORDS)"),
]


def read(pattern: str, *, records: int) -> list[SecretEvent]:
    """Read files that hold one record or an array of them, and make sure that so many were read."""
    found: list[SecretEvent] = []
    for file in sorted(RECORDS.glob(pattern)):
        content = json.loads(file.read_text("utf-8"))
        found.extend(parse(record) for record in (content if isinstance(content, list) else [content]))
    assert len(found) == records
    return found


def hunt(events: list[SecretEvent]) -> tuple[Finding, ...]:
    """Judge every event with all others in view and no history, as a hunt does."""
    seen: dict[str, list[Sighting]] = defaultdict(list)
    for event in events:
        seen[event.principal.key].append(sighting_of(event))
    return fold(
        tuple(
            finding
            for event in events
            for finding in detect(event, Baseline(by_principal=Trail.of(seen[event.principal.key])), RULES)[0]
        )
    )


def test_the_real_sweep_is_one_finding_of_each_kind_with_its_twenty_secrets():
    findings = hunt(read("stratus/aws.credential-access.secretsmanager-retrieve-secrets.json", records=21))

    assert {(f.rule, f.state, f.severity, len(f.secrets)) for f in findings} == {
        ("access.bulk-read", State.OPEN, Severity.HIGH, 20),
        ("access.list-then-read", State.OPEN, Severity.HIGH, 20),
    }
    assert len(findings) == 2


def test_the_real_batch_retrieval_is_one_finding_of_five_calls():
    (finding,) = hunt(read("stratus/aws.credential-access.secretsmanager-batch-retrieve-secrets.json", records=5))

    assert (finding.rule, finding.state, finding.severity) == ("access.batch-retrieval", State.OPEN, Severity.HIGH)
    assert finding.count == 5


@pytest.mark.parametrize("technique", ["delete", "event-selectors", "stop"])
def test_each_real_blinding_of_a_trail_is_one_critical_finding(technique):
    (finding,) = hunt(read(f"stratus/aws.defense-evasion.cloudtrail-{technique}.json", records=1))

    assert (finding.rule, finding.severity) == ("monitor.trail-tampered", Severity.CRITICAL)


def test_three_real_refusals_of_one_person_wake_nobody():
    findings = hunt(read("traildiscover/*.cloudtrail", records=3))

    assert [finding.state for finding in findings] == [State.DIGEST]


@pytest.mark.parametrize(
    ("technique", "function"),
    [
        ("lambda-overwrite-code", "stratus-red-team-olc-func-vayhjqkdav:live"),
        ("lambda-layer-extension", "stratus-red-team-lambda-layer-simpleLambda"),
        ("lambda-backdoor-function", "stratus-red-team-backdoor-f-func"),
    ],
)
def test_each_real_change_of_a_function_is_told_of_registered_ones_alone(technique, function):
    (event,) = read(f"stratus/aws.persistence.{technique}.json", records=1)
    registered = Baseline(inventory=Inventory(rotation_functions=frozenset({function})))
    another = Baseline(inventory=Inventory(rotation_functions=frozenset({f"{function.split(':')[0]}-2"})))

    (found,), _ = detect(event, registered, (function_tampered.DETECTION,))

    assert (found.severity, found.state) == (Severity.HIGH, State.OPEN)
    assert detect(event, another, (function_tampered.DETECTION,))[0] == ()


def test_the_real_overwriting_of_a_function_is_tampering_where_it_is_ours():
    (event,) = read("stratus/aws.persistence.lambda-overwrite-code.json", records=1)
    ours = Baseline(inventory=Inventory(self_resources=frozenset({"stratus-red-team-olc-func-vayhjqkdav"})))

    (found,), _ = detect(event, ours, (tampered.DETECTION,))

    assert found.severity is Severity.CRITICAL
