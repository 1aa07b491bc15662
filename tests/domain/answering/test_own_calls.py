"""A call of nightlatch's is told with those whose yes stood when it was made, and how they were known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import a_response, approved_by_policy
from nightlatch.domain.answering.own_calls import OwnCall
from nightlatch.domain.answering.responses import Response, Signal, advance
from nightlatch.domain.history.examples import AT


def moved(response: Response, *signals: tuple[Signal, str, str]) -> Response:
    """Move a response on; a CALL's third word is its request id, an APPROVE's how the actor was known."""
    for signal, actor, word in signals:
        said = {"request_id": word} if signal is Signal.CALL else {"how": word}
        response = advance(response, signal, actor=actor, now=AT, **said)
    return response


START = (Signal.START, "responder", "")


def test_a_call_by_policy_is_told_as_such() -> None:
    response = moved(approved_by_policy(a_response()), START, (Signal.CALL, "responder", "req-1"))

    assert OwnCall(response, "req-1").word == "by policy"


def test_all_whose_yes_was_needed_are_named_with_how_they_were_known() -> None:
    response = moved(
        replace(a_response(), people=2),
        (Signal.APPROVE, "ana (U0ANA)", "request signed by Slack"),
        (Signal.APPROVE, "ben (U0BEN)", ""),
        START,
        (Signal.CALL, "responder", "req-1"),
    )

    assert OwnCall(response, "req-1").word == "approved by ana (U0ANA) [request signed by Slack] and ben (U0BEN)"


@pytest.mark.parametrize(
    ("request_id", "word"),
    [("req-1", "by policy"), ("req-2", "approved by ana (U0ANA)"), ("", "approved by ana (U0ANA)")],
)
def test_a_yes_stands_behind_the_calls_that_followed_it_alone(request_id: str, word: str) -> None:
    response = moved(
        approved_by_policy(a_response()),
        START,
        (Signal.CALL, "responder", "req-1"),
        (Signal.HOLD, "responder", ""),
        (Signal.APPROVE, "ana (U0ANA)", ""),
        START,
        (Signal.CALL, "responder", "req-2"),
    )

    assert OwnCall(response, request_id).word == word


def test_where_nobody_has_said_yes_nobody_is_named() -> None:
    assert OwnCall(a_response(), "req-1").word == ""
