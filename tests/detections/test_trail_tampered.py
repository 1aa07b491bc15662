"""A trail that would no longer see us is told by what it loses; an attempt is told for less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.detections.trail_tampered import DETECTION
from nightlatch.domain.event.events import CLOUDTRAIL, Failure, SecretEvent
from nightlatch.domain.history.examples import a_person, a_role, a_user, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Match, applies

DENIED = Failure("AccessDenied", "User is not authorized to perform this action")
ALL = [{"readWriteType": "All", "includeManagementEvents": True}]
WRITES = [{"readWriteType": "WriteOnly", "includeManagementEvents": True}]
READS = [{"readWriteType": "ReadOnly", "includeManagementEvents": True}]
NO_KEYS = [{"excludeManagementEventSources": ["kms.amazonaws.com"]}]
DATA_ONLY = [{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}]


def call(name: str, **more) -> SecretEvent:
    return an_event(name, source=CLOUDTRAIL, **more)


def severity_of(event: SecretEvent) -> Severity | None:
    assert applies(DETECTION, event)
    verdict = DETECTION.evaluate(event, Baseline())
    assert verdict is None or isinstance(verdict, Match)
    return verdict.severity if verdict else None


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("StopLogging", Severity.CRITICAL),
        ("DeleteTrail", Severity.CRITICAL),
        ("DeleteEventDataStore", Severity.HIGH),
        ("StopEventDataStoreIngestion", Severity.HIGH),
    ],
)
def test_stopping_or_deleting_needs_nothing_else(name, severity):
    assert severity_of(call(name)) is severity


@pytest.mark.parametrize(
    ("request_", "severity"),
    [
        ({"eventSelectors": WRITES}, Severity.CRITICAL),
        ({"eventSelectors": READS}, Severity.CRITICAL),
        ({"eventSelectors": NO_KEYS}, Severity.HIGH),
        ({"advancedEventSelectors": DATA_ONLY}, Severity.CRITICAL),
        ({"eventSelectors": ALL}, None),
        ({"omitted": True, "reason": "requestParameters too large"}, Severity.MEDIUM),
        ({}, None),
    ],
)
def test_selectors_are_judged_by_what_they_leave_out(request_, severity):
    assert severity_of(call("PutEventSelectors", request=request_)) is severity


def test_what_aws_confirmed_is_judged_where_the_request_is_not_shown():
    event = call("PutEventSelectors", response={"trailARN": "arn", "eventSelectors": WRITES})

    assert severity_of(event) is Severity.CRITICAL


def test_what_aws_confirmed_is_judged_where_the_request_was_too_large():
    event = call("PutEventSelectors", request={"omitted": True}, response={"eventSelectors": WRITES})

    assert severity_of(event) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("request_", "severity"),
    [
        ({"advancedEventSelectors": DATA_ONLY}, Severity.HIGH),
        ({"multiRegionEnabled": False}, Severity.HIGH),
        ({"organizationEnabled": False}, Severity.HIGH),
        ({"retentionPeriod": 2557}, None),
    ],
)
def test_an_event_data_store_is_judged_like_a_trail_one_step_milder(request_, severity):
    assert severity_of(call("UpdateEventDataStore", request=request_)) is severity


@pytest.mark.parametrize(
    ("request_", "severity"),
    [
        ({"isMultiRegionTrail": False}, Severity.HIGH),
        ({"isMultiRegionTrail": "false"}, Severity.HIGH),
        ({"includeGlobalServiceEvents": False}, Severity.HIGH),
        ({"isOrganizationTrail": False}, Severity.HIGH),
        ({"s3BucketName": "elsewhere"}, Severity.HIGH),
        ({"kmsKeyId": "alias/elsewhere"}, Severity.HIGH),
        ({"isMultiRegionTrail": True, "enableLogFileValidation": True}, None),
        ({"name": "main"}, None),
    ],
)
def test_an_update_is_judged_by_what_it_narrows(request_, severity):
    assert severity_of(call("UpdateTrail", request=request_)) is severity


@pytest.mark.parametrize("name", ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"])
@pytest.mark.parametrize("who", [a_user(), a_person(), a_role()], ids=["a user", "a person", "a role"])
def test_a_refused_attempt_is_medium_though_its_request_is_not_shown(name, who):
    assert severity_of(call(name, by=who, failure=DENIED)) is Severity.MEDIUM


@pytest.mark.parametrize("code", ["TrailNotFoundException", "EventDataStoreNotFoundException"])
def test_an_attempt_on_what_does_not_exist_is_low(code):
    assert severity_of(call("DeleteTrail", failure=Failure(code))) is Severity.LOW


def test_an_attempt_by_aws_itself_is_low_and_through_cloudformation_it_is_the_callers():
    linked = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    service = replace(a_role("AWSServiceRoleForConfig"), key=linked)
    stack = replace(a_role("deploy"), invoked_by="cloudformation.amazonaws.com")

    assert severity_of(call("DeleteTrail", by=service, failure=DENIED)) is Severity.LOW
    assert severity_of(call("DeleteTrail", by=stack, failure=DENIED)) is Severity.MEDIUM
    assert severity_of(call("DeleteTrail", by=stack)) is Severity.CRITICAL


def test_a_failed_call_that_would_take_nothing_away_is_silent():
    wrong_region = Failure("InvalidHomeRegionException")

    assert severity_of(call("PutEventSelectors", request={"eventSelectors": ALL}, failure=wrong_region)) is None
    assert severity_of(call("PutEventSelectors", request={"eventSelectors": WRITES}, failure=wrong_region)) is (
        Severity.MEDIUM
    )


def test_the_same_name_at_another_service_is_another_call():
    assert not applies(DETECTION, an_event("StopLogging", source="ecs.amazonaws.com"))


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (call("PutEventSelectors", request={"eventSelectors": WRITES}), "a trail no longer records "),
        (
            call("UpdateEventDataStore", request={"advancedEventSelectors": DATA_ONLY}),
            "an event data store no longer records ",
        ),
        (
            call("DeleteTrail", failure=Failure("TrailNotFoundException")),
            "DeleteTrail named nothing that exists, so nothing was changed",
        ),
        (call("DeleteTrail", failure=DENIED), "DeleteTrail failed, so nothing was changed"),
    ],
    ids=["a trail", "a store", "nothing there", "refused"],
)
def test_the_reason_says_what_was_taken_away_or_why_nothing_was(event, reason):
    verdict = DETECTION.evaluate(event, Baseline())

    assert isinstance(verdict, Match)
    assert verdict.reason.startswith(reason)


def test_a_refused_call_whose_request_is_shown_is_judged_by_it():
    assert severity_of(call("PutEventSelectors", request={"eventSelectors": ALL}, failure=DENIED)) is None
    assert severity_of(call("PutEventSelectors", request={"eventSelectors": NO_KEYS}, failure=DENIED)) is (
        Severity.MEDIUM
    )
