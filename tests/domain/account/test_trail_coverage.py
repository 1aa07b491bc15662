"""A trail loses a kind of call when none of its selectors keeps it."""

from __future__ import annotations

import pytest

from nightlatch.domain.account.trail_coverage import Loss, losses
from nightlatch.domain.event.parameters import Parameters

KMS = "kms.amazonaws.com"
S3 = {"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}
ALL = (Loss.READS, Loss.CHANGES, Loss.KMS)


def basic(*selectors: dict[str, object]) -> Parameters:
    return Parameters({"eventSelectors": list(selectors)})


def advanced(*selectors: list[dict[str, object]]) -> Parameters:
    return Parameters({"advancedEventSelectors": [{"name": "x", "fieldSelectors": fields} for fields in selectors]})


def where(field: str, **operators: list[str]) -> dict[str, object]:
    return {"field": field, **operators}


MANAGEMENT = where("eventCategory", equals=["Management"])
DATA = where("eventCategory", equals=["Data"])


@pytest.mark.parametrize(
    ("selectors", "lost"),
    [
        (basic({"readWriteType": "All", "includeManagementEvents": True}), ()),
        (basic({}), ()),
        (basic({"readWriteType": "WriteOnly"}), (Loss.READS, Loss.KMS)),
        (basic({"readWriteType": "ReadOnly"}), (Loss.CHANGES, Loss.KMS)),
        (basic({"readWriteType": "ReadOnly"}, {"readWriteType": "WriteOnly"}), ()),
        (basic({"includeManagementEvents": False, "dataResources": [S3]}), ALL),
        (basic({"includeManagementEvents": "false"}), ALL),
        (basic({"includeManagementEvents": False, "dataResources": [S3]}, {"readWriteType": "All"}), ()),
        (basic({"excludeManagementEventSources": [KMS]}), (Loss.KMS,)),
        (basic({"excludeManagementEventSources": ["rdsdata.amazonaws.com"]}), ()),
        (basic({"excludeManagementEventSources": [KMS]}, {"readWriteType": "All"}), ()),
        (Parameters({"EventSelectors": [{"ReadWriteType": "writeonly"}]}), (Loss.READS, Loss.KMS)),
        (Parameters(), ()),
        (basic(), ()),
    ],
)
def test_basic_selectors(selectors, lost):
    assert losses(selectors) == lost


@pytest.mark.parametrize(
    ("selectors", "lost"),
    [
        (advanced([MANAGEMENT]), ()),
        (advanced([DATA]), ALL),
        (advanced([MANAGEMENT, where("eventName", notEquals=["PutResourcePolicy"])]), (Loss.CHANGES,)),
        (advanced([MANAGEMENT, where("eventName", notEquals=["DeleteTrail"])]), (Loss.CHANGES,)),
        (advanced([MANAGEMENT, where("eventName", notEquals=["DisableKey"])]), (Loss.KMS,)),
        (advanced([MANAGEMENT, where("eventName", notEquals=["DescribeSecret"])]), ()),
        (advanced([MANAGEMENT, where("eventType", notEquals=["AwsServiceEvent"])]), (Loss.CHANGES,)),
        (advanced([MANAGEMENT], [DATA, where("resources.type", equals=["AWS::S3::Object"])]), ()),
        (advanced([MANAGEMENT, where("readOnly", equals=["false"])]), (Loss.READS, Loss.KMS)),
        (advanced([MANAGEMENT, where("readOnly", equals=["true"])]), (Loss.CHANGES, Loss.KMS)),
        (advanced([MANAGEMENT, where("eventSource", notEquals=[KMS])]), (Loss.KMS,)),
        (advanced([MANAGEMENT, where("eventSource", notEquals=["rdsdata.amazonaws.com"])]), ()),
        (advanced([MANAGEMENT, where("eventSource", notStartsWith=["kms"])]), (Loss.KMS,)),
        (advanced([MANAGEMENT, where("eventSource", notEndsWith=[".amazonaws.com"])]), ALL),
        (advanced([MANAGEMENT, where("eventSource", notEquals=["secretsmanager.amazonaws.com"])]), ALL[:2]),
        (advanced([MANAGEMENT, where("eventSource", equals=[KMS])]), ALL[:2]),
        (advanced([MANAGEMENT, where("eventName", startsWith=["Get", "Batch", "Decrypt"])]), ALL[1:]),
        (advanced([MANAGEMENT, where("eventName", notEquals=["StopLogging"])]), (Loss.CHANGES,)),
        (advanced([MANAGEMENT, where("eventSource", endsWith=[".amazonaws.com"])]), ()),
        (advanced([MANAGEMENT, where("userIdentity.arn", notEquals=["arn:aws:iam::111122223333:user/mallory"])]), ALL),
        (advanced([where("eventCategory", notEquals=["Data"])]), ALL),
        (advanced([]), ALL),
    ],
)
def test_advanced_selectors(selectors, lost):
    assert losses(selectors) == lost
