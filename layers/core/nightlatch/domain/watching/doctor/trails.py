"""What a trail is beside logging: whether it covers every Region, keeps the use of keys, and its files arrive.

After this module a reader knows which of these matter here: EventBridge is handed what a logging trail records, and
hunts and audits read the files of its bucket.

Source: CloudTrail API reference, DescribeTrails (IsMultiRegionTrail, S3BucketName, KmsKeyId), GetTrailStatus
(LatestDeliveryError, LatestDeliveryTime).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.domain.watching.doctor.channels import KeySeen, of_key
from nightlatch.domain.watching.doctor.gaps import Gap, unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFacts:
    """A trail of this Region that logs."""

    name: str
    home: str  # Region, where it can be changed
    is_multi_region: bool
    losses: tuple[Loss, ...] = ()
    bucket: str = ""
    is_bucket_there: bool | Gap = True
    delivery_error: str = ""
    delivered_at: datetime | None = None
    key: KeySeen | Gap | None = None


def of_trail_facts(seen: Collection[TrailFacts] | Gap) -> Iterator[Line]:
    """Judge the trails that log; whether one logs at all is judged elsewhere."""
    if isinstance(seen, Gap):
        yield unseen("trails in detail", seen)
        return
    if not seen:
        return
    yield _of_regions(seen)
    yield _of_keys_used(seen)
    for trail in seen:
        yield _of_delivery(trail)
        about, lost = f"key of trail {trail.name}", "its files cannot be written or read"
        yield of_key(about, trail.key, lost=lost)


def _of_regions(seen: Collection[TrailFacts]) -> Line:
    about = "Regions of the trail"
    if any(trail.is_multi_region for trail in seen):
        return Line(about=about, verdict=Verdict.OK, said="a trail covers all of them")
    first = next(iter(seen))
    fix = f"aws cloudtrail update-trail --region {first.home} --name {first.name} --is-multi-region-trail"
    said = "no trail covers more than one Region: what is done to a replica elsewhere, and by IAM, is not recorded"
    return Line(about=about, verdict=Verdict.WARN, said=said, fix=fix)


def _of_keys_used(seen: Collection[TrailFacts]) -> Line:
    about = "events of KMS in the trail"
    if any(Loss.KMS not in trail.losses for trail in seen):
        return Line(about=about, verdict=Verdict.OK, said="recorded")
    first = next(iter(seen))
    fix = (
        f"aws cloudtrail put-event-selectors --region {first.home} --trail-name {first.name}"
        " --event-selectors ReadWriteType=All,IncludeManagementEvents=true"
    )
    said = (
        "left out by every trail: keys that are disabled, deleted or opened are not seen; the command replaces all"
        " selectors, so write those for data events, too"
    )
    return Line(about=about, verdict=Verdict.WARN, said=said, fix=fix)


def _of_delivery(trail: TrailFacts) -> Line:
    about = f"bucket of trail {trail.name}"
    look = f"aws s3api get-bucket-policy --bucket {trail.bucket}"
    if trail.is_bucket_there is False:
        said = f"{trail.bucket} is gone: the trail's files are lost"
        fix = f"aws cloudtrail update-trail --region {trail.home} --name {trail.name} --s3-bucket-name BUCKET"
        return Line(about=about, verdict=Verdict.FAIL, said=said, fix=fix)
    if trail.delivery_error:
        said = f"the last files did not arrive ({trail.delivery_error}); see the policy of {trail.bucket}"
        return Line(about=about, verdict=Verdict.FAIL, said=said, fix=look)
    if trail.delivered_at is not None:
        return Line(about=about, verdict=Verdict.OK, said=f"files arrive, the last {trail.delivered_at:%Y-%m-%d %H:%M}")
    if isinstance(trail.is_bucket_there, Gap):  # files that arrive say enough of a bucket of another account
        return unseen(about, trail.is_bucket_there)
    return Line(about=about, verdict=Verdict.OK, said="it is there; no file was delivered yet")
