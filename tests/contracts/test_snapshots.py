"""Metadata snapshots are kept once for each change, in time order; in memory and in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from fakes import ACCOUNT, NOW, REGION
from fakes_snapshots import FakeSnapshots, a_snapshot, an_arn, metadata_of
from nightlatch.adapters.snapshots.metadata_dynamodb import KEPT_FOR, DynamoSnapshots
from nightlatch.domain.answering.keeping import Kept
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.metadata import as_of, before
from worlds import a_table, items_of, on_moto

MINUTE = timedelta(minutes=1)
FIRST, SECOND = metadata_of(), metadata_of(tags=(("team", "orders"),), policy_text='{ "Statement": [] }\n')


def ref(text: str) -> SecretRef:
    return secret_ref(text, account_id=ACCOUNT, region=REGION)


@pytest.fixture(params=["fake", "moto"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeSnapshots()
        return
    with on_moto(monkeypatch):
        yield DynamoSnapshots(a_table()[0])


def test_what_is_kept_comes_back_byte_for_byte(store: Any) -> None:
    snapshot = a_snapshot(metadata=SECOND, cause_event_id="e1", caused_at=NOW - MINUTE)

    assert store.keep(snapshot)
    assert store.latest(ref("prod/db")) == snapshot


def test_a_state_that_has_not_changed_is_not_kept_again(store: Any) -> None:
    store.keep(a_snapshot(metadata=FIRST))

    assert not store.keep(a_snapshot(NOW + MINUTE, FIRST, cause_event_id="e2"))
    assert [one.taken_at for one in store.of(ref("prod/db"))] == [NOW]


def test_a_state_that_comes_back_is_kept_again(store: Any) -> None:
    for minute, metadata in enumerate((FIRST, SECOND, FIRST)):
        assert store.keep(a_snapshot(NOW + minute * MINUTE, metadata))

    assert [one.metadata for one in store.of(ref("prod/db"))] == [FIRST, SECOND, FIRST]


def test_what_it_was_before_an_event_and_at_a_time_has_an_answer(store: Any) -> None:
    store.keep(a_snapshot(NOW, FIRST))
    store.keep(a_snapshot(NOW + 10 * MINUTE, SECOND, cause_event_id="e1", caused_at=NOW + 5 * MINUTE))
    kept = store.of(ref("prod/db"))

    assert before(kept, NOW + 5 * MINUTE).metadata == FIRST
    assert before(kept, NOW) is None
    assert as_of(kept, NOW + 9 * MINUTE).metadata == FIRST
    assert as_of(kept, NOW + 11 * MINUTE).metadata == SECOND


@pytest.mark.parametrize("named", ["prod/db", an_arn(), an_arn().removesuffix("-AbCdEf")])
def test_it_is_found_by_every_way_to_name_the_secret(store: Any, named: str) -> None:
    store.keep(a_snapshot())

    assert store.latest(ref(named)) == a_snapshot()


def test_a_secret_that_was_made_again_under_its_name_is_another(store: Any) -> None:
    again = metadata_of(suffix="GhIjKl")
    store.keep(a_snapshot(NOW, FIRST))
    store.keep(a_snapshot(NOW + MINUTE, again))
    old = secret_ref(FIRST.arn, account_id="", region="", by_aws=True)

    assert [one.metadata.arn for one in store.of(ref("prod/db"))] == [again.arn, FIRST.arn]
    assert [one.metadata.arn for one in store.of(old)] == [FIRST.arn]


def test_no_other_secret_is_given(store: Any) -> None:
    store.keep(a_snapshot(metadata=metadata_of("prod/db-replica")))

    assert store.of(ref("prod/db")) == ()


def test_a_flood_of_changes_does_not_hide_what_held_before_it(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nightlatch.adapters.snapshots.metadata_dynamodb.MOST", 5)
    good = a_snapshot(NOW)
    store.keep(good)
    for number in range(1, 9):
        flooded = metadata_of(description=f"change {number}")
        store.keep(a_snapshot(NOW + timedelta(minutes=number), flooded))

    found = store.of(ref("prod/db"), at=NOW + timedelta(seconds=30))

    assert as_of(found, NOW + timedelta(seconds=30)) == good
    assert found[0].metadata.description == "change 8"
    assert len({one.taken_at for one in found}) == len(found)


def kept(at: Any = NOW, **said: Any) -> Kept:
    return Kept(arn=an_arn(), digest="d", looked_at=at, **said)


def test_what_the_keeper_last_did_is_given_and_an_earlier_look_does_not_replace_it(store: Any) -> None:
    store.note(kept(NOW + MINUTE, copied="v2"))
    store.note(kept(NOW))

    assert store.states([an_arn(), an_arn("other")]) == {an_arn(): kept(NOW + MINUTE, copied="v2")}


def test_the_newest_state_is_kept_longer_whenever_it_is_found_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        table, client = a_table()
        store = DynamoSnapshots(table)
        store.keep(a_snapshot())
        later = NOW + KEPT_FOR * 0.6

        store.keep(a_snapshot(later))

        (item,) = items_of(client)
        assert item["expires_at"]["N"] == str(int((later + KEPT_FOR).timestamp()))
