"""The rules about whoever watches: nightlatch itself and CloudTrail."""

from __future__ import annotations

from nightlatch.cli.sigma.parts import FAILED, YES, Search, SigmaPart, api, calls, listed
from nightlatch.domain.account.own_parts import PARTS as OWN_PARTS
from nightlatch.domain.event.events import CLOUDTRAIL, KMS, LAMBDA
from nightlatch.domain.judging.findings import Severity

_TRAIL_API, _EVENTS_API = "awscloudtrail/latest/APIReference", "eventbridge/latest/APIReference"
_OWN: list[dict[str, object]] = [
    {
        "eventSource": part.source,
        "eventName|startswith" if part.source == LAMBDA else "eventName": list(part.names),
        f"requestParameters.{field}|expand": listed("resources", "{}", "*:{}", "*/{}", "*:{}:*", "*/{}/*"),
    }
    for part in OWN_PARTS
    for field in part.fields
]
_CUT = [False, "false"]
_NARROWED: list[dict[str, object]] = [
    {f"requestParameters.{flag}": _CUT}
    for flag in (
        "isMultiRegionTrail",
        "includeGlobalServiceEvents",
        "isOrganizationTrail",
        "multiRegionEnabled",
        "organizationEnabled",
    )
]
_DELIVERED: list[dict[str, object]] = [
    {"requestParameters.s3BucketName|exists": True},
    {"requestParameters.kmsKeyId|exists": True},
]
_SELECTORS: Search = [
    {"requestParameters.eventSelectors.includeManagementEvents": _CUT},
    {"requestParameters.eventSelectors.readWriteType": ["ReadOnly", "WriteOnly"]},
    {"requestParameters.eventSelectors.excludeManagementEventSources": KMS},
]

PARTS = (
    SigmaPart(
        rule="monitor.tampered",
        title="AWS Nightlatch Resource Changed or Deleted",
        detects="Detects a part of nightlatch being changed, muted or deleted: the first step of who wants no witness.",
        less="Names are compared as texts: a part of the same name in another account or Region counts too.",
        searches={
            "selection": _OWN,
            "filter_main_failed": FAILED,
            "filter_main_trial": {"eventSource": LAMBDA, "requestParameters.dryRun": YES},
            "filter_main_end_of_limit": {
                "eventSource": LAMBDA,
                "eventName|startswith": "DeleteFunctionConcurrency",
            },
            "filter_main_room_left": {
                "eventSource": LAMBDA,
                "eventName|startswith": "PutFunctionConcurrency",
                "requestParameters.reservedConcurrentExecutions|gt": 0,
            },
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("A deployment of nightlatch itself",),
        references=(api("PutRule", _EVENTS_API), api("PutFunctionConcurrency", "lambda/latest/api")),
    ),
    SigmaPart(
        rule="monitor.trail-tampered",
        title="AWS CloudTrail Trail Stopped or Deleted",
        detects="Detects a trail being stopped or deleted: what happens next would not be seen.",
        less="",
        searches={
            "selection": calls("StopLogging", "DeleteTrail", source=CLOUDTRAIL),
            "filter_main_failed": FAILED,
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("A clean-up of an old trail",),
        references=(api("StopLogging", _TRAIL_API), api("DeleteTrail", _TRAIL_API)),
    ),
    SigmaPart(
        rule="monitor.trail-tampered",
        variant="narrowed",
        title="AWS CloudTrail Trail or Event Data Store Narrowed",
        detects="Detects CloudTrail being told to record less, to deliver elsewhere, or to take in no more events.",
        less=(
            "Sigma asks each selector by itself, so that one that is made up for by another counts too; a trail that "
            "loses reads or changes is CRITICAL for the rule. Advanced selectors have a document of their own."
        ),
        level=Severity.HIGH,
        searches={
            "store": calls("DeleteEventDataStore", "StopEventDataStoreIngestion", source=CLOUDTRAIL),
            "update": calls("UpdateTrail", "UpdateEventDataStore", source=CLOUDTRAIL),
            "update_cut": [*_NARROWED, *_DELIVERED],
            "selectors": calls("PutEventSelectors", source=CLOUDTRAIL),
            "selectors_cut": _SELECTORS,
            "filter_main_failed": FAILED,
        },
        condition="(store or (update and update_cut) or (selectors and selectors_cut)) and not 1 of filter_main_*",
        falsepositives=("A move to another bucket or key", "Two selectors that share the work"),
        references=(api("UpdateTrail", _TRAIL_API), api("PutEventSelectors", _TRAIL_API)),
    ),
    SigmaPart(
        rule="monitor.trail-tampered",
        variant="advanced-selectors",
        title="AWS CloudTrail Advanced Event Selectors Set",
        detects="Detects advanced event selectors being set, which may leave out what this product lives on.",
        less="What the selectors leave out the rule alone can say: it fires on a loss, and this on every change.",
        level=Severity.LOW,
        searches={
            "selection": {
                **calls("PutEventSelectors", "UpdateEventDataStore", source=CLOUDTRAIL),
                "requestParameters.advancedEventSelectors.fieldSelectors.field|exists": True,
            },
            "filter_main_failed": FAILED,
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("Any change of what is recorded, data events above all",),
        references=(api("AdvancedEventSelector", _TRAIL_API),),
    ),
    SigmaPart(
        rule="monitor.trail-tampered",
        variant="tried",
        title="AWS CloudTrail Trail Stop Refused",
        detects="Detects an attempt to stop or delete a trail or event data store that AWS refused.",
        less=(
            "An attempt of an AWS service, or on a trail that is gone, is LOW for the rule; refused changes of "
            "selectors count for it too."
        ),
        level=Severity.MEDIUM,
        searches={
            "selection": {
                **calls(
                    "StopLogging",
                    "DeleteTrail",
                    "DeleteEventDataStore",
                    "StopEventDataStoreIngestion",
                    source=CLOUDTRAIL,
                ),
                "errorCode|exists": True,
            },
            "filter_main_gone": {"errorCode|endswith": "NotFoundException"},
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("A clean-up that lacks a permission",),
        references=(api("StopLogging", _TRAIL_API),),
    ),
)
