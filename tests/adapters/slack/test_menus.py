"""What can be chosen in a menu looks different where it is different, within what Slack shows of an option."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from builders import a_finding, a_response, an_incident
from nightlatch.adapters.slack.buttons import OPTION_LIMIT, confirm, menu
from nightlatch.adapters.slack.message import render
from nightlatch.adapters.slack.text import told_apart
from nightlatch.domain.history.examples import AT, a_secret

LONG = "production/payments/a-team-with-a-long-name/a-service-with-a-long-name/database/"


def texts_of(block: dict[str, Any]) -> list[str]:
    return [one["text"]["text"] for one in block["options"]]


def menu_of(message: dict[str, Any], action_id: str) -> dict[str, Any]:
    blocks = message["attachments"][0]["blocks"]
    elements = [one for block in blocks for one in block.get("elements", [])]
    (found,) = (one for one in elements if one.get("action_id") == action_id)
    return found


def test_long_names_whose_deletion_can_be_allowed_are_told_apart_by_their_end():
    names = [f"{LONG}{end}" for end in ("reader", "writer")]
    incident = an_incident(
        a_finding(rule="deletion.deletion-scheduled", secrets=tuple(a_secret(name) for name in names)),
        a_finding(rule="deletion.force-delete", secrets=(a_secret(names[0]),)),
    )

    texts = texts_of(menu_of(dict(render(incident, (), action_mode="slack")), "choose-allow"))

    assert sorted(text.rpartition("/")[2] for text in texts) == ["reader", "reader (by force)", "writer"]
    assert all(text.startswith("production/payments/") and "…" in text for text in texts)
    assert max(map(len, texts)) == OPTION_LIMIT


def test_offers_about_long_names_are_told_apart_too():
    offers = [
        a_response(id=f"r-{n}", button=f"b-{n}", secret=a_secret(f"{LONG}{n}"), now=AT + timedelta(seconds=n))
        for n in range(4)
    ]

    message = dict(render(an_incident(), offers, action_mode="slack"))

    for action_id in ("approve-one", "deny-one"):
        assert [text[-2:] for text in texts_of(menu_of(message, action_id))] == ["/3", "/2", "/1", "/0"]


def test_names_that_differ_in_the_middle_are_shown_from_there():
    names = [f"{'a' * 100}{middle}{'z' * 100}" for middle in ("-blue-", "-green-", "-greed-")]

    assert [text[:6] for text in told_apart(names, 75)] == ["…blue-", "…green", "…greed"]


def test_what_looks_alike_whatever_is_shown_is_numbered():
    assert told_apart(["prod/db", "prod/db", "x"], 75) == ["1. prod/db", "2. prod/db", "3. x"]
    assert told_apart(["a\u200bb", "a\u200cb"], 75) == ["1. a b", "2. a b"]


def test_short_names_are_shown_as_they_are():
    assert told_apart(["prod/db", "prod/api", "x" * 75], 75) == ["prod/db", "prod/api", "x" * 75]


PIECES = st.sampled_from(["a", "b", "…", " ", "\u200b", "1. ", "a" * 40, "b" * 75, "ab" * 30])
NAMES = st.lists(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=200), min_size=1, max_size=12)


@given(names=NAMES)
def test_any_names_are_told_apart_within_the_limit(names: list[str]):
    options = [(name, f"v{index}") for index, name in enumerate(names)]

    texts = texts_of(menu("choose-allow", "Allow", options, confirm("Sure?", "Really?", "Yes")))

    assert len(set(texts)) == len(names)
    assert all(0 < len(text) <= OPTION_LIMIT for text in texts)
