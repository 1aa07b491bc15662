"""Whatever a name is, no payload for Slack breaks a limit, mentions anybody or carries a link.

Ten thousand names go through every kind of message: the incident's, its thread, news, digest, storm, and what only the
person who pressed is told. `make test` takes a sample; `NIGHTLATCH_FULL=1` takes them all.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import a_finding, a_response, an_incident
from nightlatch.adapters.slack.budget import size_of
from nightlatch.adapters.slack.channel import PRIVATE_LIMIT
from nightlatch.adapters.slack.message import render, render_follow_up
from nightlatch.adapters.slack.summary import render_summary
from nightlatch.adapters.slack.text import escape_within
from nightlatch.adapters.slack.thread import render_details, render_news
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.declarations import declare
from nightlatch.domain.answering.details import details_of
from nightlatch.domain.answering.incidents import Incident, put_to_sleep, vouch
from nightlatch.domain.answering.news import news_of
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, Step
from nightlatch.domain.answering.snoozes import Snooze
from nightlatch.domain.answering.summaries import Storm, digest_of, held_of, storm_of
from nightlatch.domain.history.examples import AT, a_secret, a_user
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.local.slack.workspace import check_message
from worlds import in_full

NAMES = 10_000
MOST_CHARACTERS = 10_000
PARTS = (
    "<!channel>",
    "<!here|here>",
    "<@U01ANA>",
    "@channel",
    "<https://evil.example|prod/db>",
    "https://evil.example/?q=1&x=<y>",
    "\x1b[2J\x1b[31m",
    "\u202egnp.exe\u2066",
    "\u200b\u2028\u00ad\u061c\U000e0041",
    "👩\u200d👩\u200d👧 🔥:fire:",
    "`code` *bold* ~gone~ _it_",
    "```\n> quote\n",
    "&amp;&lt;" * 20,
    "=cmd|' /C calc'!A1",
    "<script>alert(1)</script>",
    "%s{0}{who}{secrets}",
    "prod/payments/db",
    " ",
    "ß字ﷺ",
)


def names(count: int) -> Iterator[str]:
    """Give hostile names, some of them 3,000 characters long."""
    chance = random.Random(34)  # noqa: S311 - the same names each time
    for number in range(count):
        text = "".join(chance.choices(PARTS, k=chance.randint(1, 6)))
        yield (text * 500)[:3_000] if number % 10 == 0 else text


def an_incident_of(name: str, number: int) -> tuple[Incident, list[Response]]:
    """Give an incident in which everything that others choose is this name."""
    who = replace(a_user(name), session_name=name, arn=name)
    secrets = tuple(a_secret(f"{name}{index}"[-3_000:], suffix=None) for index in range(number % 12 + 1))
    rules = ("change.unexpected-writer", "deletion.force-delete", "deletion.deletion-scheduled", "access.bulk-read")
    headline = "{who} wrote {secrets}"
    found = [
        a_finding(rule=rule, by=who, secrets=secrets, headline=headline, reason=name, event_ids=(name, f"e-{number}"))
        for rule in rules
    ]
    incident = vouch(
        an_incident(*found), [declare(found[0], 0, by=name, how=name, reason=name, until=AT + timedelta(days=1))], 0
    )
    snooze = Snooze(
        number=1, by=name, how=name, reason=name, at=AT, until=AT + timedelta(hours=1), severity=Severity.LOW
    )
    return replace(put_to_sleep(incident, snooze), notes=(name,) * 3), responses_of(name, secrets, number)


def responses_of(name: str, secrets: tuple[Any, ...], number: int) -> list[Response]:
    step = Step(at=AT, signal=Signal.APPROVE, actor=name, how=name, note=name, request_id=name)
    offers = [
        a_response(
            id=f"r-{index}",
            action=Action(
                kind=list(ActionKind)[(number + index) % len(ActionKind)], secret=secret, away_from=f"v{index}"
            ),
            button=f"b-{index}",
            preflight=(name, name),
            people=1 + index % 2,
            steps=(step,) if index % 3 == 0 else (),
        )
        for index, secret in enumerate(secrets)
    ]
    ended = [
        replace(a_response(state, id=f"r-{state}", result=name), steps=(step,))
        for state in ResponseState
        if state is not ResponseState.PROPOSED
    ]
    return [*offers, *ended]


def payloads(name: str, number: int) -> Iterator[dict[str, Any]]:
    """Build every payload that Slack is ever sent about a name."""
    incident, responses = an_incident_of(name, number)
    for mode in ("slack", "cli", "off"):
        yield render(incident, responses, action_mode=mode, notes=(name,) * 4)
    yield render_follow_up(incident, responses)
    awake = replace(incident, snooze=None)
    yield render_news(name, [one.text for one in news_of(awake, responses, AT)])
    lines = list(details_of(incident, responses))
    while lines:
        message, taken = render_details(lines)
        yield message
        lines = lines[taken:]
    recorded = [replace(finding, state=State.DIGEST) for finding in incident.findings]
    digest = digest_of(AT.date(), recorded * 3)
    assert digest is not None
    yield render_summary(digest)
    storm = Storm(id="1", began=AT, is_calm=bool(number % 2))
    held = [replace(held_of(incident), incident_id=f"inc-{index}", who=f"{name}{index}") for index in range(40)]
    yield render_summary(storm_of(storm, held))
    yield {"text": escape_within(f"Not done: {name} acted in this incident", PRIVATE_LIMIT)}


def interpreted(thing: object, *, top: bool = True) -> Iterator[str]:
    """Give every text that Slack reads as mrkdwn; plain_text is shown as it is."""
    if isinstance(thing, dict):
        if thing.get("type") == "mrkdwn":
            assert thing["verbatim"] is True  # else Slack looks for links and mentions in plain words
            yield thing["text"]
        if top and "text" in thing and isinstance(thing["text"], str):
            yield thing["text"]
        for part in thing.values():
            yield from interpreted(part, top=False)
    elif isinstance(thing, list):
        for part in thing:
            yield from interpreted(part, top=False)


DATES = re.compile(r"<!date\^\d+\^\{date_short_pretty\} \{time_secs\}\|[-\d: ]+ UTC>")
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\U000e0000-\U000e007f]"
)


@pytest.mark.parametrize("share", range(4))
def test_no_payload_breaks_a_limit_mentions_anybody_or_hides_anything(share: int):
    count = in_full(NAMES, sample=200)
    for number, name in enumerate(names(count)):
        if number % 4 != share:
            continue
        for payload in payloads(name, number):
            check_message(payload)
            whole = json.dumps(payload, ensure_ascii=False)
            assert size_of([payload]) < MOST_CHARACTERS
            assert not HIDDEN.search(whole)
            whole.encode()
            for text in interpreted(payload):
                assert "<" not in DATES.sub("", text)
                assert not re.search(r"&(?!amp;|lt;|gt;)", text)


def test_the_sample_has_long_names_and_every_part():
    sample = list(names(200))

    assert sum(len(name) == 3_000 for name in sample) >= 15
    assert all(any(part in name for name in sample) for part in PARTS)


@pytest.mark.parametrize("finding", ["<!channel>", "@here", "https://evil.example"])
def test_the_words_of_a_push_are_not_looked_at_for_names_and_links(finding: str):
    message = render(an_incident(a_finding(by=a_user(finding))), (), action_mode="off")

    assert message["parse"] == "none"
    assert "<" not in str(message["text"])
