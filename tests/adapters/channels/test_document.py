"""Every document that machines get has the shape that its version promises, and no shape changes under its version."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from builders import a_finding, a_response, an_incident
from nightlatch.adapters.channels.document import (
    MOST_BYTES,
    action_document,
    health_document,
    incident_document,
    size_of,
    summary_document,
)
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.history.examples import AT, a_secret, a_user

# A schema is a promise to programs of others. To change a shape, raise VERSION, write the next file beside the old one
# and add its digest here; never replace a digest.
PROMISED = {
    "action-1.json": "29362dfd1892eac5",
    "health-1.json": "0fe67a2ccd2d8825",
    "incident-1.json": "f0cad8804e325a65",
    "summary-1.json": "af3f9082be7f8898",
    "webhook-1.json": "bec286a28c34b2c4",
}


def schema(name: str) -> dict[str, Any]:
    text = resources.files("nightlatch.adapters.channels").joinpath("schemas", name).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(found)
    return found


def holds(name: str, document: object) -> None:
    Draft202012Validator(schema(name)).validate(json.loads(json.dumps(document)))


def digest(name: str) -> str:
    """Digest what a schema demands; how the file is set is no part of it."""
    return sha256(json.dumps(schema(name), sort_keys=True).encode()).hexdigest()[:16]


def test_no_schema_changes_and_none_vanishes():
    folder = resources.files("nightlatch.adapters.channels").joinpath("schemas")

    assert {one.name: digest(one.name) for one in folder.iterdir() if one.name.endswith(".json")} == PROMISED


def test_a_field_more_or_less_breaks_the_promise():
    document = incident_document(an_incident(), [a_response()])

    for name in document:
        with pytest.raises(ValidationError):
            holds("incident-1.json", {key: value for key, value in document.items() if key != name})
    with pytest.raises(ValidationError):
        holds("incident-1.json", {**document, "more": 1})


@pytest.mark.parametrize("state", ResponseState)
def test_an_incident_with_a_response_in_any_state_keeps_the_shape(state: ResponseState):
    holds("incident-1.json", incident_document(an_incident(), [a_response(state)], ["key password changed"]))


@given(name=st.text(min_size=1, max_size=700))
def test_no_name_breaks_the_shape(name: str):
    incident = an_incident(a_finding(by=a_user(name), secrets=(a_secret(name, suffix=None),), reason=name))

    document = incident_document(incident, [a_response(result=name)], [name])

    holds("incident-1.json", document)
    assert size_of(document) <= MOST_BYTES


def test_what_is_too_long_is_shortened_and_says_so():
    many = tuple(a_secret(f"{'n' * 480}{n}", suffix=None) for n in range(900))
    incident = an_incident(*(a_finding(rule=f"deletion.{'x' * n}", secrets=many) for n in range(1, 30)))

    document = incident_document(incident, [a_response()])

    assert size_of(document) <= MOST_BYTES
    assert document["truncated"] is True
    assert document["responses"] != []
    holds("incident-1.json", document)


@pytest.mark.parametrize("state", [ResponseState.SUCCEEDED, ResponseState.FAILED])
def test_an_action_keeps_its_shape(state: ResponseState):
    holds("action-1.json", action_document(an_incident(), a_response(state)))


@given(line=st.text(max_size=1_200), count=st.integers(0, 400), is_over=st.booleans())
def test_a_summary_keeps_its_shape(line: str, count: int, is_over: bool):  # noqa: FBT001 - hypothesis gives it
    summary = Summary(key="storm-1", title=line, sentence=line, lines=(line,) * count, is_over=is_over)

    document = summary_document(summary)

    holds("summary-1.json", document)
    assert size_of(document) <= MOST_BYTES


@pytest.mark.parametrize("until", [None, AT])
def test_the_health_of_a_channel_keeps_its_shape(until: Any):
    holds("health-1.json", health_document(Bulletin(channel="slack", since=AT, until=until, reason="answered 500")))
