"""What is stored comes back equal, and nothing stored holds a secret's value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_finding, a_response
from nightlatch.adapters.codec import decode, encode
from nightlatch.domain.answering.incidents import add, link, open_incident
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.errors import Unreadable
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import (
    a_denial,
    a_label_event,
    a_person,
    a_secret,
    a_service_event,
    an_event,
    sightings,
)
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.judging.findings import Finding, Remedy

EVENTS = [
    an_event(secret=a_secret(), by=a_person(), version_id="v1", after_s=0.25),
    an_event("ListSecrets", request={"filters": [{"key": "name", "values": ["a", 1, None, True, 1.5]}]}),
    an_event("DeleteSecret", secret=a_secret(suffix=None), failure=a_denial("DeleteSecret", "prod/db")),
    a_service_event("EndSecretVersionDelete", secret=a_secret()),
    a_label_event(a_secret(), version_id="v2"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_events_and_sightings_come_back_equal(event):
    (sighting,) = sightings([event])

    assert decode(SecretEvent, encode(event)) == event
    assert decode(Sighting, encode(sighting)) == sighting
    assert decode(SecretEvent, encode(event)).at.utcoffset() == event.at.utcoffset()


@pytest.mark.parametrize("state", list(ResponseState))
def test_responses_come_back_equal(state):
    assert decode(Response, encode(a_response(state))) == a_response(state)


def test_incidents_and_findings_come_back_equal():
    finding = a_finding(remedy=Remedy.RESTORE)
    incident = link(add(open_incident(finding), a_finding(rule="access.bulk-read")), "r-1")

    assert decode(Finding, encode(finding)) == finding
    assert decode(type(incident), encode(incident)) == incident


json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(request=st.dictionaries(st.sampled_from(["name", "KmsKeyId"]), json), code=st.text("abc", min_size=1))
def test_any_request_comes_back_equal(request, code):
    event = an_event("CreateSecret", request=request, failure=Failure(code))

    assert decode(SecretEvent, encode(event)) == event


@pytest.mark.parametrize("name", ["secretString", "SecretString", "SECRETBINARY", "randomPassword", "description"])
def test_a_field_that_can_hold_a_value_is_never_written(name):
    careless = an_event(
        "BatchGetSecretValue",
        request={name: "planted-marker"},
        response={"secretValues": [{"secretString": "planted-marker"}], "list": [{name: "planted-marker"}]},
        details={"deep": {"er": {name: "planted-marker", "kept": "yes"}}},
    )

    text = encode(careless)

    assert "planted-marker" not in text
    assert '"kept":"yes"' in text


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"event_id": 7}', "not json"])
def test_what_cannot_be_read_says_where_and_never_what(text):
    with pytest.raises(Unreadable, match="a stored Sighting cannot be read") as failure:
        decode(Sighting, text)

    assert "not json" not in str(failure.value)


def test_fields_of_a_newer_version_are_passed_over():
    (sighting,) = sightings([EVENTS[0]])

    assert decode(Sighting, encode(sighting).replace("{", '{"from_tomorrow": 1, ', 1)) == sighting
