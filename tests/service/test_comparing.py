"""What changed is told by the fingerprints of copies, and where there are none the answer says so and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_finding, a_response, a_state, a_version, an_incident
from fakes import ACCOUNT, NOW, REGION
from fakes_snapshots import V1, V2, V3, FakeCopies, a_copy, an_arn
from nightlatch.domain.errors import NothingToRestore, Refused, Unavailable
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import a_secret
from nightlatch.domain.secret.fingerprints import KeyPrint, Kind, Shape
from nightlatch.service.change_notes import ChangeNotes
from nightlatch.service.comparing import change_words, chosen, compare

MINUTE = timedelta(minutes=1)
SECRET = secret_ref("prod/db", account_id=ACCOUNT, region=REGION)


def a_shape_of(**keys: str) -> Shape:
    prints = tuple(KeyPrint(name=name, path=name, value=value) for name, value in keys.items())
    return Shape(kind=Kind.OBJECT, whole=repr(keys), size_class=6, keys=prints)


OLD = a_copy(V1, at=NOW - MINUTE, shape=a_shape_of(user="a", password="1"))
NEW = a_copy(V2, at=NOW, shape=a_shape_of(user="a", password="2", port="5"))
WORDS = "keys changed: password; keys added: port; size up to 64 bytes"


def test_two_versions_in_the_vault_are_compared() -> None:
    compared = compare(V1, V2, [NEW, OLD])

    assert (compared.away_from, compared.to, compared.words) == (V1, V2, WORDS)


def test_a_secret_that_is_not_opted_in_is_told_how_to() -> None:
    compared = compare(V1, V2, [])

    assert compared.diff is None
    assert "the value changed and cannot be compared" in compared.words
    assert "VaultSecrets" in compared.words
    assert "snapshots: {vault: {}}" in compared.words


def test_a_version_from_before_opting_in_is_named() -> None:
    assert f"version {V1} is not in the vault" in compare(V1, V2, [NEW]).words


def test_copies_of_an_earlier_secret_of_the_name_are_not_compared() -> None:
    """Their fingerprints are made under another key."""
    earlier = replace(OLD, secret_arn=an_arn(suffix="GhIjKl"))

    assert compare(V1, V2, [NEW, earlier]).diff is None


STATE = a_state(a_version(V1, "AWSPREVIOUS"), a_version(V2, "AWSCURRENT"), a_version(V3, "mine"))


@pytest.mark.parametrize(
    ("away_from", "to", "expected"),
    [
        (None, None, (V1, V2)),
        ("mine", None, (V3, V2)),
        (None, "AWSPREVIOUS", None),
        (V3[:8], V1, (V3, V1)),
    ],
)
def test_versions_are_chosen_by_label_beginning_or_none(
    away_from: str | None, to: str | None, expected: tuple[str, str] | None
) -> None:
    if expected is None:
        with pytest.raises(NothingToRestore):
            chosen(STATE, [], away_from=away_from, to=to)
        return
    assert chosen(STATE, [], away_from=away_from, to=to) == expected


def test_of_a_secret_that_is_gone_the_vaults_versions_are_compared() -> None:
    assert chosen(None, [NEW, OLD], away_from=None, to=None) == (V1, V2)


@pytest.mark.parametrize(("name", "said"), [("0000000", "no version"), ("nothing", "no version")])
def test_a_name_that_means_no_version_is_refused(name: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        chosen(STATE, [], away_from=name, to=None)


def copies_of(*copies: object) -> FakeCopies:
    store = FakeCopies()
    for one in copies:
        store.keep(one)  # type: ignore[arg-type]
    return store


def test_a_message_tells_what_a_version_changed_against_the_one_before_it() -> None:
    assert change_words(SECRET, version_id=V2, copies=copies_of(OLD, NEW)) == WORDS
    assert change_words(SECRET, version_id=None, copies=copies_of(OLD, NEW)) == WORDS
    assert change_words(SECRET, version_id=V3, copies=copies_of(OLD, NEW)) is None
    assert change_words(SECRET, version_id=V1, copies=copies_of(OLD, NEW)) is None


# --- the line in a message ---

CHANGED = a_finding(rule="change.unexpected-writer", calls=("PutSecretValue",), secrets=(a_secret("prod/db"),))


def notes(
    store: FakeCopies, *, away_from: str | None = V2, finding: object = CHANGED, waits: object = None
) -> tuple[str, ...]:
    response = a_response(secret=a_secret("prod/db"))
    response = replace(response, action=replace(response.action, away_from=away_from))
    look = ChangeNotes(copies=store, pause=waits or (lambda _: None))  # type: ignore[arg-type]
    return look.of(an_incident(finding), [response])  # type: ignore[arg-type]


def test_a_change_has_a_line_with_its_keys() -> None:
    assert notes(copies_of(OLD, NEW)) == (f"prod/db: {WORDS}",)


def test_a_copy_that_comes_a_moment_later_is_waited_for() -> None:
    store = copies_of(OLD)

    assert notes(store, waits=lambda _: store.keep(NEW)) == (f"prod/db: {WORDS}",)


def test_nobody_waits_long() -> None:
    waited: list[float] = []

    (line,) = notes(copies_of(OLD), waits=waited.append)

    assert "not compared yet: nightlatch diff prod/db" in line
    assert sum(waited) < 2


def test_what_is_not_in_the_vault_is_said_at_once() -> None:
    waited: list[float] = []

    (line,) = notes(copies_of(), waits=waited.append)

    assert "cannot be compared" in line
    assert waited == []


def test_an_incident_about_something_else_has_no_line() -> None:
    read = a_finding(rule="access.bulk-read", calls=("GetSecretValue",), secrets=(a_secret("prod/db"),))

    assert notes(copies_of(OLD, NEW), finding=read) == ()


def test_an_incident_about_many_secrets_has_no_line() -> None:
    many = replace(CHANGED, secrets=tuple(a_secret(f"prod/{n}") for n in range(6)))

    assert notes(copies_of(OLD, NEW), finding=many) == ()


def test_people_are_told_even_where_the_change_cannot_be_looked_up() -> None:
    store = copies_of(OLD, NEW)

    def fail(_secret: object) -> tuple[()]:
        raise Unavailable("the table could not be asked")

    store.of = fail  # type: ignore[method-assign,assignment]

    assert notes(store) == ()
