"""What may happen once happens once, in memory and in DynamoDB; and our own calls are known when they come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from builders import a_response, approved_by_policy
from fakes import FakeLedger, FixedClock
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import LEASE, Response, ResponseState, Signal, advance
from nightlatch.domain.errors import IllegalTransition, NotFound
from nightlatch.domain.history.examples import AT, a_label_event, a_role, a_secret, an_event
from worlds import TABLE, WholeLedger, a_table, at_once, items_of, on_moto

_CALLS = {
    ActionKind.ROLL_BACK: frozenset({"UpdateSecretVersionStage"}),
    ActionKind.RESTORE_DELETED: frozenset({"RestoreSecret"}),
    ActionKind.PIN_SUPERSEDED: frozenset({"UpdateSecretVersionStage"}),
}
LATER = AT + timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class World:
    ledger: Any
    clock: FixedClock

    def stored(self, response: Response) -> Response:
        stored, _ = self.ledger.propose(response)
        return stored

    def running(self, **changes: Any) -> Response:
        """Store a response and start it, as the responder does."""
        stored = self.stored(replace(approved_by_policy(a_response()), **changes))
        running = replace(
            advance(stored, Signal.START, actor="responder", now=AT), operations=_CALLS[stored.action.kind]
        )
        self.ledger.move(running, was=ResponseState.APPROVED)
        return running


@pytest.fixture(params=["fake", "moto"])
def world(request, monkeypatch) -> Iterator[World]:
    clock = FixedClock(AT)
    if request.param == "fake":
        yield World(FakeLedger(clock), clock)
        return
    with on_moto(monkeypatch):
        yield World(WholeLedger(a_table()[0], now=clock), clock)


def test_a_response_is_proposed_once_and_the_first_stays(world):
    first, is_new = world.ledger.propose(a_response())
    second, is_new_again = world.ledger.propose(a_response(button="b-2", reason="told again"))

    assert (is_new, is_new_again) == (True, False)
    assert second == first
    assert world.ledger.get("r-1") == first


def test_a_second_proposal_leaves_no_second_button(world):
    world.stored(a_response())
    world.stored(a_response(button="b-2"))

    assert world.ledger.by_button("b-1").id == "r-1"
    with pytest.raises(NotFound):
        world.ledger.by_button("b-2")


@pytest.mark.parametrize("button", ["", "b-9", "x" * 3_000])
def test_an_unknown_button_means_nothing(world, button):
    world.stored(approved_by_policy(a_response()))

    with pytest.raises(NotFound):
        world.ledger.by_button(button)


def test_an_unknown_response_is_not_found(world):
    with pytest.raises(NotFound, match="r-9"):
        world.ledger.get("r-9")


def test_of_many_proposals_at_once_one_is_new(world):
    acts = [partial(world.ledger.propose, a_response(button=f"b-{n}")) for n in range(16)]

    proposed = at_once(acts)

    assert [is_new for _, is_new in proposed].count(True) == 1
    assert len({response.button for response, _ in proposed}) == 1


def test_a_move_is_stored(world):
    proposed = world.stored(a_response())
    approved = advance(proposed, Signal.APPROVE, actor="ben", now=LATER)

    world.ledger.move(approved, was=ResponseState.PROPOSED)

    assert world.ledger.get("r-1") == approved


def test_a_move_from_where_it_no_longer_stands_is_refused(world):
    proposed = world.stored(a_response())
    world.ledger.move(advance(proposed, Signal.DENY, actor="ana", now=LATER), was=ResponseState.PROPOSED)

    with pytest.raises(IllegalTransition, match="r-1 is no longer proposed"):
        world.ledger.move(advance(proposed, Signal.APPROVE, actor="ben", now=LATER), was=ResponseState.PROPOSED)

    assert world.ledger.get("r-1").state is ResponseState.DENIED


def test_of_many_who_decide_at_once_one_decides(world):
    proposed = world.stored(a_response())

    def decide(signal: Signal, actor: str) -> str | None:
        try:
            world.ledger.move(advance(proposed, signal, actor=actor, now=LATER), was=ResponseState.PROPOSED)
        except IllegalTransition:
            return None
        return actor

    acts = [partial(decide, signal, f"{signal}-{n}") for n in range(6) for signal in (Signal.APPROVE, Signal.DENY)]
    winners = [actor for actor in at_once(acts) if actor]

    assert winners == [world.ledger.get("r-1").steps[-1].actor]


def test_of_two_who_take_over_an_act_whose_lease_ran_out_one_does(world):
    running = world.running()
    late = AT + LEASE
    takeovers = [advance(running, Signal.START, actor=f"responder-{n}", now=late) for n in range(2)]

    world.ledger.move(takeovers[0], was=ResponseState.RUNNING)

    with pytest.raises(IllegalTransition):
        world.ledger.move(takeovers[1], was=ResponseState.RUNNING)


def test_a_call_whose_request_id_was_recorded_is_ours(world):
    world.ledger.record_own(world.running(), "req-1")
    call = partial(an_event, "UpdateSecretVersionStage", secret=a_secret("elsewhere"), by=a_role("responder"))

    assert world.ledger.is_own(call(request_id="req-1"))
    assert not world.ledger.is_own(call(request_id="req-2"))
    assert not world.ledger.is_own(call(request_id=None))


def test_the_call_of_a_running_act_on_its_secret_is_ours_by_any_name(world):
    world.running()
    call = partial(an_event, "UpdateSecretVersionStage", after_s=2, request_id="unknown")

    assert world.ledger.is_own(call(secret=a_secret()))
    assert world.ledger.is_own(call(secret=a_secret(suffix=None)))
    assert not world.ledger.is_own(call(secret=a_secret("other")))
    assert not world.ledger.is_own(an_event("DeleteSecret", secret=a_secret(), after_s=2))


def test_a_call_outside_the_lease_is_not_of_the_act(world):
    world.running()
    call = partial(an_event, "UpdateSecretVersionStage", secret=a_secret())

    assert not world.ledger.is_own(call(after_s=-60))
    assert not world.ledger.is_own(call(after_s=LEASE.total_seconds() + 1))


@pytest.mark.parametrize("signal", [Signal.SUCCEED, Signal.FAIL])
def test_once_an_act_has_ended_only_its_recorded_calls_are_ours(world, signal):
    running = world.running()
    world.ledger.move(advance(running, signal, actor="responder", now=LATER), was=ResponseState.RUNNING)

    assert not world.ledger.is_own(an_event("UpdateSecretVersionStage", secret=a_secret(), after_s=2))


def test_the_label_event_of_a_version_we_labelled_is_ours(world):
    running = world.running()
    world.ledger.record_own(running, "req-1", version_id="v1")
    world.ledger.move(advance(running, Signal.SUCCEED, actor="responder", now=LATER), was=ResponseState.RUNNING)

    assert world.ledger.is_own(a_label_event(a_secret(), version_id="v1"))
    assert not world.ledger.is_own(a_label_event(a_secret(), version_id="v2"))
    assert not world.ledger.is_own(a_label_event(a_secret("other"), version_id="v1"))


def test_a_later_move_of_the_same_label_is_not_taken_for_ours(world):
    running = world.running()
    world.ledger.record_own(running, "req-1", version_id="v1")
    world.ledger.move(advance(running, Signal.SUCCEED, actor="responder", now=LATER), was=ResponseState.RUNNING)

    assert not world.ledger.is_own(a_label_event(a_secret(), version_id="v1", after_s=3_600))


def test_a_label_event_while_we_move_labels_is_ours_and_while_we_restore_is_not(world):
    world.running()
    other = a_secret("restored")
    world.running(id="r-2", action=Action(kind=ActionKind.RESTORE_DELETED, secret=other))

    assert world.ledger.is_own(a_label_event(a_secret(), version_id="v1", after_s=1))
    assert not world.ledger.is_own(a_label_event(other, version_id="v1", after_s=1))


def test_a_button_that_a_crash_kept_from_being_written_is_there_after_the_next_delivery(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        ledger = WholeLedger(table, now=FixedClock(AT))
        ledger.propose(a_response())
        client.delete_item(TableName="nightlatch-table", Key={"pk": {"S": "button#b-1"}, "sk": {"S": "button"}})

        ledger.propose(a_response(button="b-2"))

        assert ledger.by_button("b-1").id == "r-1"


def test_every_item_of_the_ledger_has_its_time_to_live(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        world = World(WholeLedger(table, now=FixedClock(AT)), FixedClock(AT))
        world.stored(a_response(id="r-0"))
        world.ledger.record_own(world.running(), "req-1", version_id="v1")

        world.ledger.tell_too("r-0", "inc-9")

        kept = {item["pk"]["S"].split("#")[0]: int(item["expires_at"]["N"]) for item in items_of(client)}

    days = {kind: (seconds - AT.timestamp()) / 86_400 for kind, seconds in kept.items()}
    late = pytest.approx(7 + 8 / 24)
    assert days == {
        "response": 400, "button": late, "offers": late, "shown": 400, "runs": 1, "hour": 1, "own": 92
    }  # fmt: skip


class EndsMeanwhile(Table):
    """A table in which something happens right after the first look into it."""

    def __init__(self, client: Any, name: str, then: Callable[[], object]) -> None:
        super().__init__(client, name)
        self.then: Callable[[], object] | None = then

    def get(self, pk: str, sk: str) -> Item | None:
        found = super().get(pk, sk)
        self._happen()
        return found

    def every(self, pk: str, **asked: Any) -> Iterator[Item]:
        found = list(super().every(pk, **asked))
        self._happen()
        return iter(found)

    def _happen(self) -> None:
        then, self.then = self.then, None
        if then is not None:
            then()


@pytest.mark.parametrize(
    "event",
    [
        an_event("UpdateSecretVersionStage", secret=a_secret(), after_s=2, request_id="req-1"),
        a_label_event(a_secret(), version_id="v1", after_s=2),
    ],
)
def test_an_act_that_ends_while_it_is_looked_for_is_ours_all_the_same(monkeypatch, event):
    with on_moto(monkeypatch):
        table, client = a_table()
        clock = FixedClock(AT)
        ledger = WholeLedger(table, now=clock)
        running = World(ledger, clock).running()

        def end() -> None:
            ledger.record_own(running, "req-1", version_id="v1")
            ledger.move(advance(running, Signal.SUCCEED, actor="responder", now=LATER), was=ResponseState.RUNNING)

        assert WholeLedger(EndsMeanwhile(client, TABLE, end), now=clock).is_own(event)


def test_an_offer_is_found_by_any_name_of_its_secret_until_it_is_answered_or_runs_out(world):
    offered = world.stored(a_response())

    assert world.ledger.on(a_secret(suffix=None).keys) == [offered]
    assert world.ledger.on(a_secret("other").keys) == []
    world.clock.time = offered.expires_at
    assert world.ledger.on(a_secret().keys) == []


def test_an_answered_offer_is_none_any_more(world):
    offered = world.stored(a_response())
    world.ledger.move(advance(offered, Signal.DENY, actor="ana", now=LATER), was=ResponseState.PROPOSED)

    assert world.ledger.on(a_secret().keys) == []
    assert world.ledger.run_out(offered.expires_at) == []


def test_what_was_offered_or_begun_about_a_secret_is_found_open_or_over(world):
    denied = advance(world.stored(a_response(id="r-0")), Signal.DENY, actor="ana", now=LATER)
    world.ledger.move(denied, was=ResponseState.PROPOSED)
    ordered = world.running(id="r-2")
    world.stored(a_response(id="r-3", secret=a_secret("other")))

    found = world.ledger.about(a_secret(suffix=None).keys)

    assert sorted(found, key=lambda one: one.id) == [denied, ordered]


def test_an_offer_has_run_out_from_the_moment_it_expires(world):
    offered = world.stored(a_response())

    assert world.ledger.run_out(offered.expires_at - timedelta(seconds=1)) == []
    assert world.ledger.run_out(offered.expires_at) == [offered]
    assert world.ledger.run_out(offered.expires_at + timedelta(hours=2)) == [offered]


def test_what_is_held_waits_anew(world):
    approved = world.stored(replace(approved_by_policy(a_response())))
    held = replace(
        advance(approved, Signal.HOLD, actor="responder", now=LATER, note="the kill switch is on"),
        expires_at=AT + timedelta(hours=9),
    )
    world.ledger.move(held, was=ResponseState.APPROVED)

    assert world.ledger.by_button("b-1") == held
    assert world.ledger.on(a_secret().keys) == [held]
    assert world.ledger.run_out(AT + timedelta(hours=8)) == []
    assert world.ledger.run_out(AT + timedelta(hours=9)) == [held]


def test_another_incident_that_shows_a_response_is_noted_once(world):
    for incident in ("inc-2", "inc-3", "inc-2"):
        world.ledger.tell_too("r-1", incident)

    assert list(world.ledger.told_too("r-1")) == ["inc-2", "inc-3"]
    assert list(world.ledger.told_too("r-2")) == []


def test_the_past_holds_what_was_started_here_and_how_much_was_started_everywhere(world):
    running = world.running()
    elsewhere = world.running(id="r-2", action=replace(running.action, secret=a_secret("other")))
    asked = a_response(id="r-9")

    past = world.ledger.past(asked)

    assert [one.id for one in past.here] == [running.id]
    assert sorted(past.everywhere) == sorted([running.started_at, elsewhere.started_at])
    world.clock.advance(timedelta(hours=3))
    assert list(world.ledger.past(asked).everywhere) == []


def test_a_key_that_thousands_of_secrets_need_has_its_response_kept(world):
    held = tuple(a_secret(f"prod/service-{number:05d}/database-credentials") for number in range(3_000))
    rescue = a_response(action=Action(kind=ActionKind.RESCUE_KEY, target="key/1", held=held))

    world.ledger.propose(rescue)

    assert world.ledger.get(rescue.id) == rescue
    assert list(world.ledger.on(["key/1"])) == [rescue]


def test_pins_everywhere_take_nothing_from_what_undoes(world):
    running = world.running()
    pin = Action(kind=ActionKind.PIN_SUPERSEDED, secret=a_secret("other"), to="v2")
    pinning = world.running(id="r-2", action=pin)

    assert list(world.ledger.past(running).everywhere) == [running.started_at]
    assert list(world.ledger.past(pinning).everywhere) == [pinning.started_at]


def test_every_step_leaves_a_line_that_no_later_write_changes(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        ledger = WholeLedger(table, now=FixedClock(AT))
        offered, _ = ledger.propose(a_response())
        approved = advance(offered, Signal.APPROVE, actor="ben (U0BEN)", now=LATER, how="signed by Slack")
        ledger.move(approved, was=ResponseState.PROPOSED)

        lines = {item["sk"]["S"]: item for item in items_of(client) if item["sk"]["S"].startswith("step#")}

        assert sorted(lines) == ["step#0000", "step#0001"]
        assert lines["step#0001"]["actor"]["S"] == "ben (U0BEN)"
        assert lines["step#0001"]["how"]["S"] == "signed by Slack"
        with pytest.raises(IllegalTransition):
            ledger.move(replace(approved, reason="another"), was=ResponseState.PROPOSED)
        after = {item["sk"]["S"]: item for item in items_of(client) if item["sk"]["S"].startswith("step#")}
        assert after == lines
