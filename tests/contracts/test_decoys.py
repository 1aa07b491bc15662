"""The registry gives back what was written, lets no change be overwritten unseen, and the detector knows it in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes_canaries import FakeRegistry, a_decoy
from nightlatch.adapters.ledger.decoys import READ_AGAIN_AFTER_S, DynamoDecoys, KnownDecoys
from nightlatch.domain.account.decoys import MOST_DECOYS, Deed, Tending
from nightlatch.domain.errors import WorldMoved
from nightlatch.domain.history.examples import AT, a_secret, a_user, an_event
from nightlatch.service.canary_ports import Registry
from worlds import a_table, items_of, on_moto


@pytest.fixture(params=["fake", "moto"])
def registry(request, monkeypatch) -> Iterator[Registry]:
    if request.param == "fake":
        yield FakeRegistry()
        return
    with on_moto(monkeypatch):
        yield DynamoDecoys(a_table()[0])


def test_what_is_kept_comes_back_as_its_next_revision(registry):
    word = Tending(deed=Deed.FIRE, by=a_user().key, title="ana", since=AT, until=AT + timedelta(minutes=3))
    decoy = a_decoy(tendings=(word,), memo="<!channel> 'quoted' \"twice\"", leaves_at=AT + timedelta(days=7))

    kept = registry.keep(decoy)

    assert kept == replace(decoy, revision=1)
    assert registry.all().decoys == (kept,)


def test_of_two_who_plant_under_one_name_the_second_is_refused(registry):
    registry.keep(a_decoy())

    with pytest.raises(WorldMoved, match="prod/db-admin"):
        registry.keep(a_decoy(memo="another"))

    assert [one.memo for one in registry.all().decoys] == [a_decoy().memo]


def test_a_change_of_what_has_changed_meanwhile_is_refused(registry):
    before = registry.keep(a_decoy())
    registry.keep(replace(before, memo="by ben"))

    with pytest.raises(WorldMoved):
        registry.keep(replace(before, memo="by ana"))


def test_what_is_forgotten_is_gone_and_its_name_is_free(registry):
    registry.forget(registry.keep(a_decoy()))

    assert not registry.all()
    assert registry.keep(a_decoy()).revision == 1


def test_what_somebody_else_wrote_meanwhile_is_not_forgotten(registry):
    mine = registry.keep(a_decoy())
    theirs = registry.keep(mine)

    registry.forget(mine)

    assert registry.all().decoys == (theirs,)


def test_an_entry_is_kept_for_ever_until_its_secret_is_deleted(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        registry = DynamoDecoys(table)
        kept = registry.keep(a_decoy())
        assert [item.get("expires_at") for item in items_of(client)] == [None]

        registry.keep(replace(kept, leaves_at=AT))

        (item,) = items_of(client)
        assert int(item["expires_at"]["N"]) == (AT + timedelta(days=2)).timestamp()


def test_an_entry_that_cannot_be_read_does_not_hide_the_others(monkeypatch):
    with on_moto(monkeypatch):
        table, _ = a_table()
        table.put({"pk": "decoys", "sk": "decoy-0", "decoy": "{}", "revision": 1})
        registry = DynamoDecoys(table)
        registry.keep(a_decoy())

        assert [one.name for one in registry.all().decoys] == ["prod/db-admin"]


class Counting(FakeRegistry):
    """Counts how often it is read."""

    reads = 0

    def all(self):
        self.reads += 1
        return super().all()


def test_a_detector_reads_the_registry_each_half_minute_and_anew_when_a_decoy_is_touched():
    registry, clock = Counting(), [0.0]
    known = KnownDecoys(registry, tick=lambda: clock[0])
    quiet, touch = an_event(secret=a_secret("prod/db")), an_event(secret=a_secret("prod/db-admin"))

    assert not known.around([quiet])
    decoy = registry.keep(a_decoy())
    assert not known.around([touch])  # planted a moment ago; half a minute later it counts
    clock[0] = READ_AGAIN_AFTER_S
    assert known.around([quiet]).decoys == (decoy,)
    assert known.around([quiet]).decoys == (decoy,)
    assert registry.reads == 2

    said = registry.keep(replace(decoy, memo="removed"))
    assert known.around([quiet]).decoys == (decoy,)
    assert known.around([touch]).decoys == (said,)  # what was said beforehand is known when the call comes


def test_a_clock_that_runs_back_makes_what_was_read_old():
    registry, clock = Counting(), [1_000.0]
    known = KnownDecoys(registry, tick=lambda: clock[0])
    known.around([])
    clock[0] = 0.0
    known.around([])

    assert registry.reads == 2


def test_a_full_registry_is_read_whole(monkeypatch):
    with on_moto(monkeypatch):
        registry = DynamoDecoys(a_table()[0])
        for number in range(60):
            registry.keep(a_decoy(f"prod/decoy-{number}"))

        assert len(registry.all().decoys) == 60 < MOST_DECOYS
