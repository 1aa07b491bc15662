"""A response is carried out once, verified, and told; whatever stands against it is said and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from builders import a_response, approved_by_policy
from fakes import FakeDispatch, FakeKillSwitch, FakeLedger, FakeSecrets
from nightlatch.domain.errors import IllegalTransition, NotFound, Unavailable
from nightlatch.domain.examples import AT
from nightlatch.domain.policy import Mode, Policy, Protection, Selector
from nightlatch.domain.responses import LEASE, Action, ActionKind, Response, ResponseState, Signal, Step
from nightlatch.domain.secrets import SecretRef
from nightlatch.domain.versions import CURRENT, PREVIOUS
from nightlatch.service.ports import Notice
from nightlatch.service.respond import RespondPorts, respond
from worlds import at_once

NOW = AT + timedelta(minutes=1)
PROTECT = Policy(default=Protection(mode=Mode.PROTECT))


@dataclass
class World:
    ledger: FakeLedger = field(default_factory=FakeLedger)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)
    kill_switch: FakeKillSwitch = field(default_factory=FakeKillSwitch)

    def approve(self, kind: ActionKind, secret: SecretRef, **details) -> Response:
        action = Action(kind=kind, secret=secret, **details)
        response, _ = self.ledger.propose(approved_by_policy(a_response(action=action)))
        return response

    def respond(self, *, now=NOW, policy=PROTECT) -> Response:
        ports = RespondPorts(self.ledger, self.secrets, self.dispatch, self.kill_switch)
        return respond("r-1", policy=policy, ports=ports, now=now)

    def labels(self, name: str) -> dict[str, str]:
        return self.secrets.stored[name].labels


@pytest.fixture
def world() -> World:
    return World()


def test_a_scheduled_deletion_is_restored_and_told(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")

    done = world.respond()

    assert done.state is ResponseState.SUCCEEDED
    assert world.secrets.stored["prod/db"].deleted_at is None
    assert world.ledger.get("r-1") == done
    assert world.ledger.own == {"request-1"}
    assert world.dispatch.notices == [Notice("inc-1", "r-1-succeeded")]


def test_a_secret_that_is_there_again_needs_no_call(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))

    assert "was restored already" in world.respond().result
    assert world.secrets.calls == []


def test_a_version_is_rolled_back_and_the_call_is_recorded_as_ours(world):
    secret = world.secrets.create("prod/db")
    good = world.labels("prod/db")[CURRENT]
    bad = world.secrets.put("prod/db")
    world.approve(ActionKind.ROLL_BACK, secret, away_from=bad)

    done = world.respond()

    assert done.state is ResponseState.SUCCEEDED
    assert world.labels("prod/db") == {CURRENT: good, PREVIOUS: bad}
    assert (secret.keys[0], good) in world.ledger.own_versions
    assert f"from version {bad} to {good}" in done.result


def test_a_rollback_is_refused_when_somebody_wrote_since(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.approve(ActionKind.ROLL_BACK, secret, away_from=bad)
    newer = world.secrets.put("prod/db")

    done = world.respond()

    assert done.state is ResponseState.FAILED
    assert "no longer current" in done.result
    assert world.labels("prod/db")[CURRENT] == newer
    assert world.dispatch.notices == [Notice("inc-1", "r-1-failed")]


def test_what_may_come_of_a_rollback_is_told_with_its_result(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.secrets.stored["prod/db"].rotation_enabled = True
    world.approve(ActionKind.ROLL_BACK, secret, away_from=bad)

    assert "careful: rotation is on" in world.respond().result


def test_the_superseded_version_is_pinned_once(world):
    secret = world.secrets.create("prod/db")
    good = world.labels("prod/db")[CURRENT]
    world.secrets.put("prod/db")
    world.approve(ActionKind.PIN_SUPERSEDED, secret)

    done = world.respond()

    pins = {label: version for label, version in world.labels("prod/db").items() if label.startswith("nightlatch/")}
    assert pins == {f"nightlatch/20260302T090100Z-{good[:8]}": good}
    assert good in done.result


def test_a_full_budget_drops_the_oldest_pin_and_records_both_calls(world):
    secret = world.secrets.create("prod/db")
    oldest = world.labels("prod/db")[CURRENT]
    world.labels("prod/db")["nightlatch/20260101T000000Z-old"] = oldest
    world.secrets.put("prod/db")
    good = world.labels("prod/db")[CURRENT]
    world.secrets.put("prod/db")
    world.approve(ActionKind.PIN_SUPERSEDED, secret)

    world.respond(policy=Policy(default=Protection(mode=Mode.PROTECT, pins=1)))

    assert "nightlatch/20260101T000000Z-old" not in world.labels("prod/db")
    assert world.ledger.own == {"request-1", "request-2"}
    assert {version for _, version in world.ledger.own_versions} == {oldest, good}


@pytest.mark.parametrize("kind", list(ActionKind))
def test_a_managed_secret_is_never_touched(world, kind):
    world.approve(kind, world.secrets.create("rds!db", owning_service="rds"))
    world.secrets.put("rds!db")

    done = world.respond()

    assert done.state is ResponseState.FAILED
    assert "managed by rds" in done.result
    assert world.secrets.calls == []


def test_nothing_is_done_while_the_kill_switch_is_on(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")
    world.kill_switch.on = True

    done = world.respond()

    assert (done.state, done.result) == (ResponseState.FAILED, "not done: the kill switch is on")
    assert world.secrets.calls == []


def test_the_kill_switch_also_stops_an_act_that_is_taken_over(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")
    world.secrets.fails_with = Unavailable("secret prod/db: AWS did not answer; try again later")
    with pytest.raises(Unavailable):
        world.respond()
    world.secrets.fails_with = None
    world.kill_switch.on = True

    done = world.respond(now=NOW + LEASE)

    assert done.state is ResponseState.FAILED
    assert world.secrets.calls == []


def test_a_secret_that_is_gone_is_said(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    del world.secrets.stored["prod/db"]

    done = world.respond()

    assert done.state is ResponseState.FAILED
    assert "does not exist" in done.result


def test_a_message_that_comes_twice_does_it_once_and_tells_again(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")

    first, second = world.respond(), world.respond()

    assert second == first
    assert world.secrets.calls == ["restore"]
    assert set(world.dispatch.notices) == {Notice("inc-1", "r-1-succeeded")}


def test_messages_at_once_do_it_once(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.approve(ActionKind.ROLL_BACK, secret, away_from=bad)

    def attempt() -> None:
        try:
            world.respond()
        except IllegalTransition:  # another one runs it; the queue delivers again
            return

    at_once([attempt] * 16)

    assert len(world.secrets.calls) == 1
    assert world.ledger.get("r-1").state is ResponseState.SUCCEEDED


def test_an_act_that_was_cut_off_is_taken_up_after_its_lease(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")
    world.secrets.fails_with = Unavailable("secret prod/db: AWS did not answer; try again later")
    with pytest.raises(Unavailable):
        world.respond()
    world.secrets.fails_with = None

    with pytest.raises(IllegalTransition, match="is running"):
        world.respond(now=NOW + timedelta(seconds=1))
    done = world.respond(now=NOW + LEASE)

    assert done.state is ResponseState.SUCCEEDED


@pytest.mark.parametrize("state", [ResponseState.PROPOSED, ResponseState.DENIED, ResponseState.EXPIRED])
def test_what_nobody_approved_is_not_done(world, state):
    world.ledger.propose(replace(a_response(state), action=Action(
        kind=ActionKind.RESTORE_DELETED, secret=world.secrets.create("prod/db"))
    ))  # fmt: skip

    with pytest.raises(IllegalTransition):
        world.respond()

    assert world.secrets.calls == []


def test_an_unknown_response_is_not_found(world):
    with pytest.raises(NotFound, match="r-1"):
        world.respond()


def test_what_needed_no_person_is_refused_when_the_secrets_real_name_is_not_protected(world):
    called = world.secrets.create("prod-backup")
    by_its_first_reading = Policy(selectors=(Selector(names=("prod",), protection=Protection(mode=Mode.PROTECT)),))
    world.approve(ActionKind.RESTORE_DELETED, called)
    world.secrets.delete("prod-backup")

    ended = world.respond(policy=by_its_first_reading)

    assert ended.state is ResponseState.FAILED
    assert "mode for secret prod-backup is observe" in ended.result
    assert world.secrets.calls == []


def test_what_a_person_approved_needs_no_protect_mode(world):
    secret = world.secrets.create("prod/db")
    world.ledger.propose(
        replace(
            a_response(ResponseState.APPROVED, steps=(Step(at=AT, signal=Signal.APPROVE, actor="ana (U01ANA)"),)),
            action=Action(kind=ActionKind.RESTORE_DELETED, secret=secret),
        )
    )
    world.secrets.delete("prod/db")

    assert world.respond(policy=Policy()).state is ResponseState.SUCCEEDED
