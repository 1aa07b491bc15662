"""What a page says of a secret's versions: by what each is kept, and what changed with it against the one before."""

from __future__ import annotations

from datetime import timedelta

from builders import a_state, a_version
from nightlatch.console.secret import held_versions
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.fingerprints import KeyPrint, Kind, Shape
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS
from nightlatch.reach.kept import Kept

ARN = a_secret().text


def a_copy(version_id: str, **keys: str) -> Copy:
    """A copy whose fingerprints are made up: equal texts stand for equal values."""
    shapes = tuple(KeyPrint(path=path, name=path, value=value) for path, value in keys.items())
    return Copy(
        id=f"c-{version_id}",
        secret_arn=ARN,
        secret_name="prod/db",
        version_id=version_id,
        taken_at=AT,
        expires_at=AT + timedelta(days=90),
        labels=(),
        metadata_digest="",
        shape=Shape(kind=Kind.OBJECT, whole=repr(keys), size_class=5, keys=shapes),
        place="",
        object_version="",
    )


def test_after_a_rollback_each_version_is_still_compared_with_the_one_made_before_it() -> None:
    old = a_version("v1", CURRENT, created_at=AT)
    new = a_version("v2", PREVIOUS, created_at=AT + timedelta(hours=1))
    copies = (a_copy("v2", user="a", password="2"), a_copy("v1", user="a", password="1"))

    first, second = held_versions(Kept(state=a_state(new, old), copies=copies), {})

    assert (first.id, first.changed) == ("v1", "")
    assert second.id == "v2"
    assert second.changed.startswith("keys changed: password")


def test_a_version_that_nothing_keeps_and_one_that_the_vault_alone_has_say_so() -> None:
    loose = a_version("v1", created_at=AT)
    pinned = a_version("v2", "nightlatch/20260302T090000Z-v2", created_at=AT)
    current = a_version("v3", CURRENT, created_at=AT + timedelta(hours=1))

    held = held_versions(Kept(state=a_state(loose, pinned, current), copies=(a_copy("v0", a="1"),)), {})

    kept_by = {one.id: one.kept_by for one in held}
    assert kept_by["v1"] == "nothing: AWS may remove it"
    assert kept_by["v2"] == "nightlatch/20260302T090000Z-v2"
    assert kept_by["v3"] == "its labels"
    assert kept_by["v0"] == "the vault alone"
    assert held[-1].id == "v0"


def test_a_secret_that_is_gone_shows_what_the_vault_has_of_it() -> None:
    (only,) = held_versions(Kept(state=None, copies=(a_copy("v1", a="1"),)), {})

    assert (only.id, only.version, only.kept_by) == ("v1", None, "the vault alone")
