"""A read counts when AWS answered it to the principal itself and nothing explains it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.history.examples import a_denial, a_secret, a_user, an_event
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.value_reads import is_own_read, is_plain, is_unknown

READ = sighting_of(an_event(secret=a_secret()))


@pytest.mark.parametrize("explained", ["read_back", "by_service", "rotating"])
def test_what_explains_a_read(explained):
    assert is_own_read(READ)
    assert not is_own_read(replace(READ, **{explained: True}))


def test_a_read_of_nothing_that_is_named_or_that_failed_counts_for_nothing():
    assert not is_own_read(sighting_of(an_event()))
    assert not is_own_read(sighting_of(an_event(secret=a_secret(), failure=a_denial("GetSecretValue"))))
    through = replace(a_user(), invoked_by="cloudformation.amazonaws.com")
    assert not is_own_read(sighting_of(an_event(secret=a_secret(), by=through)))


def test_what_is_plain_and_what_is_unknown():
    assert is_plain(READ)
    assert not is_plain(replace(READ, version_id="v-1"))
    assert is_unknown(READ)
    assert not is_unknown(replace(READ, known=True))
