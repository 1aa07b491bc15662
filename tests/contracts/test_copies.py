"""What is known of copies and proofs; in memory and in DynamoDB, where no value and no plain fingerprint key stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from fakes import ACCOUNT, NOW, REGION, FixedClock
from fakes_snapshots import V1, V2, V3, FakeCopies, FakeProofs, a_copy, an_arn
from nightlatch.adapters.snapshots.copies_dynamodb import DynamoCopies, DynamoProofs
from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.copies import Proof
from worlds import a_table, on_moto


@dataclass
class Store:
    copies: Any
    proofs: Any
    clock: FixedClock


@pytest.fixture(params=["fake", "moto"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    clock = FixedClock()
    if request.param == "fake":
        yield Store(FakeCopies(clock), FakeProofs(), clock)
        return
    with on_moto(monkeypatch):
        table, _ = a_table()
        yield Store(DynamoCopies(table, now=clock), DynamoProofs(table), clock)


def ref(text: str = "prod/db") -> SecretRef:
    return secret_ref(text, account_id=ACCOUNT, region=REGION)


def test_a_copy_comes_back_as_it_was_by_id_and_by_secret(store: Store) -> None:
    store.copies.keep(a_copy())

    assert store.copies.get(a_copy().id) == a_copy()
    assert store.copies.of(ref()) == (a_copy(),)
    assert store.copies.of(ref(an_arn())) == (a_copy(),)


def test_copies_come_the_newest_first_and_each_once(store: Store) -> None:
    for number, version_id in enumerate((V1, V2, V3, V1)):
        store.copies.keep(a_copy(version_id, at=NOW + timedelta(minutes=number)))

    assert [one.version_id for one in store.copies.of(ref())] == [V1, V3, V2]
    assert len(list(store.copies.all())) == 3


def test_a_copy_that_has_expired_is_there_no_more(store: Store) -> None:
    store.copies.keep(a_copy(days=30))

    store.clock.advance(timedelta(days=30))

    assert list(store.copies.all()) == []
    assert store.copies.of(ref()) == ()
    with pytest.raises(NotFound, match="not in the vault"):
        store.copies.get(a_copy(days=30).id)


def test_copies_of_other_secrets_and_of_an_earlier_one_of_the_name_are_told_apart(store: Store) -> None:
    again = a_copy(V2, arn=an_arn(suffix="GhIjKl"))
    for one in (a_copy(V1, "prod/other"), a_copy(V1), again):
        store.copies.keep(one)

    assert {one.id for one in store.copies.of(ref())} == {a_copy(V1).id, again.id}
    assert store.copies.of(secret_ref(again.secret_arn, account_id="", region="", by_aws=True)) == (again,)


def a_proof(version_id: str = V1, **said: Any) -> Proof:
    return replace(Proof(copy_id=a_copy(version_id).id, secret_name="prod/db", at=NOW, held=True), **said)


def test_the_last_proof_of_a_copy_counts(store: Store) -> None:
    broken = a_proof(held=False, why="it does not open")
    store.proofs.record([a_proof()], NOW)
    store.proofs.record([broken], NOW)

    assert store.proofs.of([a_proof().copy_id, "c-other"]) == {broken.copy_id: broken}


def test_a_drill_counts_as_the_last_good_one_only_where_everything_held(store: Store) -> None:
    later = NOW + timedelta(days=7)
    assert store.proofs.last_drill() is None

    store.proofs.record([a_proof(V1), a_proof(V2)], NOW)
    store.proofs.record([a_proof(V1), a_proof(V2, held=False)], later)
    store.proofs.record([], later)

    assert store.proofs.last_drill() == NOW
