"""A drill opens a few copies, those that waited longest, and says which came out as they went in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes import ACCOUNT, NOW, REGION
from fakes_snapshots import V1, V2, FakeCopies, FakeProofs, FakeVault, a_copy, a_shape
from nightlatch.domain.errors import NotFound, Refused, Unavailable
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.service.drill import SAMPLE, DrillPorts, drill

WEEK = timedelta(days=7)


def a_world(*names: str) -> DrillPorts:
    copies = FakeCopies()
    for name in names:
        copies.keep(a_copy(V1, name))
    return DrillPorts(copies=copies, proofs=FakeProofs(), vault=FakeVault())


def test_a_copy_that_opens_as_it_was_put_in_is_proven() -> None:
    ports = a_world("prod/db")

    (proof,) = drill(None, ports=ports, now=NOW)

    assert (proof.held, proof.secret_name, proof.at) == (True, "prod/db", NOW)
    assert ports.proofs.of([proof.copy_id]) == {proof.copy_id: proof}
    assert ports.proofs.last_drill() == NOW


def test_a_copy_with_other_fingerprints_is_not_proven() -> None:
    ports = a_world("prod/db")
    ports.vault.shapes[a_copy(V1, "prod/db").id] = a_shape("exchanged")  # type: ignore[union-attr]

    (proof,) = drill(None, ports=ports, now=NOW)

    assert not proof.held
    assert "fingerprints" in proof.why
    assert ports.proofs.last_drill() is None


@pytest.mark.parametrize("failure", [Refused("it does not open"), NotFound("it is no longer in the bucket")])
def test_a_copy_that_does_not_open_is_told_and_does_not_keep_its_neighbours(failure: Exception) -> None:
    ports = a_world("prod/db", "prod/other")
    ports.vault.fails_with = failure  # type: ignore[union-attr]

    found = drill(None, ports=ports, now=NOW)

    assert [(one.held, one.why) for one in found] == [(False, str(failure))] * 2


def test_all_get_their_turn() -> None:
    ports = a_world(*(f"prod/{n}" for n in range(SAMPLE * 2 + 5)))

    opened = [drill(None, ports=ports, now=NOW + week * WEEK) for week in range(3)]

    assert [len(some) for some in opened] == [SAMPLE, SAMPLE, SAMPLE]
    assert len({one.secret_name for some in opened for one in some}) == SAMPLE * 2 + 5


def test_somebody_may_ask_for_one_secret() -> None:
    ports = a_world("prod/db", "prod/other")
    ports.copies.keep(a_copy(V2, "prod/db"))
    asked = secret_ref("prod/db", account_id=ACCOUNT, region=REGION)

    assert {one.secret_name for one in drill(asked, ports=ports, now=NOW)} == {"prod/db"}


def test_when_aws_cannot_be_asked_nothing_is_remembered() -> None:
    ports = a_world("prod/db")
    ports.vault.fails_with = Unavailable("KMS could not be asked")  # type: ignore[union-attr]

    with pytest.raises(Unavailable):
        drill(None, ports=ports, now=NOW)

    assert ports.proofs.of([a_copy(V1, "prod/db").id]) == {}


def test_without_a_vault_there_is_nothing_to_drill() -> None:
    ports = DrillPorts(copies=FakeCopies(), proofs=FakeProofs(), vault=None)

    with pytest.raises(Refused, match="VaultSecrets"):
        drill(None, ports=ports, now=NOW)
