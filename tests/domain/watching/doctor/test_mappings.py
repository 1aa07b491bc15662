"""A lane that nobody takes from is a fault with the command that mends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.transformed import source
from nightlatch.domain.watching.diagnosis import Verdict
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.doctor.mappings import REPORTS, WANTED, MappingSeen, of_mappings

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:changes"
WELL = MappingSeen(uuid="u-1", queue=QUEUE, state="Enabled", batch=10, result="OK")
UPDATE = "aws lambda update-event-source-mapping --uuid u-1"


def judged(seen):
    return [(line.verdict, line.fix) for line in of_mappings("detector", QUEUE, 10, seen)]


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        ([WELL], (Verdict.OK, "")),
        ([replace(WELL, state="Disabled")], (Verdict.FAIL, f"{UPDATE} --enabled")),
        ([replace(WELL, state="Disabling")], (Verdict.FAIL, f"{UPDATE} --enabled")),
        ([replace(WELL, state="Enabling")], (Verdict.WARN, "")),
        (
            [replace(WELL, result="PROBLEM: Function call failed")],
            (Verdict.FAIL, "aws lambda get-event-source-mapping --uuid u-1"),
        ),
        ([replace(WELL, batch=1)], (Verdict.WARN, f"{UPDATE} --batch-size 10")),
        ([replace(WELL, reports=False)], (Verdict.WARN, f"{UPDATE} --function-response-types {REPORTS}")),
        (Gap("lambda:ListEventSourceMappings was refused"), (Verdict.UNSEEN, "")),
    ],
    ids=["well", "disabled", "disabling", "enabling", "problem", "batch", "whole batches", "refused"],
)
def test_a_mapping_is_judged_by_its_state(seen, line):
    assert judged(seen) == [line]


@pytest.mark.parametrize("seen", [[], [replace(WELL, queue=f"{QUEUE}-other")]], ids=["none", "of another queue"])
def test_a_lane_without_a_mapping_gets_one(seen):
    [(verdict, fix)] = judged(seen)

    assert verdict is Verdict.FAIL
    assert fix.startswith(
        f"aws lambda create-event-source-mapping --function-name detector --event-source-arn {QUEUE} "
    )


def test_the_table_is_that_of_the_template():
    found = {}
    for name, one in source()["Resources"].items():
        events = one.get("Properties", {}).get("Events", {}) if one["Type"] == "AWS::Serverless::Function" else {}
        for event in events.values():
            if event["Type"] == "SQS":
                assert event["Properties"]["FunctionResponseTypes"] == [REPORTS]
                found[name] = (event["Properties"]["Queue"]["Fn::GetAtt"][0], event["Properties"]["BatchSize"])

    assert found == {name: (wanted.queue, wanted.batch) for name, wanted in WANTED.items()}
