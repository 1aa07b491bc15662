"""Nothing is believed before Slack's signature holds over the raw bytes; every other request is refused."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.slack.requests import LARGEST_BODY, Chosen, Press, raw_body, read_press, sign, verify
from nightlatch.domain.answering.responses import Signal
from nightlatch.domain.errors import ForgedRequest
from nightlatch.domain.history.examples import AT

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
STAMP = str(int(AT.timestamp()))


def a_body(**changes: object) -> bytes:
    payload = {
        "type": "block_actions",
        "user": {"id": "U01ANA"},
        "actions": [{"action_id": "approve-r-1", "value": "opaque-1"}],
        **changes,
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def headers(body: bytes, *, secret: str = SECRET, stamp: str = STAMP) -> dict[str, str]:
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(body, stamp, secret)}


def test_the_signature_is_the_one_in_slacks_documentation():
    # The worked example of "Verifying requests from Slack".
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
        b"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
        b"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )

    signature = sign(body, "1531420618", "8f742231b10e8888abcd99yyyzzz85a5")

    assert signature == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_a_signed_press_is_read():
    body = a_body()

    verify(headers(body), body, secrets=[SECRET], now=AT)

    pressed = read_press(body)
    assert (pressed.button, pressed.signal, pressed.slack_id) == ("opaque-1", Signal.APPROVE, "U01ANA")


def test_what_was_chosen_in_a_menu_or_by_a_button_beside_the_offers_is_read():
    value = "snooze:inc-0123456789abcdef:1:24h"
    menu = a_body(actions=[{"action_id": "choose-snooze", "selected_option": {"value": value}}])
    button = a_body(actions=[{"action_id": "choose-allow", "value": value}])

    for body in (menu, button):
        chosen = read_press(body)
        assert isinstance(chosen, Chosen)
        assert (chosen.choice.value, chosen.slack_id) == (value, "U01ANA")


def test_an_offer_chosen_in_a_menu_is_a_press_of_its_button():
    body = a_body(actions=[{"action_id": "approve-one", "selected_option": {"value": "opaque-7"}}])

    assert read_press(body) == Press(button="opaque-7", signal=Signal.APPROVE, slack_id="U01ANA")


def test_the_old_signing_secret_is_accepted_while_it_is_being_replaced():
    body = a_body()

    verify(headers(body, secret="the old one"), body, secrets=[SECRET, "the old one"], now=AT)


@pytest.mark.parametrize("age_s", [301, -301])
def test_a_request_outside_five_minutes_is_refused(age_s: int):
    body = a_body()

    with pytest.raises(ForgedRequest, match="five minutes"):
        verify(headers(body), body, secrets=[SECRET], now=AT + timedelta(seconds=age_s))


@pytest.mark.parametrize("stamp", ["", "yesterday", "-5", "1e9", "٣"])
def test_a_malformed_timestamp_is_refused(stamp: str):
    body = a_body()

    with pytest.raises(ForgedRequest, match="timestamp"):
        verify({**headers(body), "X-Slack-Request-Timestamp": stamp}, body, secrets=[SECRET], now=AT)


@pytest.mark.parametrize("digits", [13, 400, 5_000])
def test_a_timestamp_of_too_many_digits_is_refused_like_any_other_bad_one(digits: int):
    body = a_body()

    with pytest.raises(ForgedRequest, match="timestamp"):
        verify({**headers(body), "X-Slack-Request-Timestamp": "9" * digits}, body, secrets=[SECRET], now=AT)


MANY_DIGITS = st.integers(1, 9_000).map("9".__mul__)
ANY_STAMP = st.text(max_size=20) | st.from_regex(r"[0-9]{1,30}", fullmatch=True) | MANY_DIGITS


@given(stamp=ANY_STAMP)
def test_whatever_stands_where_the_timestamp_should_is_refused_or_within_five_minutes(stamp: str):
    body = a_body()

    try:
        verify({**headers(body), "X-Slack-Request-Timestamp": stamp}, body, secrets=[SECRET], now=AT)
    except ForgedRequest:
        return
    assert stamp == STAMP


@pytest.mark.parametrize("signature", ["", "v0=", "v0=é", "v1=" + "0" * 64])
def test_a_wrong_signature_is_refused(signature: str):
    body = a_body()

    with pytest.raises(ForgedRequest, match="signature"):
        verify({**headers(body), "X-Slack-Signature": signature}, body, secrets=[SECRET], now=AT)


def test_one_changed_byte_is_refused():
    body = a_body()

    with pytest.raises(ForgedRequest):
        verify(headers(body), body.replace(b"U01ANA", b"U01MAL"), secrets=[SECRET], now=AT)


def test_no_signing_secret_accepts_nothing():
    body = a_body()

    with pytest.raises(ForgedRequest):
        verify(headers(body, secret=""), body, secrets=[""], now=AT)


def test_the_raw_bytes_are_decoded_when_the_gateway_encoded_them():
    event = {"body": b64encode(a_body()).decode(), "isBase64Encoded": True}

    assert raw_body(event) == a_body()


@pytest.mark.parametrize(
    "event",
    [{}, {"body": ""}, {"body": 5}, {"body": "%%%", "isBase64Encoded": True}, {"body": "x" * (LARGEST_BODY + 1)}],
)
def test_a_request_without_a_fit_body_is_refused(event: dict[str, object]):
    with pytest.raises(ForgedRequest):
        raw_body(event)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": [{"action_id": "open-1", "value": "x"}]},
        {"actions": [{"action_id": "approve-r-1"}]},
        {"actions": [{"action_id": "choose-snooze", "selected_option": {"value": "made-up"}}]},
        {"actions": [{"action_id": "choose-snooze", "selected_option": None}]},
        {"actions": [{"action_id": "grant-ours", "value": "ours:inc-0123456789abcdef:0:24h"}]},
        {"user": {"id": 5}},
        {"user": None},
    ],
)
def test_a_payload_that_is_no_press_of_ours_is_refused(changes: dict[str, object]):
    with pytest.raises(ForgedRequest):
        read_press(a_body(**changes))


@given(body=st.binary(max_size=300))
def test_any_body_is_a_press_or_is_refused(body: bytes):
    try:
        read_press(body)
    except ForgedRequest:
        return


@given(
    payload=st.recursive(st.none() | st.text() | st.integers(), lambda c: st.lists(c) | st.dictionaries(st.text(), c))
)
def test_any_payload_is_a_press_or_is_refused(payload: object):
    try:
        read_press(urlencode({"payload": json.dumps(payload)}).encode())
    except ForgedRequest:
        return
