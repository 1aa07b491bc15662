"""Whatever somebody calls a secret, a user or a reason, no channel breaks, and nothing of it means anything there.

The stand-ins check what the services publish: sizes, lengths, required fields, and that only our own words are markup.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from adapters.channels.test_document import schema
from builders import a_finding, a_response, an_incident
from fakes import ACCOUNT, REGION
from nightlatch.adapters.channels.asff import Hub, asff, finding_uid
from nightlatch.adapters.channels.document import action_document, as_json, incident_document
from nightlatch.adapters.channels.eventbridge import ENTRY_LIMIT, EventBridgeChannel
from nightlatch.adapters.channels.ocsf import ocsf
from nightlatch.adapters.channels.pagerduty import trigger
from nightlatch.adapters.channels.teams import card
from nightlatch.adapters.channels.webhook import envelope
from nightlatch.adapters.slack.message import render
from nightlatch.adapters.sns import human_text, subject
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.history.examples import AT, a_secret, a_user
from nightlatch.domain.judging.findings import Finding
from nightlatch.local.channels.checks import check_pagerduty, check_teams
from nightlatch.local.fidelity.findings import _why_not as why_security_hub_would_not
from nightlatch.local.slack.workspace import check_message
from worlds import in_full

HUB = Hub(ACCOUNT, REGION)
SAMPLES = in_full(10_000, sample=400)
# Each is a way to be markup, a mention, a link, an expression, a hidden character or just too much somewhere.
BAIT = (
    "<!channel>", "<@U01ANA>", "<at>ana</at>", "@everyone", "<script>alert(1)</script>", "</title>", "&lt;b&gt;",
    "[pay](https://198.51.100.7/x)", "https://198.51.100.7/x", "javascript:alert(1)", "**bold**", "```", "~~x~~", "# h",
    "{{DATE(2026-01-01)}}", "${title}", "@{triggerBody()}", "{0}", "{who.key}", "%s%n", "\x1b[31mx", "\r\nBcc: a",
    "\n\n## Resolved", "\u202egpj.exe", "\u2066x\u2069", "\u200b", "\ufeff", "\x00", "\x07", "\u2028",
    "\u2029", "\u00ad",
    "\ue000", "\U000e0041", "👩‍👩‍👧‍👦", "ﷺ", "é" * 9, "\U0001d56c" * 40, '"', "\\", "'", "`", ";--",
    "=cmd|'/C calc'!A0", "+1", "-1", "\t=1", "null", "NaN", "\\u0000", "A" * 600, "🔥" * 600, " ", "..", "../../etc",
)  # fmt: skip


def names(count: int, seed: int = 5) -> Iterator[str]:
    """Give names that are put together from bait, the same ones each time."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(count):
        parts = [chance.choice(BAIT) for _ in range(chance.randint(1, 6))]
        yield "".join([*parts, chr(chance.randrange(0x20, chance.choice([0x2FFF, 0xD7FF])))])


def an_incident_about(name: str) -> tuple[Incident, list[Response], list[str]]:
    """Build an incident in which everything that others choose is the name."""
    finding = a_finding(
        by=replace(a_user(name), arn=f"arn:aws:iam::{ACCOUNT}:user/{name}", name=name),
        secrets=tuple(a_secret(f"{name}{n}", suffix=None) for n in range(3)),
        reason=name,
        event_ids=(name,),
        calls=(name,),
    )
    other = a_finding(rule="access.bulk-read", secrets=(a_secret(name),), reason=name * 3)
    incident = replace(an_incident(finding, other), notes=(name,))
    responses = [a_response(state, id=f"r-{state}", result=name, reason=name) for state in ResponseState]
    return incident, responses, [name]


class Bus:
    """An event bus that counts bytes."""

    def __init__(self) -> None:
        self.largest = 0

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        for entry in Entries:
            texts = (entry["Source"], entry["DetailType"], entry["Detail"], *entry["Resources"])
            self.largest = max(self.largest, sum(len(text.encode()) for text in texts))
        return {"FailedEntryCount": 0, "Entries": []}


INCIDENT, ACTION, WEBHOOK = (
    Draft202012Validator(schema(f"{name}-1.json")) for name in ("incident", "action", "webhook")
)


def stands(name: str) -> None:
    """Show an incident about a name everywhere, and let each service check what it would be sent."""
    incident, responses, notes = an_incident_about(name)
    check_pagerduty(as_json({**trigger(incident, responses, notes), "routing_key": "k"}).encode(), "k")
    for is_update in (False, True):
        message = card(incident, responses, action_mode="cli", notes=notes, is_update=is_update)
        check_teams(as_json(message).encode())
    document = incident_document(incident, responses, notes)
    INCIDENT.validate(document)
    ACTION.validate(action_document(incident, responses[4]))
    WEBHOOK.validate(envelope("incident.opened", document))
    bus = Bus()
    EventBridgeChannel(client=bus, bus="b").show(incident, responses, None, notes)  # type: ignore[arg-type]
    assert 0 < bus.largest < ENTRY_LIMIT
    for finding in incident.findings:
        fits_files(finding, incident.id)
    check_message(render(incident, responses, action_mode="cli", notes=notes))
    assert 0 < len(subject(incident)) < 100
    assert len(human_text(incident, responses, notes).splitlines()) == LINES_OF_MAIL


def fits_files(finding: Finding, incident_id: str) -> None:
    written = asff(finding, HUB, uid=finding_uid(incident_id, finding), updated_at=AT)
    assert why_security_hub_would_not(written) is None
    assert len(as_json(written).encode()) < 240_000
    assert all(line.isprintable() for line in (str(written["Title"]), str(written["Description"])))
    assert as_json(ocsf(finding)).encode()
    assert len(json.dumps(ocsf(finding)).splitlines()) == 1  # as the command line writes it


LINES_OF_MAIL = len(human_text(*an_incident_about("x")).splitlines())


@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_hostile_names_break_no_channel(seed: int):
    for name in names(SAMPLES // 4, seed):
        try:
            stands(name)
        except Exception as broken:
            raise AssertionError(f"broken by {name!r}") from broken


@pytest.mark.parametrize("bait", BAIT)
def test_each_bait_alone_is_harmless(bait: str):
    stands(bait)


@given(name=st.text(min_size=1, max_size=80))
def test_no_text_at_all_breaks_a_channel(name: str):
    stands(name)


def test_the_names_are_as_many_and_as_bad_as_was_promised():
    some = set(islice(names(600), 600))

    assert len(some) > 590
    assert {bait for bait in BAIT if any(bait in name for name in some)} == set(BAIT)
