"""How a request of Slack becomes somebody's yes or no, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nightlatch.adapters.slack.requests import Chosen, Press, raw_body, read_press, verify
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.errors import NightlatchError
from nightlatch.service.approve import approver_in_slack, press, signed_by
from nightlatch.service.choose import ChoosePorts, Person, choose
from nightlatch.wiring.world import World


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """What the person who pressed a button is told."""

    text: str
    done: str  # for the log; empty: refused, nothing changed


def answer_press(
    event: Mapping[str, object], *, world: World, ports: ChoosePorts, signing_secrets: Sequence[str]
) -> PressAnswer:
    """Verify, read and settle one request of Slack, and tell the person who pressed.

    Raises:
        ForgedRequest: It is not Slack's.
    """
    body = raw_body(event)
    headers = event.get("headers")
    named = {str(k): str(v) for k, v in headers.items()} if isinstance(headers, Mapping) else {}
    now = world.now()
    verify(named, body, secrets=signing_secrets, now=now)
    pressed = read_press(body)
    try:
        answer = _answer(pressed, world.policy(), ports, now)
    except NightlatchError as refusal:
        answer = PressAnswer(text=f"Not done: {refusal}", done="")
    world.answer_privately(pressed.response_url, answer.text)
    return answer


def _answer(pressed: Press | Chosen, policy: Policy, ports: ChoosePorts, now: datetime) -> PressAnswer:
    if isinstance(pressed, Chosen):
        person = Person(approver=approver_in_slack(pressed.slack_id, policy), how=signed_by(pressed.slack_id))
        text = choose(pressed.choice, person, policy=policy, ports=ports, now=now)
        return PressAnswer(text=text, done=f"{pressed.choice.kind} of {pressed.choice.incident_id}")
    response = press(
        pressed.button,
        slack_id=pressed.slack_id,
        signal=pressed.signal,
        policy=policy,
        ports=ports.approving,
        now=now,
    )
    said = {
        ResponseState.PROPOSED: "Noted: you said yes to {act} of {name}. One more person must.",
        ResponseState.APPROVED: "Approved: {act} of {name}. The message says so when it is done.",
        ResponseState.DENIED: "Declined: nothing is done about {name}.",
    }
    text = said[response.state].format(act=response.action.kind, name=response.action.name)
    return PressAnswer(text=text, done=f"{response.id}: {response.state}")
