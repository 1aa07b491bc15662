"""The Slack secret is read as it is meant, or refused in words that repeat nothing of it."""

from __future__ import annotations

import json

import pytest

from nightlatch.adapters.slack.channel import read_credentials
from nightlatch.domain.errors import InvalidPolicy

OLD, NEW = "a" * 16, "b" * 32
PLANTED = "planted-and-long-enough"


def read(**fields: object) -> tuple[str, ...]:
    return read_credentials(json.dumps(fields)).signing_secrets


def test_one_signing_secret_or_several_are_read():
    assert read(signing_secret=OLD) == (OLD,)
    assert read(signing_secrets=[OLD, NEW]) == (OLD, NEW)
    assert read(signing_secrets=[OLD], signing_secret=NEW) == (OLD,)


@pytest.mark.parametrize("nothing", [None, []])
def test_where_the_list_is_empty_the_one_counts(nothing: object):
    assert read(signing_secrets=nothing, signing_secret=OLD) == (OLD,)


@pytest.mark.parametrize(
    "fields",
    [
        {"signing_secrets": PLANTED},  # each of its letters would be a key
        {"signing_secrets": {PLANTED: True}},
        {"signing_secrets": [PLANTED, "planted"]},
        {"signing_secrets": [PLANTED, ""]},
        {"signing_secrets": [PLANTED, None]},
        {"signing_secrets": [[PLANTED]]},
        {"signing_secrets": "", "signing_secret": PLANTED},
        {"signing_secrets": 1_234_567_890_123_456, "signing_secret": PLANTED},
        {"signing_secret": "planted"},
        {"signing_secret": "planted".rjust(40)},
        {"signing_secret": [PLANTED]},
        {"signing_secret": 1_234_567_890_123_456},
        {"signing_secret": None},
        {"signing_secrets": []},
        {},
        {"token": PLANTED, "channel": "C1"},
    ],
)
def test_what_is_no_list_of_long_texts_is_refused_and_not_repeated(fields: dict[str, object]):
    with pytest.raises(InvalidPolicy, match="signing_secret") as refused:
        read(**fields)

    assert "planted" not in str(refused.value)
    assert "1234567890" not in str(refused.value)


@pytest.mark.parametrize("document", ["", "planted", "[]", '"planted"', "null", "5"])
def test_what_is_no_document_is_refused_and_not_repeated(document: str):
    with pytest.raises(InvalidPolicy, match="the Slack secret must be a JSON object") as refused:
        read_credentials(document)

    assert "planted" not in str(refused.value)
