"""A missing or ill-typed field is unknown, never an error and never False; names are read in any case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.event.parameters import Parameters

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from(["a", "A", "arn", "aRN", "n"]), values, max_size=4)


@given(fields=objects, name=st.sampled_from(["a", "ARN", "n", "missing"]))
def test_any_json_can_be_asked_for_anything(fields, name):
    read = Parameters(fields)

    assert read.text(name) is None or isinstance(read.text(name), str)
    assert all(isinstance(text, str) for text in read.texts(name))
    assert read.flag(name) in {True, False, None}
    assert read.number(name) is None or isinstance(read.number(name), int)
    assert isinstance(read.child(name), Parameters)
    assert all(isinstance(child, Parameters) for child in read.children(name))
    read.document(name)


@pytest.mark.parametrize("spelling", ["arn", "aRN", "ARN"])
def test_a_name_is_read_in_any_case(spelling):
    assert Parameters({spelling: "x"}).text("Arn") == "x"
    assert Parameters({spelling: "x"}).has("arn")


@pytest.mark.parametrize(
    ("value", "flag"), [(True, True), ("true", True), ("False", False), (False, False), ("yes", None), (1, None)]
)
def test_a_boolean_may_come_as_text(value, flag):
    assert Parameters({"forceDeleteWithoutRecovery": value}).flag("forceDeleteWithoutRecovery") is flag


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7), ("7", 7), (7.0, 7), ("-7", -7), (7.5, None), (True, None), ("seven", None), ("", None)],
)
def test_a_number_may_come_as_text(value, number):
    assert Parameters({"recoveryWindowInDays": value}).number("recoveryWindowInDays") == number


@pytest.mark.parametrize("text", ["\u00b2", "--7", "\u0667", "-", "7" * 5_000])
def test_text_that_only_looks_like_a_number_is_no_error(text):
    assert isinstance(Parameters({"n": text}).number("n"), (int, type(None)))


@pytest.mark.parametrize("policy", ['{"Version": "2012-10-17"}', {"Version": "2012-10-17"}])
def test_a_document_may_be_text_or_object(policy):
    assert Parameters({"resourcePolicy": policy}).document("resourcePolicy") == {"Version": "2012-10-17"}


@pytest.mark.parametrize("policy", ["", "[]", "not json", "[" * 100_000, None, 7])
def test_what_is_no_document_is_unknown(policy):
    assert Parameters({"resourcePolicy": policy}).document("resourcePolicy") is None


def test_one_text_is_a_list_of_one():
    read = Parameters({"versionStages": "AWSCURRENT", "filters": {"key": "all"}})

    assert read.texts("versionStages") == ("AWSCURRENT",)
    assert [child.text("key") for child in read.children("filters")] == ["all"]


def test_an_omitted_request_says_so():
    assert Parameters({"omitted": True}).omitted
    assert Parameters({"omitted": "true"}).omitted
    assert not Parameters({}).omitted


def test_a_repr_shows_names_and_no_value():
    assert repr(Parameters({"secretString": "planted-marker", "name": "x"})) == "Parameters(name, secretString)"
