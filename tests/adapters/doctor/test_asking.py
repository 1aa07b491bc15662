"""A question of the doctor has an answer, nothing to answer about, or a gap that names the permission."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from doctored import ScriptedAws, refused
from nightlatch.domain.watching.doctor.gaps import Gap


def asked(found: Any, action: str = "kms:DescribeKey", region: str = "") -> Any:
    return ScriptedAws({(action, region): found}).asker().ask(action, region, KeyId="k")


def test_an_answer_is_given_as_it_is() -> None:
    assert asked({"KeyMetadata": {}}) == {"KeyMetadata": {}}


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (refused("AccessDeniedException"), "kms:DescribeKey was refused (AccessDeniedException); allow it"),
        (refused("ThrottlingException", 400), "kms:DescribeKey could not be asked (ThrottlingException); try again"),
        (refused("Oops", 500), "kms:DescribeKey could not be asked (Oops); try again"),
        (refused("Odd", 400), "kms:DescribeKey was not answered (Odd)"),
        (EndpointConnectionError(endpoint_url="https://kms"), "kms:DescribeKey could not be asked"),
    ],
    ids=["refused", "throttled", "broken", "odd", "no network"],
)
def test_what_is_refused_or_cannot_be_asked_is_a_gap(error: Exception, why: str) -> None:
    gap = asked(error)

    assert isinstance(gap, Gap)
    assert gap.why.startswith(why)


def test_a_gap_of_another_region_names_it() -> None:
    gap = asked(refused(), region="us-east-1")

    assert gap.why.startswith("kms:DescribeKey in us-east-1 was refused")


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("kms:DescribeKey", refused("NotFoundException", 400)),
        ("sqs:GetQueueAttributes", refused("AWS.SimpleQueueService.NonExistentQueue", 400)),
        ("s3:ListBucket", refused("404", 404)),
        ("cloudformation:DescribeStacks", refused("ValidationError", 400, "Stack with id x does not exist")),
    ],
)
def test_what_is_not_there_is_nothing(action: str, error: Exception) -> None:
    assert asked(error, action) is None


def test_a_bucket_that_one_may_not_see_is_not_gone() -> None:
    assert isinstance(asked(refused("403", 403), "s3:ListBucket"), Gap)


def test_another_validation_error_is_not_taken_for_a_missing_stack() -> None:
    assert isinstance(asked(refused("ValidationError", 400, "bad name"), "cloudformation:DescribeStacks"), Gap)
