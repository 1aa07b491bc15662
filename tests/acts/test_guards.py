"""A guard goes into what others wrote and out again byte for byte, and is refused where it could do harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from acts.acting_world import AT, BREAK_GLASS, GUARDING, PROTECT, ActingWorld, Crash
from fakes import FakeAllowances, FakeIncidents
from nightlatch.acts import ACTS
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.acting import Call
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.allowances import allowance_of
from nightlatch.domain.answering.policy import Mode
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.service.lapse import LapsePorts, put_guards_back
from nightlatch.service.respond import respond
from worlds import ACCOUNT, a_client, on_moto

READERS = f'{{ "Version":"2012-10-17",\n "Statement": {{"Effect":"Allow","Principal":{{"AWS":"{ACCOUNT}"}},\n "Action":"secretsmanager:GetSecretValue", "Resource":"*"}} }}\n'  # fmt: skip  # noqa: E501
PUBLIC = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}'  # noqa: E501


@pytest.fixture
def world(monkeypatch) -> Iterator[ActingWorld]:
    with on_moto(monkeypatch):
        a_client("secretsmanager").create_secret(Name="prod/db", SecretString="planted")
        yield ActingWorld(policy=GUARDING)


def policy_text() -> str | None:
    return a_client("secretsmanager").get_resource_policy(SecretId="prod/db").get("ResourcePolicy")


def put_policy(text: str) -> None:
    a_client("secretsmanager").put_resource_policy(SecretId="prod/db", ResourcePolicy=text)


def done(world: ActingWorld, kind: ActionKind, *, people: int = 0, **wish: Any) -> Response:
    world.ledger.by_id.clear()
    world.wish(Action(kind=kind, secret=world.secret("prod/db"), **wish), people=people)
    return world.respond()


@pytest.mark.parametrize("before", [None, READERS])
def test_a_guard_is_put_in_and_taken_out_and_the_policy_is_as_it_was(world, before):
    if before is not None:
        put_policy(before)

    applied = done(world, ActionKind.APPLY_GUARD)

    assert applied.state is ResponseState.SUCCEEDED, applied.result
    assert "NightlatchNoForceDelete" in (policy_text() or "")
    assert BREAK_GLASS in (policy_text() or "")
    removed = done(world, ActionKind.REMOVE_GUARD, people=2)
    assert removed.state is ResponseState.SUCCEEDED, removed.result
    assert policy_text() == before


def test_a_guard_that_stands_is_not_put_again(world):
    done(world, ActionKind.APPLY_GUARD)

    again = done(world, ActionKind.APPLY_GUARD)

    assert again.state is ResponseState.SUCCEEDED
    assert "guarded as the policy asks" in again.result
    assert not [step for step in again.steps if step.request_id]


def test_the_statement_about_replicas_comes_back_where_there_are_any_and_nowhere_else(world):
    done(world, ActionKind.APPLY_GUARD)
    a_client("secretsmanager").replicate_secret_to_regions(
        SecretId="prod/db", AddReplicaRegions=[{"Region": "us-east-1"}]
    )

    healed = done(world, ActionKind.APPLY_GUARD)

    assert healed.has_changed_something
    assert "NightlatchKeepReplicas" in (policy_text() or "")


def test_taking_a_guard_out_needs_two_people(world):
    done(world, ActionKind.APPLY_GUARD)
    guarded = policy_text()

    held = done(world, ActionKind.REMOVE_GUARD, people=1)

    assert held.state is ResponseState.PROPOSED
    assert "2 people must say yes" in held.waits_because
    assert policy_text() == guarded


def test_a_policy_that_lets_anybody_in_is_refused_with_what_aws_found(world):
    put_policy(PUBLIC)

    refused = done(world, ActionKind.APPLY_GUARD)

    assert refused.state is ResponseState.FAILED
    assert "AWS would not accept the resource policy (The policy grants access" in refused.result
    assert policy_text() == PUBLIC


def test_a_text_that_could_be_read_in_two_ways_is_left_alone(world):
    twice = READERS.replace('"Effect":"Allow"', '"Effect":"Allow","Effect":"Allow"')
    put_policy(twice)

    refused = done(world, ActionKind.APPLY_GUARD)

    assert refused.state is ResponseState.FAILED
    assert "nothing was changed" in refused.result
    assert policy_text() == twice


def test_a_secret_that_waits_to_be_deleted_is_not_guarded(world):
    a_client("secretsmanager").delete_secret(SecretId="prod/db")

    for kind, people in ((ActionKind.APPLY_GUARD, 0), (ActionKind.REMOVE_GUARD, 2)):
        refused = done(world, kind, people=people)
        assert refused.state is ResponseState.FAILED
        assert "waits to be deleted" in refused.result


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (PROTECT, "the policy asks for no guard"),
        (replace(GUARDING, inventory=Inventory()), "name a role for emergencies"),
        (replace(GUARDING, acting_role=""), "shut it out"),
    ],
)
def test_a_guard_that_the_policy_does_not_ask_for_or_cannot_spare_from_is_refused(world, policy, says):
    world.policy = policy

    refused = done(world, ActionKind.APPLY_GUARD)

    assert refused.state is ResponseState.FAILED
    assert says in refused.result
    assert policy_text() is None


def test_a_person_cannot_guard_a_secret_beyond_its_mode(world):
    world.policy = replace(GUARDING, default=replace(GUARDING.default, mode=Mode.NOTIFY))

    refused = done(world, ActionKind.APPLY_GUARD, people=1)

    assert "the policy asks for no guard" in refused.result


# Allowing


def allow(world: ActingWorld, *, people: int = 2, **wish: Any) -> Response:
    asked = {"force": True, "lasting": timedelta(hours=2), "note": "the stack is torn down", **wish}
    return done(world, ActionKind.ALLOW_DELETION, people=people, **asked)


def test_allowing_a_force_delete_takes_the_guard_off_and_says_until_when(world):
    done(world, ActionKind.APPLY_GUARD)

    allowed = allow(world)

    assert allowed.state is ResponseState.SUCCEEDED, allowed.result
    assert "until 2026-03-02 11:00 UTC secret prod/db may be deleted without recovery" in allowed.result
    assert policy_text() is None
    found = allowance_of(allowed)
    assert found is not None
    assert (found.force, found.until) == (True, AT + timedelta(hours=2))
    assert "ana" in found.by
    assert "ben" in found.by


def test_allowing_a_deletion_with_a_window_changes_nothing_in_aws_and_needs_one_person(world):
    done(world, ActionKind.APPLY_GUARD)
    guarded = policy_text()

    allowed = allow(world, people=1, force=False)

    assert allowed.state is ResponseState.SUCCEEDED, allowed.result
    assert policy_text() == guarded
    assert not [step for step in allowed.steps if step.request_id]


def test_one_person_cannot_allow_what_cannot_be_taken_back(world):
    held = allow(world, people=1)

    assert held.state is ResponseState.PROPOSED
    assert "2 people must say yes" in held.waits_because


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"lasting": None}, "12 hours at most"),
        ({"lasting": timedelta(0)}, "12 hours at most"),
        ({"lasting": timedelta(hours=12, seconds=1)}, "12 hours at most"),
        ({"note": " "}, "with a reason"),
    ],
)
def test_an_allowance_has_an_end_and_a_reason(world, wish, says):
    refused = allow(world, **wish)

    assert refused.state is ResponseState.FAILED
    assert says in refused.result


def test_ending_an_allowance_puts_the_guard_back_by_one_persons_word(world):
    done(world, ActionKind.APPLY_GUARD)
    guarded = policy_text()
    allow(world)

    ended = done(world, ActionKind.END_ALLOWANCE, people=1)

    assert ended.state is ResponseState.SUCCEEDED, ended.result
    assert "deletions of secret prod/db are no longer allowed, and its guard stands" in ended.result
    assert "ana" in (ended.approved_by or "")
    assert policy_text() == guarded


def test_ending_an_allowance_of_a_secret_that_shall_have_no_guard_takes_note_alone(world):
    world.policy = PROTECT
    allow(world, people=1, force=False)

    ended = done(world, ActionKind.END_ALLOWANCE, people=1)

    assert ended.state is ResponseState.SUCCEEDED, ended.result
    assert not ended.has_changed_something
    assert policy_text() is None


def test_an_allowance_ends_where_the_secret_waits_to_be_deleted_and_the_guard_is_said_to_be_due(world):
    a_client("secretsmanager").delete_secret(SecretId="prod/db")

    ended = done(world, ActionKind.END_ALLOWANCE, people=1)

    assert ended.state is ResponseState.SUCCEEDED, ended.result
    assert "careful: it waits to be deleted" in ended.result


def tick(world: ActingWorld, after: timedelta) -> tuple[Response, ...]:
    """Let a minute's tick put back what is due, and the responder carry it out."""
    ports = LapsePorts(
        allowances=FakeAllowances(world.ledger),
        ledger=world.ledger,
        offers=world.ledger,
        incidents=FakeIncidents(),
        dispatch=world.dispatch,
        kill_switch=world.kill_switch,
        mint=lambda: "b-back",
    )
    back = put_guards_back(ports, world.policy, AT + after)
    return tuple(respond(one.id, acts=ACTS, policy=world.policy, ports=world.ports(), now=AT + after) for one in back)


class CutOff:
    """A hand whose process ends right after its first call, or right before it."""

    def __init__(self, world: ActingWorld, *, after: bool) -> None:
        self.hand, self.after = world.ports().hand, after

    def perform(self, call: Call, on: str) -> str:
        if self.after:
            self.hand.perform(call, on)
        raise Crash(call.operation)


def an_allowance_cut_off(world: ActingWorld, lasting: timedelta, *, after: bool) -> str:
    """Guard a secret, and let an allowance be cut off at its call; give the policy with the guard."""
    done(world, ActionKind.APPLY_GUARD)
    guarded = policy_text() or ""
    world.ledger.by_id.clear()
    wish = {"force": True, "lasting": lasting, "note": "the stack is torn down"}
    world.wish(Action(kind=ActionKind.ALLOW_DELETION, secret=world.secret("prod/db"), **wish), people=2)
    with pytest.raises(Crash):
        world.respond(replace(world.ports(), hand=CutOff(world, after=after)))
    assert world.ledger.get("r-1").state is ResponseState.RUNNING
    return guarded


def test_an_allowance_that_the_brake_stops_half_way_leaves_no_guard_off(world):
    guarded = an_allowance_cut_off(world, timedelta(hours=2), after=True)
    world.kill_switch.on = True
    assert (world.respond_after_crash().state, policy_text()) == (ResponseState.PROPOSED, None)
    assert tick(world, timedelta(minutes=5)) == ()
    world.kill_switch.on = False

    (back,) = tick(world, timedelta(minutes=6))

    assert back.state is ResponseState.SUCCEEDED, back.result
    assert policy_text() == guarded


def test_an_allowance_that_nobody_goes_on_with_leaves_no_guard_off_after_its_end(world):
    guarded = an_allowance_cut_off(world, timedelta(hours=2), after=True)
    assert tick(world, timedelta(minutes=119)) == ()

    (back,) = tick(world, timedelta(hours=2))

    assert back.state is ResponseState.SUCCEEDED, back.result
    assert policy_text() == guarded


def test_an_allowance_that_comes_again_after_its_end_takes_nothing_out(world):
    guarded = an_allowance_cut_off(world, timedelta(minutes=5), after=False)

    late = world.respond(now=AT + timedelta(minutes=5))

    assert late.state is ResponseState.FAILED
    assert "its time was over" in late.result
    assert policy_text() == guarded


def test_a_secret_that_is_gone_ends_the_put_back_as_gone(world):
    world.ledger.by_id.clear()
    world.wish(Action(kind=ActionKind.APPLY_GUARD, secret=world.secret("prod/api")))

    failed = world.respond()

    assert (failed.state, failed.gone) == (ResponseState.FAILED, True)
    assert not done(world, ActionKind.REMOVE_GUARD, people=2).gone


def test_the_guard_holds_on_json_that_aws_can_read(world):
    put_policy(READERS)

    done(world, ActionKind.APPLY_GUARD)

    sids = [statement.get("Sid") for statement in json.loads(policy_text() or "")["Statement"]]
    assert sids == [None, "NightlatchNoForceDelete", "NightlatchWindow", "NightlatchKeepPolicy"]
