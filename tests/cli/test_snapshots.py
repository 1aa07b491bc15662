"""What is kept of a secret is shown without a value; what people write beside it stands in JSON alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import a_state, a_version
from fakes import NOW
from fakes_snapshots import V1, V2, a_copy, a_snapshot, an_arn, metadata_of
from nightlatch.cli.looks import snapshot_output as out
from nightlatch.cli.looks import snapshot_verbs
from nightlatch.cli.speech.forms import Form
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.secret.copies import Proof
from nightlatch.reach.kept import Kept
from nightlatch.service.comparing import compare

PLANTED = "pl4nted-v4lue"
FIRST = a_snapshot(NOW - timedelta(days=1))
SECOND = a_snapshot(
    NOW,
    metadata_of(description=PLANTED, tags=(("team", PLANTED),), policy_text='{"Statement": []}'),
    cause_event_id="e-1",
)
STATE = a_state(a_version(V2, "AWSCURRENT"))
GONE_ARN = an_arn(suffix="ZzZzZz")
PROOF = Proof(copy_id=a_copy(V1).id, secret_name="prod/db", at=NOW, held=True)

Said = Callable[[], str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return lambda: capsys.readouterr().out


def written(said: Said) -> Any:
    return json.loads(said())


def test_versions_copies_and_metadata_are_listed_together(said: Said) -> None:
    out.write_list(
        Kept(state=STATE, copies=(a_copy(V1),), snapshots=(SECOND, FIRST)), {PROOF.copy_id: PROOF}, Form.TABLE
    )

    text = said()
    for shown in (V2, "the vault alone", PROOF.copy_id, "first seen", "tag team added", "e-1", SECOND.digest[:8]):
        assert shown in text
    assert PLANTED not in text


def test_as_json_they_are_one_document(said: Said) -> None:
    out.write_list(Kept(state=STATE, copies=(a_copy(V2),), snapshots=(SECOND,)), {}, Form.JSON)

    document = written(said)
    assert [one["copy"] for one in document["versions"]] == [a_copy(V2).id]
    assert document["copies"][0]["restorable"] is None
    assert document["metadata"][0]["digest"] == SECOND.digest


def test_a_secret_that_is_gone_is_listed_by_what_is_kept_of_it(said: Said) -> None:
    out.write_list(Kept(state=None, copies=(a_copy(V1),), snapshots=(FIRST,)), {}, Form.TABLE)

    assert "the vault alone" in said()


@pytest.mark.parametrize(
    ("earlier", "whose"),
    [((GONE_ARN,), "what it was before"), ((), "another secret of its name")],
)
def test_whose_an_older_copy_is_stands_beside_it(earlier: tuple[str, ...], whose: str, said: Said) -> None:
    snapshot = a_snapshot(NOW, metadata_of(suffix="ZzZzZz"))
    kept = Kept(state=STATE, copies=(a_copy(V1, arn=GONE_ARN),), snapshots=(snapshot,), earlier=earlier)

    out.write_list(kept, {}, Form.TABLE)
    table = said()
    out.write_list(kept, {}, Form.JSON)
    document = written(said)

    assert f"the vault alone, of {whose}" in table
    assert [one["of"] for one in (*document["copies"], *document["metadata"])] == [whose, whose]
    assert document["metadata"][0]["arn"] == GONE_ARN


def test_versions_of_two_lives_cannot_be_compared_and_the_reason_is_said(said: Said) -> None:
    compared = compare(V1, V2, (a_copy(V2), a_copy(V1, arn=GONE_ARN)))

    out.write_diff(compared, Form.TABLE)

    assert "each ARN has its own key of fingerprints" in said()


def test_what_people_write_beside_a_value_stands_in_json_alone(said: Said) -> None:
    out.write_snapshot(SECOND, FIRST, Form.TABLE)
    table = said()
    out.write_snapshot(SECOND, FIRST, Form.JSON)

    assert PLANTED not in table
    assert f"{len(PLANTED)} characters" in table
    assert "description added" in table
    assert written(said)["metadata"]["tags"] == [["team", PLANTED]]


def test_a_policy_cannot_command_the_terminal(said: Said) -> None:
    hostile = replace(SECOND, metadata=replace(SECOND.metadata, policy_text="\x1b[2J{}"))

    out.write_snapshot(hostile, None, Form.TABLE)

    assert "\x1b" not in said()


def test_a_copy_that_does_not_open_is_told_as_such(said: Said) -> None:
    broken = replace(PROOF, held=False, why="it does not open")

    out.write_proofs([a_copy(V1), a_copy(V2)], {broken.copy_id: broken}, None, Form.TABLE)

    text = said()
    assert "it does not open" in text
    assert "never opened yet" in text
    assert "last proven restorable: never" in text


@pytest.mark.parametrize("output", Form)
def test_what_cannot_be_compared_says_so_and_what_to_do(output: Form, said: Said) -> None:
    out.write_diff(compare(V1, V2, []), output)

    assert "VaultSecrets" in said()


KEPT = (SECOND, FIRST)


@pytest.mark.parametrize(
    ("name", "place"), [("latest", 0), (SECOND.digest, 0), (FIRST.digest[:8], 1), (FIRST.digest[:4], 1)]
)
def test_a_snapshot_is_named_by_the_beginning_of_its_digest(name: str, place: int) -> None:
    assert snapshot_verbs._place(name, KEPT) == place


def test_of_a_state_that_came_back_the_last_time_is_meant() -> None:
    again = replace(FIRST, taken_at=NOW + timedelta(days=1))

    assert snapshot_verbs._place(FIRST.digest, (again, *KEPT)) == 0


@pytest.mark.parametrize(
    ("name", "kept", "error"), [("zzzz", KEPT, NotFound), ("latest", (), NotFound), ("", KEPT, Refused)]
)
def test_a_name_that_means_none_or_several_is_refused(name: str, kept: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        snapshot_verbs._place(name, kept)
