"""Stopping a principal is offered once an incident, however much it does, and its undo only once it was stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

from builders import a_finding
from fakes import FakeDispatch, FakeIncidents, FakeLedger, FixedClock
from nightlatch.adapters.slack.message import render
from nightlatch.adapters.sns import human_text
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.decisions import Decision, decide
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance, awaiting
from nightlatch.domain.containing.blast_radius import BlastRadius
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.history.examples import AT, a_secret, a_user, an_event
from nightlatch.domain.judging.findings import Finding
from nightlatch.service.effects import LiveEffects

_THIEF = replace(a_user("ci-deploy"), access_key_id="AKIAIOSFODNN7EXAMPLE")
_POLICY = Policy(default=Protection(mode=Mode.NOTIFY), containment=True)
_NOW = AT + timedelta(minutes=1)


@dataclass
class World:
    """What carrying out writes to."""

    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    ledger: FakeLedger = field(default_factory=lambda: FakeLedger(FixedClock(_NOW)))
    buttons: count[int] = field(default_factory=count)

    def carry_out(self, *decisions: Decision, incidents: FakeIncidents | None = None) -> dict[str, str]:
        effects = LiveEffects(
            incidents=incidents or self.incidents,
            ledger=self.ledger,
            offers=self.ledger,
            dispatch=FakeDispatch(),
            mint=lambda: f"b-{next(self.buttons)}",
        )
        return dict(effects.carry_out(decisions, policy=_POLICY, now=_NOW))

    def see(self, *findings: Finding, policy: Policy = _POLICY) -> None:
        for finding in findings:
            event = an_event("GetSecretValue", secret=a_secret(), by=finding.principal)
            self.carry_out(*decide(event, [finding], policy, _NOW, radius=radius))

    def only(self, kind: ActionKind) -> Response:
        (found,) = (one for one in self.ledger.by_id.values() if one.action.kind is kind)
        return found

    def incident(self) -> tuple[Incident, list[Response]]:
        incident = self.incidents.get(str(self.only(ActionKind.DEACTIVATE_KEY).incident_id))
        return incident, [self.ledger.get(one) for one in incident.responses]


def radius() -> BlastRadius:
    return BlastRadius(span=timedelta(days=1), read=("prod/db", "prod/mail"), sessions=3, last_used=AT)


def hostile(*, after_s: float = 0, rule: str = "access.bulk-read") -> Finding:
    return replace(a_finding(by=_THIEF, after_s=after_s, rule=rule), contain=True)


def stopped(world: World, *, calls: int = 1) -> None:
    """Have the offer approved and carried out."""
    response = world.only(ActionKind.DEACTIVATE_KEY)
    for signal in (Signal.APPROVE, Signal.START, *[Signal.CALL] * calls, Signal.SUCCEED):
        moved = advance(response, signal, actor="ben (U0BEN)", now=_NOW)
        world.ledger.move(moved, was=response.state)
        response = moved


def test_a_hundred_findings_of_one_incident_offer_it_once() -> None:
    world = World()

    world.see(*(hostile(after_s=n, rule=f"access.rule-{n % 3}") for n in range(100)))

    assert sorted(one.action.kind for one in world.ledger.by_id.values()) == [
        ActionKind.DEACTIVATE_KEY,
        ActionKind.REACTIVATE_KEY,
    ]


def test_the_next_incident_of_the_same_principal_offers_it_anew() -> None:
    world = World()

    world.see(hostile(), hostile(after_s=6 * 3_600))

    kinds = [one.action.kind for one in world.ledger.by_id.values()]
    assert kinds.count(ActionKind.DEACTIVATE_KEY) == 2


def test_the_way_back_is_shown_once_something_was_done_and_not_before() -> None:
    world, still = World(), World()
    world.see(hostile())
    still.see(hostile())

    before = [one.action.kind for one in awaiting(world.incident()[1])]
    stopped(world)
    stopped(still, calls=0)

    assert before == [ActionKind.DEACTIVATE_KEY]
    assert [one.action.kind for one in awaiting(world.incident()[1])] == [ActionKind.REACTIVATE_KEY]
    assert awaiting(still.incident()[1]) == []


def test_the_way_back_lives_longer_than_the_offer_and_is_not_the_thiefs_to_take() -> None:
    world = World()
    world.see(hostile())

    stop, back = world.only(ActionKind.DEACTIVATE_KEY), world.only(ActionKind.REACTIVATE_KEY)

    assert back.expires_at > stop.expires_at
    assert back.caused_by == stop.caused_by == _THIEF
    assert back.button != stop.button
    assert (back.after, back.state) == (stop.id, ResponseState.PROPOSED)


def test_an_offer_that_no_incident_shows_is_not_made() -> None:
    class Down(FakeIncidents):
        def fold(self, finding: Finding, *, policy_digest: str) -> tuple[Incident, bool]:
            raise Unavailable(f"table of {finding.rule} under {policy_digest}")

    world, finding = World(), hostile()
    decisions = decide(an_event("GetSecretValue", by=_THIEF), [finding], _POLICY, _NOW, radius=radius)

    failed = world.carry_out(*decisions, incidents=Down())

    assert set(failed) == set(finding.event_ids)
    assert world.ledger.by_id == {}


def _texts(world: World) -> list[str]:
    incident, responses = world.incident()
    return [str(render(incident, responses, action_mode="slack")), human_text(incident, responses)]


def test_every_channel_says_what_else_would_stop_before_anybody_presses() -> None:
    world = World()
    world.see(hostile())

    for text in _texts(world):
        assert "prod/mail" in text
        assert "3 sessions" in text
    assert "Deactivate key" in _texts(world)[0]
    assert "Activate key again" not in _texts(world)[0]


def test_once_it_was_stopped_one_click_takes_it_back() -> None:
    world = World()
    world.see(hostile())
    stopped(world)

    assert "Activate key again" in _texts(world)[0]
    assert "reactivate-key" in _texts(world)[1]


def _told_without_rights(show: Callable[[Incident], str]) -> str:
    world = World()
    world.see(hostile(), policy=replace(_POLICY, containment=False))
    (incident,) = world.incidents.by_id.values()
    assert world.ledger.by_id == {}
    return show(incident)


def test_where_the_stack_has_no_rights_over_iam_every_channel_says_what_to_run() -> None:
    for text in (
        _told_without_rights(lambda incident: str(render(incident, [], action_mode="slack"))),
        _told_without_rights(lambda incident: human_text(incident, [])),
    ):
        assert "aws iam update-access-key --user-name ci-deploy" in text
