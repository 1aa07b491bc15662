"""Looks at the trails that log here: their Regions, what they leave out, their buckets and keys.

A trail is looked at where it was made: its status and its files are there.

Source: CloudTrail API reference: DescribeTrails (shadow trails of other Regions and of the organization),
GetTrailStatus, GetEventSelectors; S3 API reference, HeadBucket.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.adapters.doctor.asking import Asker
from nightlatch.adapters.doctor.keys import key_seen
from nightlatch.domain.account.trail_coverage import losses
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.watching.doctor.gaps import Answer, Gap
from nightlatch.domain.watching.doctor.trails import TrailFacts

_SELECTORS = ("EventSelectors", "AdvancedEventSelectors")


def trails_in_detail(ask: Asker, region: str) -> tuple[TrailFacts, ...] | Gap:
    """Give the trails that log what happens in a Region; one that cannot be looked at makes it a gap."""
    listed = ask.ask("cloudtrail:DescribeTrails", includeShadowTrails=True)
    if isinstance(listed, Gap):
        return listed
    found: list[TrailFacts] = []
    for trail in (listed or {}).get("trailList", ()):
        if not trail.get("IsMultiRegionTrail") and trail.get("HomeRegion") != region:
            continue
        name = trail.get("TrailARN") or trail["Name"]
        status = ask.ask("cloudtrail:GetTrailStatus", Name=name)
        selectors = ask.ask("cloudtrail:GetEventSelectors", TrailName=name)
        for looked in (status, selectors):
            if isinstance(looked, Gap):
                return Gap(f"trail {trail['Name']}: {looked.why}")
        facts = _facts(ask, trail, status, selectors)
        if facts is not None:
            found.append(facts)
    return tuple(found)


def _facts(
    ask: Asker, trail: Mapping[str, Any], status: Answer | Gap | None, selectors: Answer | Gap | None
) -> TrailFacts | None:
    if not isinstance(status, Mapping) or not status.get("IsLogging"):
        return None
    chosen = selectors if isinstance(selectors, Mapping) else {}
    shown = {name[0].lower() + name[1:]: chosen[name] for name in _SELECTORS if chosen.get(name)}
    home, key, bucket = str(trail.get("HomeRegion", "")), trail.get("KmsKeyId"), str(trail.get("S3BucketName", ""))
    there = ask.ask("s3:ListBucket", Bucket=bucket)
    return TrailFacts(
        name=str(trail["Name"]),
        home=home,
        is_multi_region=bool(trail.get("IsMultiRegionTrail")),
        losses=losses(Parameters(shown)),
        bucket=bucket,
        is_bucket_there=there if isinstance(there, Gap) else there is not None,
        delivery_error=str(status.get("LatestDeliveryError") or ""),
        delivered_at=status.get("LatestDeliveryTime"),
        key=key_seen(ask, key, home) if key else None,
    )
