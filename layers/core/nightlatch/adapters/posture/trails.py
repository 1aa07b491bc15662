"""The trails that record this Region, and what each leaves out.

A trail that cannot be looked at makes the whole answer a gap: it may be the one that records.

Source: CloudTrail API reference: DescribeTrails (shadow trails stand for those of other Regions and of the
organization), GetTrailStatus and GetEventSelectors (by ARN for such a trail). Only a real account can tell what an
account of an organization is shown of the organization's trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.account.trail_coverage import losses
from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.posture.accounts import TrailPosture
from nightlatch.domain.posture.unseen import Gap

_LIST = "cloudtrail:DescribeTrails"
_STATUS = "cloudtrail:GetTrailStatus"
_SELECTORS = "cloudtrail:GetEventSelectors"


def trails_seen(questions: Questions) -> tuple[TrailPosture, ...] | Gap:
    """Look at the trails.

    Raises:
        Unavailable: AWS cannot be reached at all, or does not accept the credentials.
    """
    answer = questions.answer(_LIST, includeShadowTrails=True)
    if isinstance(answer, Gap):
        return answer
    found: list[TrailPosture] = []
    for trail in answer.get("trailList", ()):
        try:
            looked = _looked(questions, trail)
        except NotFound:  # deleted meanwhile
            continue
        if isinstance(looked, Gap):
            return Gap(looked.action, f"trail {trail.get('Name')}: {looked.why}")
        found.append(looked)
    return tuple(found)


def _looked(questions: Questions, trail: Mapping[str, Any]) -> TrailPosture | Gap:
    arn = str(trail["TrailARN"])
    status = questions.answer(_STATUS, Name=arn)
    if isinstance(status, Gap):
        return status
    selectors = questions.answer(_SELECTORS, TrailName=arn)
    if isinstance(selectors, Gap):
        return selectors
    return TrailPosture(
        arn=arn,
        name=str(trail["Name"]),
        is_logging=bool(status.get("IsLogging")),
        is_multi_region=bool(trail.get("IsMultiRegionTrail")),
        losses=losses(Parameters(selectors)),
        key=trail.get("KmsKeyId") or None,
        validates_files=bool(trail.get("LogFileValidationEnabled")),
    )
