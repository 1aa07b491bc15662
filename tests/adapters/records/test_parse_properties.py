"""Any JSON at all is an event or MalformedRecord, and nothing else; real shapes with anything put into them, too."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.adapters.records.envelopes import parse_message, records_in
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.history.sightings import sighting_of
from own_records import FOLDER

SHAPES = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("parse_*.json"))]

texts = st.one_of(
    st.text(st.characters(codec=None), max_size=20),  # lone surrogates too, which JSON can carry
    st.sampled_from(
        [
            "",
            "true",
            "null",
            "{}",
            "[1]",
            "arn:aws:secretsmanager:::secret:x",
            "arn:aws:iam::1:user/",
            "User: a on resource: ",
        ]
    ),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
keys = st.one_of(texts, st.sampled_from(sorted({key for shape in SHAPES for key in shape})))
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=6)),
    max_leaves=20,
)


def paths_in(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the way to every place in a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(path for key, inner in entries for path in paths_in(inner, (*so_far, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Take a real shape and put anything into some of its places, or take them out."""
    record = json.loads(json.dumps(draw(st.sampled_from(SHAPES))))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([path for path in paths_in(record) if path]))
        place = record
        for key in way:
            place = place[key]
        if isinstance(place, dict) and draw(st.booleans()):
            del place[last]
        else:
            place[last] = draw(anything)
    return record


def judged(document: object) -> SecretEvent | None:
    try:
        return parse(document)
    except MalformedRecord:
        return None


def assert_sound(event: SecretEvent) -> None:
    """What every later room does with any event must be possible."""
    assert event.event_id
    assert event.principal.key
    assert event.at.tzinfo is not None
    sighting_of(event)
    for text in (event.event_id, event.account_id, event.region, event.principal.key, event.principal.title):
        text.encode()
    for secret in event.secrets:
        assert secret.text
        "".join((secret.text, *secret.keys)).encode()
    json.dumps(event.request.fields).encode()


@given(anything)
def test_any_json_is_an_event_or_malformed(document):
    event = judged(document)

    if event is not None:
        assert_sound(event)


@given(mutated())
def test_real_shapes_with_anything_in_them_are_events_or_malformed(record):
    event = judged(record)

    if event is not None:
        assert_sound(event)
        assert event == judged(record)


@given(mutated())
def test_only_source_name_and_time_decide_whether_a_record_is_malformed(record):
    readable = {
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "eventTime": "2026-03-02T09:00:00Z",
    }

    assert judged({**record, **readable}) is not None


@given(st.one_of(anything, mutated()))
def test_any_message_is_an_event_a_tick_or_malformed(document):
    for body in (document, json.dumps(document), json.dumps({"Records": [{"body": json.dumps(document)}]})):
        try:
            found = parse_message(body)
        except MalformedRecord:
            continue
        assert isinstance(found, (SecretEvent, Tick))


@given(anything)
def test_unwrapping_never_fails(document):
    for found in records_in(document):
        judged(found.record)
