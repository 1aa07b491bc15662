"""What nightlatch does for a secret is told by its tables and the operator's policy, on fakes and on moto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from fakes import NOW, FixedClock
from fakes_snapshots import V1, V2, FakeCopies, FakeProofs, FakeSnapshots, a_copy, an_arn
from nightlatch.adapters.posture.protections import KeptProtections
from nightlatch.adapters.snapshots.copies_dynamodb import DynamoCopies, DynamoProofs
from nightlatch.adapters.snapshots.metadata_dynamodb import DynamoSnapshots
from nightlatch.domain.answering.keeping import Kept
from nightlatch.domain.answering.policy import Mode, Policy, Protection, Selector
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.posture.secrets import Protected
from nightlatch.domain.posture.unseen import NO_COPIES
from nightlatch.domain.secret.copies import Proof
from worlds import a_table, on_moto

POLICY = Policy(
    selectors=(
        Selector(names=("prod/*",), protection=Protection(mode=Mode.PROTECT, prevent=True, vault_days=90)),
        Selector(names=("test/*",), protection=Protection(mode=Mode.NOTIFY, prevent=True)),
    )
)


@dataclass
class Stores:
    states: Any
    copies: Any
    proofs: Any

    def protections(self) -> KeptProtections:
        return KeptProtections(states=self.states, copies=self.copies, proofs=self.proofs, policy=POLICY)


@pytest.fixture(params=["fake", "moto"])
def stores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    if request.param == "fake":
        yield Stores(FakeSnapshots(), FakeCopies(), FakeProofs())
        return
    with on_moto(monkeypatch):
        table, _ = a_table()
        yield Stores(DynamoSnapshots(table), DynamoCopies(table, now=FixedClock()), DynamoProofs(table))


def ref(name: str = "prod/db") -> SecretRef:
    return secret_ref(an_arn(name), account_id="", region="", by_aws=True)


def test_what_was_kept_copied_and_proven_is_told(stores: Stores) -> None:
    early, late = a_copy(V1, at=NOW - timedelta(days=2)), a_copy(V2, at=NOW - timedelta(days=1))
    stores.states.note(Kept(arn=an_arn(), digest="d", looked_at=NOW - timedelta(hours=3)))
    for copy in (early, late):
        stores.copies.keep(copy)
    proven = Proof(copy_id=early.id, secret_name="prod/db", at=NOW - timedelta(hours=2), held=True)
    broken = Proof(copy_id=late.id, secret_name="prod/db", at=NOW - timedelta(hours=1), held=False)
    stores.proofs.record([proven, broken], NOW)

    assert stores.protections().of([ref()]) == {
        ref(): Protected(
            is_guarded=False,
            wants_guard=True,
            metadata_kept_at=NOW - timedelta(hours=3),
            wants_copies=True,
            copied_at=NOW - timedelta(days=1),
            copied=tuple(sorted((V1, V2))),
            proven_at=NOW - timedelta(hours=2),
        )
    }


def test_a_secret_of_which_nothing_is_kept_is_told_so(stores: Stores) -> None:
    found = stores.protections().of([ref("prod/new"), ref("test/db"), ref("other")])

    assert found == {
        ref("prod/new"): Protected(is_guarded=False, wants_guard=True, wants_copies=True),
        ref("test/db"): Protected(is_guarded=False, wants_guard=False),  # a guard is for protect alone
        ref("other"): Protected(is_guarded=False, wants_guard=False),
    }


def test_a_secret_that_was_made_again_is_not_taken_for_the_one_before(stores: Stores) -> None:
    stores.states.note(Kept(arn=an_arn(suffix="OlDoNe"), digest="d", looked_at=NOW))
    stores.copies.keep(a_copy(V1, arn=an_arn(suffix="OlDoNe")))

    found = stores.protections().of([ref()])[ref()]

    assert (found.metadata_kept_at, found.copied_at, found.copied) == (None, None, ())


def test_where_nothing_is_copied_there_is_nothing_to_prove(stores: Stores) -> None:
    def told(*protections: Protection) -> object:
        selectors = tuple(Selector(names=("prod/*",), protection=one) for one in protections)
        kept = KeptProtections(
            states=stores.states, copies=stores.copies, proofs=stores.proofs, policy=Policy(selectors=selectors)
        )
        return kept.restore_proven_at()

    assert told() == NO_COPIES
    assert told(Protection(mode=Mode.PROTECT)) == NO_COPIES
    assert told(Protection(mode=Mode.PROTECT), Protection(vault_days=30)) is None


def test_when_a_restore_was_last_proven_is_told(stores: Stores) -> None:
    assert stores.protections().restore_proven_at() is None

    stores.proofs.record([Proof(copy_id="c", secret_name="prod/db", at=NOW, held=True)], NOW)

    assert stores.protections().restore_proven_at() == NOW
