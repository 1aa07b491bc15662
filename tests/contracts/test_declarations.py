"""What people said was theirs is found by who acted, listed, ended, and written once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_finding
from fakes_telling import FakeDeclarations
from nightlatch.adapters.ledger.declarations import DynamoDeclarations
from nightlatch.domain.answering.declarations import Declaration, declare
from nightlatch.domain.errors import NotFound
from nightlatch.domain.history.examples import AT, a_user
from nightlatch.service.telling_ports import Declarations
from worlds import a_table, items_of, on_moto

DAY = timedelta(days=1)


@pytest.fixture(params=["fake", "moto"])
def declarations(request, monkeypatch) -> Iterator[Declarations]:
    if request.param == "fake":
        yield FakeDeclarations()
        return
    with on_moto(monkeypatch):
        yield DynamoDeclarations(a_table()[0])


def a_declaration(number: int = 0, *, until=AT + DAY, by: str = "ana") -> Declaration:
    return declare(a_finding(), number, by=by, how="signed", reason="the migration", until=until)


def test_a_declaration_is_found_by_who_acted_and_by_nobody_else(declarations):
    declarations.declare(a_declaration())

    assert list(declarations.of(a_user("mallory").key)) == [a_declaration()]
    assert list(declarations.of(a_user("ana").key)) == []


def test_of_two_with_one_id_the_first_stays(declarations):
    declarations.declare(a_declaration())
    declarations.declare(a_declaration(by="ben", until=AT + 9 * DAY))

    assert list(declarations.standing(AT)) == [a_declaration()]


def test_what_stands_is_listed_and_what_ends_first_comes_first(declarations):
    late, soon = a_declaration(1, until=AT + 2 * DAY), a_declaration(2)
    for one in (late, soon):
        declarations.declare(one)

    assert list(declarations.standing(AT)) == [soon, late]
    assert list(declarations.standing(AT + DAY)) == [late]


def test_one_that_is_ended_stands_no_longer_and_says_who_ended_it(declarations):
    declarations.declare(a_declaration())

    ended = declarations.end(a_declaration().id, "ben", AT + timedelta(hours=1))

    assert ended == replace(a_declaration(), until=AT + timedelta(hours=1), ended_by="ben")
    assert list(declarations.standing(AT + timedelta(hours=1))) == []
    assert list(declarations.of(ended.principal)) == [ended]
    assert declarations.end(ended.id, "ana", AT + DAY) == ended


def test_what_was_never_declared_cannot_be_ended(declarations):
    with pytest.raises(NotFound, match="d-none"):
        declarations.end("d-none", "ana", AT)


def test_a_declaration_is_kept_for_events_that_are_late(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        DynamoDeclarations(table).declare(a_declaration())

        days = {(int(item["expires_at"]["N"]) - (AT + DAY).timestamp()) / 86_400 for item in items_of(client)}

    assert days == {45}
