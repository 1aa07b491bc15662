"""The partition of a Region is the one that botocore's own data says, for every Region that it knows."""

from __future__ import annotations

import pytest
from botocore.session import get_session

from nightlatch.domain.event.partitions import partition_of

PARTITIONS = get_session().get_component("data_loader").load_data("partitions")["partitions"]
REGIONS = [(region, one["id"]) for one in PARTITIONS for region in one["regions"] if not region.endswith("-global")]


@pytest.mark.parametrize(("region", "partition"), REGIONS)
def test_every_region_of_botocore_is_in_its_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition


def test_a_region_that_nobody_named_is_in_the_usual_one() -> None:
    assert partition_of("") == "aws"
