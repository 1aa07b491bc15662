"""Attack story 2: somebody signed in through Identity Center fetches all there is, page by page, in five Regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nightlatch.domain.judging.findings import Severity
from stories.callers import a_person
from stories.records import Record, arn_of, call, read
from stories.story import Story, Told

REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "sa-east-1")
PAGES, PAGE = 3, 20
MALLORY = a_person("mallory")


def _pages(region: str, at: float) -> Iterator[Record]:
    """Fetch three pages two seconds apart; the service records each value of a page beside it."""
    for page in range(PAGES):
        filters = [{"key": "tag-key", "values": ["!none"]}]
        yield call(MALLORY, "BatchGetSecretValue", at=at + 2 * page, region=region, filters=filters)
        for n in range(PAGE):
            yield read(MALLORY, arn_of(f"{region}/app-{page * PAGE + n}", region), at=at + 2 * page, region=region)


def catch_all() -> Sequence[Record]:
    """Fetch everything in each Region, and at last by another filter that leaves nothing out."""
    filters = [{"key": "all", "values": ["!zz"]}]
    return [
        *(record for n, region in enumerate(REGIONS) for record in _pages(region, 10.0 * n)),
        call(MALLORY, "BatchGetSecretValue", at=60, region=REGIONS[0], filters=filters),
    ]


STORIES = (
    Story(
        name="batch-catch-all",
        records=catch_all,
        tells=(
            Told(catalogue="ACC-01", severity=Severity.HIGH, secrets=len(REGIONS) * PAGES * PAGE),
            Told(catalogue="ACC-02", severity=Severity.HIGH),
            Told(catalogue="ACC-08", severity=Severity.HIGH),
        ),
        incidents=1,
    ),
)
