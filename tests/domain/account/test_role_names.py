"""Marks of a release are taken off a role's name, and nothing else: two services never pass for two releases of one."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nightlatch.domain.account.role_names import family_of, is_same_but_for_release

PLACE = "arn:aws:iam::111122223333:role/"
WORD = st.from_regex(r"[a-z]{4,10}", fullmatch=True).filter(lambda word: word not in {"blue", "green", "role"})
STEM = st.lists(WORD, min_size=1, max_size=3).map("-".join).filter(lambda stem: stem != "terraform")
DIGITS_AND_HEX = st.from_regex(r"[0-9][a-f][0-9a-f]{5}|[0-9a-f]{6}[0-9][a-f]", fullmatch=True)
MARK = st.one_of(
    st.sampled_from(["blue", "green", "Blue", "GREEN"]),
    st.integers(0, 9_999).map("v{}".format),
    st.integers(0, 9_999).map("r{}".format),
    st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)).map(lambda parts: "v{}.{}.{}".format(*parts)),
    st.dates().filter(lambda day: 2000 <= day.year < 2100).map("{:%Y%m%d}".format),
    DIGITS_AND_HEX,
)


def a_role(name: str, *, account: str = "111122223333", path: str = "/") -> str:
    return f"arn:aws:iam::{account}:role{path}{name}"


@given(STEM, MARK, MARK)
def test_releases_of_one_role_are_a_family(stem: str, one: str, other: str) -> None:
    assert family_of(a_role(f"{stem}-{one}")) == family_of(a_role(f"{stem}-{other}")) == family_of(a_role(stem))


@given(STEM, STEM, MARK, MARK)
def test_two_roles_are_no_family_whatever_their_releases(stem: str, another: str, one: str, other: str) -> None:
    assume(stem != another)

    assert family_of(a_role(f"{stem}-{one}")) != family_of(a_role(f"{another}-{other}"))


@given(STEM, st.integers(0, 999), st.integers(0, 999), MARK, MARK)
def test_numbered_services_are_no_family(stem: str, number: int, another: int, one: str, other: str) -> None:
    assume(number != another)

    assert family_of(a_role(f"{stem}-{number}-{one}")) != family_of(a_role(f"{stem}-{another}-{other}"))


@given(STEM, MARK)
def test_a_family_has_no_marks_left(stem: str, mark: str) -> None:
    family = family_of(a_role(f"{stem}-{mark}"))

    assert family is not None
    assert family_of(family) == family


@given(STEM, MARK, MARK)
def test_a_family_is_of_one_account_and_one_path(stem: str, one: str, other: str) -> None:
    here = a_role(f"{stem}-{one}", path="/service/")

    assert not is_same_but_for_release(here, a_role(f"{stem}-{other}", path="/"))
    assert not is_same_but_for_release(here, a_role(f"{stem}-{other}", path="/service/", account="222233334444"))


@given(STEM, MARK)
def test_nobody_replaces_themselves(stem: str, mark: str) -> None:
    role = a_role(f"{stem}-{mark}")

    assert not is_same_but_for_release(role, role)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    family_of(text)
    family_of(PLACE + text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("shop-TaskRole-1DZETITOWEKVO", "shop-TaskRole-1PPLFUZR1VH5Y"),
        ("shop-TaskRole30FC0FBB-aB3dE5gH7jK9", "shop-TaskRole30FC0FBB-Zy8xW6vU4tS2"),
        ("shop-TaskRole-xKqPzRtWabCd", "shop-TaskRole-QWzRTyUIaPsD"),  # letters alone
        ("shop-v1-TaskRole-1DZETITOWEKVO", "shop-v2-TaskRole-1PPLFUZR1VH5Y"),
        ("shop-20260302090000123400000001", "shop-20260309090000567800000003"),
        ("shop20260302090000123400000001", "shop20260309090000567800000003"),
        ("shop-3fa9c1e", "shop-0b44d2a"),
        ("shop-1.4.2", "shop-1.5.0"),
        ("svc-03", "svc-03-r2"),
        ("shop-blue-task-role", "shop-green-task-role"),
        ("shop-v1-role", "shop-v2-role"),
        ("shop_build_r7", "shop_build_r8"),
    ],
)
def test_what_deployments_call_their_roles_is_known(one: str, other: str) -> None:
    assert is_same_but_for_release(a_role(one), a_role(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("worker-1", "worker-2"),  # two services as often as two releases
        ("svc-03-r2", "svc-04-r2"),
        ("deploy-111122223333", "deploy-222233334444"),  # accounts
        ("shop-LambdaRole01", "shop-WorkerRole02"),  # twelve letters and digits, but a word
        ("stack-shop-LambdaRole01", "stack-shop-WorkerRole02"),
        ("stack-shop-Ec2RoleShop1", "stack-shop-S3WriterRole"),
        ("terraform-20260302090000123400000001", "terraform-20260309090000567800000003"),  # all that has no name
        ("blue", "green"),
        ("role-v1", "role-v2"),
        ("shop-defaced", "shop-effaced"),  # words, though all hex digits
        ("shop-admin", "shop-reader"),
        ("shop", "shop-admin"),
        ("Shop-v1", "shop-v2"),
    ],
)
def test_what_may_be_something_else_is_no_family(one: str, other: str) -> None:
    assert not is_same_but_for_release(a_role(one), a_role(other))


@pytest.mark.parametrize("text", ["arn:aws:iam::111122223333:user/shop-v1", "service:x", "", f"{PLACE}v1", PLACE])
def test_what_is_no_role_has_no_family(text: str) -> None:
    assert family_of(text) is None
