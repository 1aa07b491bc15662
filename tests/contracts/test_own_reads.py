"""A read with the keeper's role counts as ours only where the keeper noted its request id; acts are the ledger's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fakes import FakeLedger, FixedClock
from nightlatch.adapters.snapshots.own_reads import OwnReads
from nightlatch.domain.history.examples import a_role, a_secret, an_event
from worlds import a_table, on_moto

READ = replace(an_event("GetSecretValue", secret=a_secret(), by=a_role("keeper")), request_id="q-1")


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnReads]:
    with on_moto(monkeypatch):
        yield OwnReads(a_table()[0], now=FixedClock(), acts=FakeLedger())


def test_a_read_that_was_noted_is_ours(own: OwnReads) -> None:
    own.note("q-1")

    assert own.is_own(READ)


@pytest.mark.parametrize("request_id", ["q-2", None])
def test_a_read_that_was_not_noted_is_judged_like_any_other(own: OwnReads, request_id: str | None) -> None:
    own.note("q-1")

    assert not own.is_own(replace(READ, request_id=request_id))


def test_another_call_is_ours_only_where_the_ledger_says_so(own: OwnReads) -> None:
    own.note("q-1")

    assert not own.is_own(replace(READ, name="DeleteSecret"))
