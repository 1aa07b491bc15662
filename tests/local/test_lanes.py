"""What a function reports about a batch is read as Lambda reads it: in doubt the whole batch comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from nightlatch.local.queues.lanes import failures
from nightlatch.local.running.invocation import Invocation


@dataclass(frozen=True)
class Message:
    id: str


BATCH = (Message("a"), Message("b"))


def an_invocation(answer, error=None):
    payload = json.dumps(answer).encode()
    return Invocation(function="f", request_id="r", payload=payload, error=error, cold=False, duration_ms=1.0)


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": None}, set()),
        ({}, set()),
        (None, set()),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, {"b"}),
        ({"batchItemFailures": [{"itemIdentifier": "c"}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, {"a", "b"}),
        ({"batchItemFailures": [{"other": "a"}]}, {"a", "b"}),
        ({"batchItemFailures": "a"}, {"a", "b"}),
    ],
)
def test_a_report_names_what_comes_back(answer, failed):
    assert failures(an_invocation(answer), BATCH, reports_failures=True)[0] == failed


def test_an_error_of_the_function_brings_the_whole_batch_back_whatever_it_said():
    invocation = an_invocation({"errorType": "ValueError"}, error="Unhandled")

    assert failures(invocation, BATCH, reports_failures=True) == ({"a", "b"}, "ValueError")


def test_a_mapping_that_expects_no_report_reads_none():
    invocation = an_invocation({"batchItemFailures": [{"itemIdentifier": "a"}]})

    assert failures(invocation, BATCH, reports_failures=False)[0] == set()
