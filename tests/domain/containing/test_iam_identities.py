"""A user or role is read off its ARN, and the room for its policies is counted as IAM counts."""

from __future__ import annotations

import pytest

from nightlatch.domain.containing.iam_identities import (
    IdentityKind,
    IdentityState,
    identity_of,
    key_target,
    size_of,
    split_target,
)
from nightlatch.domain.history.examples import ACCOUNT, a_person

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/shop/app"
_USER = f"arn:aws:iam::{ACCOUNT}:user/ci-deploy"


def test_a_role_and_a_user_are_read_with_their_paths() -> None:
    role, user = identity_of(_ROLE), identity_of(_USER)

    assert role is not None
    assert user is not None
    assert (role.kind, role.path, role.name, role.account_id) == (IdentityKind.ROLE, "/team/shop/", "app", ACCOUNT)
    assert (user.kind, user.path, user.name, user.title) == (IdentityKind.USER, "/", "ci-deploy", "user ci-deploy")


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-0123",
        f"arn:aws:iam::{ACCOUNT}:group/admins",
        "arn:aws:iam::1:user/short",
        "service:secretsmanager.amazonaws.com",
    ],
)
def test_what_is_neither_user_nor_role_is_no_identity(arn: str) -> None:
    assert identity_of(arn) is None


def test_a_person_of_identity_center_stays_below_the_reserved_path() -> None:
    person = identity_of(a_person().key)

    assert person is not None
    assert person.path.startswith("/aws-reserved/")


def test_an_access_key_is_named_together_with_its_user() -> None:
    target = key_target(_USER, "AKIAIOSFODNN7EXAMPLE")

    assert split_target(target) == (_USER, "AKIAIOSFODNN7EXAMPLE")
    assert split_target(_USER) == (_USER, None)


def test_white_space_takes_no_room() -> None:
    assert size_of('{\n  "a": 1\n}') == len('{"a":1}')


def test_a_policy_has_room_in_the_place_of_the_one_that_it_replaces() -> None:
    identity = identity_of(_USER)
    assert identity is not None
    state = IdentityState(identity=identity, policies={"ours": "x" * 100, "theirs": "y" * 1_900})

    assert state.room_for("ours", "z" * 148)
    assert not state.room_for("ours", "z" * 149)
    assert not state.room_for("another", "z" * 49)
