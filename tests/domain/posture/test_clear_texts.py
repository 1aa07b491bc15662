"""What stands in clear is given with a name for its place that repeats nothing of it."""

from __future__ import annotations

from nightlatch.domain.posture.clear_texts import clear_texts, own_tags
from nightlatch.domain.posture.examples import a_secret

KEY = "AKIA" + "IOSFODNN7EXAMPLE"


def test_the_description_and_each_tag_stand_in_clear() -> None:
    secret = a_secret(description="of orders", tags=(("owner", "ana"), ("aws:cloudformation:stack-name", "s")))

    assert [(one.place, one.text) for one in clear_texts(secret)] == [
        ("its description", "of orders"),
        ("the tag owner", "owner=ana"),
    ]


def test_tags_of_aws_are_nobodys_whatever_their_case() -> None:
    assert list(own_tags(a_secret(tags=(("AWS:rds", "x"), ("awsome", "y"))))) == [("awsome", "y")]


def test_a_key_that_must_not_be_shown_is_neither_shown_nor_put_into_a_command() -> None:
    (one,) = clear_texts(a_secret(description="", tags=((KEY, "v"),)))

    assert one.place == "a tag"
    assert one.values == (("tag", "TAG_KEY"),)
    assert KEY not in repr(one)


def test_an_empty_description_is_none() -> None:
    assert list(clear_texts(a_secret(description="", tags=()))) == []
