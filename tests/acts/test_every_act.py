"""What must hold for every act: it converges from any crash, makes only the calls it names, and does nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from acts.acting_world import AT, ActingWorld, Crash, Faults, faulty
from acts.scenes import SCENES, Scene
from nightlatch.acts import ACTS
from nightlatch.domain.answering.acting import Call, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.errors import IllegalTransition
from nightlatch.service.act_ports import Hand
from worlds import on_moto


@pytest.fixture(params=list(ActionKind), ids=str)
def kind(request) -> ActionKind:
    return request.param


def played(scene: Scene, monkeypatch: pytest.MonkeyPatch, faults: Faults) -> tuple[Response, Any, ActingWorld]:
    """Play a scene in a new world, crash where the faults say, try again, and give how it ended."""
    with on_moto(monkeypatch):
        world = ActingWorld()
        world.wish(scene.prepare(world), people=scene.people)
        try:
            ended = world.respond(faulty(world.ports(), faults))
        except Crash:
            ended = _tried_again(world)
        return ended, scene.state(), world


def _tried_again(world: ActingWorld) -> Response:
    try:
        return world.respond()
    except IllegalTransition:  # it was begun, and its lease has not run out
        return world.respond_after_crash()


def test_every_act_has_a_scene_and_an_entry():
    assert set(ACTS) == set(ActionKind) == set(SCENES)
    assert all(act.kind is kind for kind, act in ACTS.items())


def test_a_crash_at_any_step_ends_as_if_there_had_been_none(kind, monkeypatch):
    scene, whole = SCENES[kind], Faults()
    expected, state, _ = played(scene, monkeypatch, whole)
    assert expected.state is ResponseState.SUCCEEDED, expected.result
    assert "perform" in whole.steps

    for faults in _every_crash(len(whole.steps)):
        ended, reached, world = played(scene, monkeypatch, faults)

        where = f"crashed {'after' if faults.after else 'before'} {faults.steps[-1]} ({faults.crash_at})"
        assert (ended.state, reached) == (expected.state, state), f"{where}: {ended.result}"
        assert world.dispatch.notices, where


def _every_crash(steps: int) -> Iterator[Faults]:
    """Crash before the first step and after each: between the end of one and the next nothing happens in the world."""
    yield Faults(crash_at=0)
    for number in range(steps):
        yield Faults(crash_at=number, after=True)


def test_a_message_that_comes_again_changes_nothing(kind, monkeypatch):
    with on_moto(monkeypatch):
        world = ActingWorld()
        world.wish(SCENES[kind].prepare(world), people=SCENES[kind].people)
        first, state = world.respond(), SCENES[kind].state()

        assert world.respond() == first
        assert SCENES[kind].state() == state


@dataclass
class Noting:
    """A hand that notes what it does."""

    hand: Hand
    made: list[str]

    def perform(self, call: Call, on: str) -> str:
        self.made.extend(one.action for one in (call.checked_by, call) if one is not None)
        return self.hand.perform(call, on)


def test_an_act_makes_only_the_calls_that_it_names(kind, monkeypatch):
    made: list[str] = []
    with on_moto(monkeypatch):
        world = ActingWorld()
        world.wish(SCENES[kind].prepare(world), people=SCENES[kind].people)
        ports = world.ports()

        world.respond(replace(ports, hand=Noting(ports.hand, made)))

    assert made
    assert set(made) <= ACTS[kind].calls


def test_nothing_is_called_while_the_kill_switch_is_on(kind, monkeypatch):
    faults = Faults()
    with on_moto(monkeypatch):
        world = ActingWorld()
        world.wish(SCENES[kind].prepare(world), people=SCENES[kind].people)
        world.kill_switch.on = True

        held = world.respond(faulty(world.ports(), faults))

    assert held.state is ResponseState.PROPOSED
    assert held.waits_because == "the kill switch is on"
    assert "perform" not in faults.steps


def test_settling_what_is_settled_changes_nothing(kind, monkeypatch):
    """The command line settles a wish to show it, and the responder once more before it begins."""
    act = ACTS[kind]
    with on_moto(monkeypatch):
        world = ActingWorld()
        action = SCENES[kind].prepare(world)
        sight = world.ports().sight

        once = act.settle(action, sight.look(action, act.needs), _terms(world, action))
        again = act.settle(once, sight.look(once, act.needs), _terms(world, once))

    assert again == once


def _terms(world: ActingWorld, action: Action) -> Terms:
    return Terms(policy=world.policy, protection=world.policy.protection_of(action.name), now=AT)
