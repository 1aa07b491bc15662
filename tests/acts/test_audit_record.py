"""What was done can be told later: who said yes and how that was known, when, by which calls, from and to what.

The lines are written once and beside the response, which moves on; they are read here as an auditor reads the table.

Source: product.md 2.2, point 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from acts.acting_world import AT, ActingWorld
from acts.scenes import SCENES
from fakes import FakeIncidents, FixedClock
from nightlatch.acts import ACTS
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.policy import Approver
from nightlatch.domain.answering.responses import Response, ResponseState, Signal
from nightlatch.domain.history.examples import a_user
from nightlatch.service.approve import ApprovePorts, answer
from nightlatch.service.respond import respond
from nightlatch.service.wish import WishPorts, preview, request
from worlds import WholeLedger, a_client, a_table, items_of, on_moto

ANA, BEN = a_user("ana"), a_user("ben")
APPROVERS = tuple(
    Approver(slack_id=f"U0{name.upper()}", name=name, principals=(f"*/{name}",)) for name in ("ana", "ben")
)


@dataclass(frozen=True)
class Told:
    """A response that is over, and its lines."""

    response: Response
    lines: list[dict[str, str]]

    def of(self, signal: str) -> list[dict[str, str]]:
        return [line for line in self.lines if line["signal"] == signal]


def carried_out(kind: ActionKind) -> Told:
    """Let people wish a scene's act from the command line, carry it out, and read the lines; moto must answer."""
    table, client = a_table()
    ledger = WholeLedger(table, now=FixedClock(AT))
    world = ActingWorld(ledger=ledger)
    action, ports = SCENES[kind].prepare(world), world.ports()
    policy = replace(world.policy, approvers=APPROVERS)
    wished = preview(action, acts=ACTS, policy=policy, sight=ports.sight, now=AT)
    wishes = WishPorts(ledger=ledger, offers=ledger, incidents=FakeIncidents(), mint=lambda: "b-1")
    asked = request(wished, by=ANA, approver=APPROVERS[0], policy=policy, ports=wishes, now=AT)
    if asked.state is ResponseState.PROPOSED:
        answering = ApprovePorts(ledger=ledger, dispatch=world.dispatch)
        answer(asked.id, principal=BEN, signal=Signal.APPROVE, policy=policy, ports=answering, now=AT)
    done = respond(asked.id, acts=ACTS, policy=policy, ports=ports, now=AT)
    assert done.state is ResponseState.SUCCEEDED, done.result
    own = f"response#{done.id}"  # what it led to has lines of its own
    steps = [item for item in items_of(client) if item["pk"]["S"] == own and item["sk"]["S"].startswith("step#")]
    return Told(done, [_plain(item) for item in sorted(steps, key=lambda item: item["sk"]["S"])])


def _plain(item: dict[str, Any]) -> dict[str, str]:
    return {name: next(iter(held.values())) for name, held in item.items()}


@pytest.fixture(params=list(ActionKind), ids=str)
def told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Told:
    with on_moto(monkeypatch):
        return carried_out(request.param)


def test_every_line_says_who_when_and_of_which_action(told: Told) -> None:
    first = told.lines[0]
    assert (first["act"], first["on"]) == (told.response.action.kind, told.response.action.keys[0])
    assert first["because_of"] == ANA.key
    assert first["reason"]
    for line in told.lines:
        assert line["pk"] == f"response#{told.response.id}"
        assert line["actor"]
        assert datetime.fromisoformat(line["at"]) >= AT


def test_every_yes_says_how_the_person_was_known(told: Told) -> None:
    yeses = told.of("approve")

    assert [line["actor"] for line in yeses] == [f"{a.name} ({a.slack_id})" for a in APPROVERS[: told.response.people]]
    assert all("credentials checked by AWS" in line["how"] for line in yeses)


def test_every_call_is_written_as_it_was_made_with_the_request_id_that_aws_gave(told: Told) -> None:
    calls = told.of("call")

    assert calls
    for line in calls:
        assert line["request_id"]
        service, operation = line["note"].split()[1:3]
        assert f"{service}:{operation.replace('-', '')}" in {
            call.lower() for call in ACTS[told.response.action.kind].calls
        }


def test_versions_before_and_after_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        told = carried_out(ActionKind.ROLL_BACK)
        current = a_client("secretsmanager").get_secret_value(SecretId="prod/db")["VersionId"]

    (started,), (called,), (ended,) = (told.of(signal) for signal in ("start", "call", "succeed"))
    assert started["current"] == called["current"] == told.response.action.away_from
    assert ended["current"] == told.response.action.to == current
