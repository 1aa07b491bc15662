"""A name may end like an ARN: whoever makes a secret of such a name becomes known for no other by reading it."""

from __future__ import annotations

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.inventory.holdings_memory import MemoryHoldings
from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import AT, a_role, a_secret, an_event

DAY = 86_400.0
WHO = a_role("intern")
DB, BY_NAME = a_secret("prod/db"), a_secret("prod/db", suffix=None)
OTHER = a_secret("prod/db-backup", suffix="GhIjKl")
OTHER_BY_PART, OTHER_BY_NAME = a_secret("prod/db", suffix="backup"), a_secret("prod/db-backup", suffix=None)
LIKE_THE_ARN = a_secret("prod/db-AbCdEf", suffix="MnOpQr")
LIKE_THE_ARN_BY_NAME = a_secret("prod/db-AbCdEf", suffix=None)
HELD = Holdings.of([Found(secrets=tuple(Holding(arn=one.text) for one in (DB, OTHER, LIKE_THE_ARN)))])


def is_known(read: SecretRef, *, before: SecretRef) -> bool:
    """Tell whether somebody who has read a secret for days, as it calls it, is known for another reference."""
    holdings = MemoryHoldings(HELD)
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=lambda: AT, holdings=holdings)
    baselines.learn([an_event(secret=before, by=WHO, after_s=-day * DAY) for day in (20, 3, 2)])
    (seen,) = baselines.observe([an_event(secret=read, by=WHO)])
    (sighting,) = seen.by_principal
    assert sighting.known is (seen.reader is not None)
    return sighting.known


@pytest.mark.parametrize("one", [DB, BY_NAME])
@pytest.mark.parametrize("other", [DB, BY_NAME])
def test_a_secret_is_one_by_its_name_and_by_its_arn(one, other):
    assert is_known(one, before=other)


@pytest.mark.parametrize("one", [OTHER, OTHER_BY_PART, OTHER_BY_NAME])
@pytest.mark.parametrize("other", [OTHER, OTHER_BY_PART, OTHER_BY_NAME])
def test_so_it_is_by_an_arn_without_its_suffix(one, other):
    assert is_known(one, before=other)


@pytest.mark.parametrize("victim", [DB, BY_NAME])
@pytest.mark.parametrize("own", [OTHER, OTHER_BY_PART, OTHER_BY_NAME, LIKE_THE_ARN, LIKE_THE_ARN_BY_NAME])
def test_reading_a_namesake_makes_nobody_known_for_a_secret(victim, own):
    assert not is_known(victim, before=own)
    assert not is_known(own, before=BY_NAME)
