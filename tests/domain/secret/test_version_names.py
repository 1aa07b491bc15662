"""A version may be named as messages show it; what may be one of several is nobody's to guess."""

from __future__ import annotations

import pytest

from nightlatch.domain.errors import Refused
from nightlatch.domain.history.examples import a_secret
from nightlatch.domain.secret.version_names import version_meant
from nightlatch.domain.secret.versions import CURRENT, SecretState, Version

OLD, NEW, TWIN = "1a2b3c4d-old", "99999999-new", "1a2b3c4d-twin"
SECRET = SecretState(
    arn=a_secret().text,
    name="prod/db",
    versions=(Version(id=NEW, labels=frozenset({CURRENT})), Version(id=OLD, labels=frozenset())),
)


@pytest.mark.parametrize("name", [OLD, "1a2b3c4d", "1a2b3c4d-o"])
def test_an_id_and_its_first_eight_characters_mean_the_same(name: str) -> None:
    assert version_meant(name, SECRET) == OLD
    assert version_meant(name, None, [OLD]) == OLD


def test_a_label_means_the_version_that_bears_it() -> None:
    assert version_meant(CURRENT, SECRET) == NEW


@pytest.mark.parametrize("name", ["1a2b3c4", "nope", "", "1a2b3c4d-other"])
def test_too_little_or_something_else_means_none(name: str) -> None:
    assert version_meant(name, SECRET) is None


def test_the_beginning_of_several_is_refused_and_a_whole_id_never() -> None:
    with pytest.raises(Refused, match=f"may be any of {OLD}, {TWIN}; write more of it"):
        version_meant("1a2b3c4d", SECRET, [TWIN, OLD])
    assert version_meant(OLD, SECRET, [f"{OLD}-and-more"]) == OLD
