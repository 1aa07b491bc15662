"""A severity that a tier has changed says so, and what it would be otherwise."""

from __future__ import annotations

import pytest

from nightlatch.detections.deletion_scheduled import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import Tier, TierOf
from nightlatch.domain.history.examples import a_secret, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.rules import detect


@pytest.mark.parametrize(
    ("tier", "said"),
    [
        (Tier.CROWN, " (crown secret: MEDIUM otherwise)"),
        (Tier.TEMP, " (temp secret: MEDIUM otherwise)"),
        (Tier.STANDARD, ""),
    ],
)
def test_a_tier_that_changes_a_severity_is_named(tier, said):
    inventory = Inventory(tiers=(TierOf("prod/*", tier),))
    event = an_event("DeleteSecret", secret=a_secret(), request={"recoveryWindowInDays": 30})

    (plain,), _ = detect(event, Baseline(), (DETECTION,))
    (found,), _ = detect(event, Baseline(inventory=inventory), (DETECTION,))

    assert found.reason == f"{plain.reason}{said}"
