"""What stands in clear is told by its place and kind, and never repeated."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asked import finding_of, outcome_of
from nightlatch.checks.text_credential import CHECK as CREDENTIAL
from nightlatch.checks.text_credential_in_name import CHECK as IN_NAME
from nightlatch.checks.text_hint import CHECK as HINT
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Outcome
from nightlatch.domain.posture.examples import a_secret

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
PASSWORD = "password=" + "hunter2-and-more"
TOKEN = "q7Xz2Kp9" + "Vw4Rt8Yb1Nc6Md3F"
SECRETS = (KEY, PASSWORD, TOKEN, "ghp_" + "a1" * 18, "postgres://app:" + "hunter2@db/orders")


@pytest.mark.parametrize("text", SECRETS)
def test_a_finding_repeats_nothing_of_what_it_found(text: str) -> None:
    secret = a_secret(description=f"for {text}", tags=(("note", text), (text[:100], "x")))

    finding = finding_of(CREDENTIAL, secret)

    assert text not in repr(finding)
    assert "its description holds" in finding.reason
    assert "the tag note holds" in finding.reason
    assert "a tag holds" in finding.reason


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=12, max_size=40))
def test_no_hint_is_repeated_whatever_it_says(answer: str) -> None:
    finding = finding_of(HINT, a_secret(description=f"Password hint: x{answer}", tags=(("pet-name", f"x{answer}"),)))

    assert answer not in repr(finding)


def test_a_known_form_outweighs_a_word_drawn_by_chance() -> None:
    both = a_secret(description=f"{TOKEN}", tags=(("old", KEY),))

    assert finding_of(CREDENTIAL, both).severity is Severity.HIGH
    assert finding_of(CREDENTIAL, a_secret(description=TOKEN)).severity is Severity.MEDIUM


def test_the_command_takes_the_worst_place_away() -> None:
    in_a_tag = finding_of(CREDENTIAL, a_secret(description=TOKEN, tags=(("old", KEY),))).command
    in_the_description = finding_of(CREDENTIAL, a_secret(description=KEY, tags=(("old", TOKEN),))).command

    assert in_a_tag is not None
    assert in_a_tag.endswith("--tag-keys old")
    assert in_the_description is not None
    assert in_the_description.endswith("--description ''")


def test_a_key_of_a_tag_that_is_itself_the_credential_is_left_to_whoever_types_the_command() -> None:
    command = finding_of(CREDENTIAL, a_secret(tags=((KEY, "x"),))).command

    assert command is not None
    assert command.endswith("--tag-keys TAG_KEY")


def test_a_tag_that_only_aws_can_set_is_left_alone() -> None:
    assert outcome_of(CREDENTIAL, a_secret(tags=(("aws:servicecatalog:x", TOKEN), ("owner", "ana")))) is Outcome.CLEAN


def test_a_tag_is_read_with_its_key() -> None:
    assert outcome_of(CREDENTIAL, a_secret(tags=(("db_password", "hunter2!"),))) is Outcome.VIOLATED
    assert outcome_of(CREDENTIAL, a_secret(tags=(("db_password", "monthly"),))) is Outcome.CLEAN
    assert outcome_of(CREDENTIAL, a_secret(tags=(("password", f"{a_secret().arn}"),))) is Outcome.CLEAN
    assert outcome_of(HINT, a_secret(tags=(("PIN", "4711"),))) is Outcome.VIOLATED


@given(st.uuids(), st.binary(min_size=20, max_size=20).map(bytes.hex))
def test_names_with_ids_and_commits_are_names(some_id: object, commit: str) -> None:
    for name in (f"rds!cluster-{some_id}", f"prod/orders-{commit}", f"appflow!111122223333-orders-{some_id}"):
        assert outcome_of(IN_NAME, a_secret(name=name)) is Outcome.CLEAN


@given(st.text(min_size=1))
def test_any_text_is_judged(text: str) -> None:
    secret = a_secret(name=text, description=text, tags=((text, text),))

    for check in (CREDENTIAL, IN_NAME, HINT):
        assert outcome_of(check, secret) in {Outcome.CLEAN, Outcome.VIOLATED}


def test_ordinary_descriptions_raise_no_alarm() -> None:
    chance = random.Random(3)  # noqa: S311 - the same words in each run
    words = [
        "the",
        "login",
        "of",
        "orders",
        "service",
        "in",
        "production",
        "for",
        "team",
        "billing",
        "rotated",
        "each",
        "month",
        "by",
        "ana",
        "see",
        "wiki",
        "page",
        "42",
    ]
    described = [" ".join(chance.choice(words) for _ in range(12)) for _ in range(300)]

    found = [
        text
        for text in described
        for check in (CREDENTIAL, HINT)
        if outcome_of(check, a_secret(description=text)) is Outcome.VIOLATED
    ]
    assert found == []
