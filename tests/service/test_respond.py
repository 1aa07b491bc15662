"""A response is carried out once, verified, and told; whatever stands against it is said and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from builders import a_response, approved_by_policy
from fakes import FakeDispatch, FakeEnquiries, FakeKillSwitch, FakeLedger, FakeSecrets, FixedClock
from nightlatch.acts import ACTS
from nightlatch.domain.answering.acting import Need
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Mode, Policy, Protection, Selector
from nightlatch.domain.answering.responses import BY_POLICY, LEASE, Response, ResponseState, Signal, Step, advance
from nightlatch.domain.errors import IllegalTransition, NotFound, Unavailable
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import AT
from nightlatch.domain.secret.versions import CURRENT, LABEL_LIMIT, PREVIOUS
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.ports import Notice
from nightlatch.service.respond import respond
from worlds import at_once

NOW = AT + timedelta(minutes=1)
PROTECT = Policy(default=Protection(mode=Mode.PROTECT))
WITHOUT_PINS = Policy(default=Protection(mode=Mode.PROTECT, pins=0))


@dataclass
class World:
    ledger: FakeLedger = field(default_factory=lambda: FakeLedger(FixedClock(NOW)))
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)
    kill_switch: FakeKillSwitch = field(default_factory=FakeKillSwitch)
    pauses: list[float] = field(default_factory=list)

    def approve(self, kind: ActionKind, secret: SecretRef, **details) -> Response:
        action = Action(kind=kind, secret=secret, **details)
        response, _ = self.ledger.propose(approved_by_policy(a_response(action=action)))
        return response

    def respond(self, *, now=NOW, policy=PROTECT) -> Response:
        ports = RespondPorts(
            ledger=self.ledger,
            deeds=self.ledger,
            moves=self.ledger,
            offers=self.ledger,
            sight=self.secrets,
            hand=self.secrets,
            dispatch=self.dispatch,
            kill_switch=self.kill_switch,
            enquiries=FakeEnquiries(),
            mint=lambda: "b-next",
            pause=self.pauses.append,
        )
        return respond("r-1", acts=ACTS, policy=policy, ports=ports, now=now)

    def say_yes(self, person: str) -> None:
        asked = self.ledger.get("r-1")
        self.ledger.move(advance(asked, Signal.APPROVE, actor=person, now=NOW), was=ResponseState.PROPOSED)

    def fought(self, response_id: str, secret: SecretRef, at) -> None:
        """Put a restore into the ledger that policy ordered and that was done."""
        action = Action(kind=ActionKind.RESTORE_DELETED, secret=secret)
        done = approved_by_policy(a_response(action=action, now=at, id=response_id))
        for signal in (Signal.START, Signal.CALL, Signal.SUCCEED):
            done = advance(done, signal, actor="responder", now=at)
        self.ledger.propose(done)

    def labels(self, name: str) -> dict[str, str]:
        return self.secrets.stored[name].labels


@pytest.fixture
def world() -> World:
    return World()


def test_a_scheduled_deletion_is_restored_and_told(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")

    done = world.respond(policy=WITHOUT_PINS)

    assert done.state is ResponseState.SUCCEEDED
    assert world.secrets.stored["prod/db"].deleted_at is None
    assert world.ledger.get("r-1") == done
    assert world.ledger.own == {"request-1"}
    assert [step.signal for step in done.steps][1:] == [Signal.START, Signal.CALL, Signal.SUCCEED]
    assert done.steps[2].request_id == "request-1"
    assert world.dispatch.notices == [Notice("inc-1", "r-1-4")]


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
    assert world.dispatch.notices == [Notice("inc-1", "r-1-2")]


def test_what_may_come_of_a_rollback_is_told_with_its_result(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.secrets.stored["prod/db"].rotation_enabled = True
    world.approve(ActionKind.ROLL_BACK, secret, away_from=bad)
    asked = world.respond()
    assert (asked.state, asked.waits_because) == (ResponseState.PROPOSED, "2 people must say yes to this")

    for person in ("ana (U01ANA)", "ben (U0BEN)"):
        world.say_yes(person)

    assert "careful: rotation is on" in world.respond().result


def test_where_two_must_say_yes_the_first_yes_is_kept_and_the_same_person_is_not_the_second(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.secrets.stored["prod/db"].rotation_enabled = True
    world.ledger.propose(a_response(action=Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=bad)))
    world.say_yes("ana (U01ANA)")

    asked = world.respond()

    assert asked.state is ResponseState.PROPOSED
    assert asked.waits_because == "2 people must say yes to this; ana (U01ANA) did"
    with pytest.raises(IllegalTransition, match="has said yes already"):
        world.say_yes("ana (U01ANA)")
    assert world.secrets.calls == []
    world.say_yes("ben (U0BEN)")
    done = world.respond()
    assert done.approved_by == "ana (U01ANA) and ben (U0BEN)"
    assert done.state is ResponseState.SUCCEEDED


def test_a_yes_of_the_policy_is_not_the_second_persons(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.secrets.stored["prod/db"].rotation_enabled = True
    offer = a_response(action=Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=bad))
    world.ledger.propose(replace(offer, people=2))
    world.say_yes("ana (U01ANA)")
    world.say_yes(f"{BY_POLICY}1a2b3c")

    asked = world.respond()

    assert asked.state is ResponseState.PROPOSED
    assert world.secrets.calls == []
    world.say_yes("ben (U0BEN)")
    assert world.respond().state is ResponseState.SUCCEEDED


def test_what_was_done_otherwise_is_no_longer_offered_and_every_incident_says_so(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    offered = a_response(action=Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=bad), id="r-2", button="b-2")
    world.ledger.propose(offered)
    world.ledger.tell_too("r-2", "inc-9")
    world.approve(ActionKind.ROLL_BACK, secret, away_from=bad)

    world.respond()

    moot = world.ledger.get("r-2")
    assert moot.state is ResponseState.EXPIRED
    assert moot.steps[-1].note.startswith("done already: rolled secret prod/db back")
    assert {"inc-1", "inc-9"} <= {notice.incident_id for notice in world.dispatch.notices}


@pytest.mark.parametrize(
    ("done", "offered", "is_moot"),
    [
        ({"parts": ("tags",), "at": AT}, {"parts": ("policy",), "at": AT}, False),
        ({"parts": ("policy", "tags"), "at": AT}, {"parts": ("policy",), "at": AT}, True),
        ({"parts": ("policy",), "at": NOW}, {"parts": ("policy",), "at": AT}, False),
        ({"parts": ("policy",), "at": AT}, {"parts": ("policy",), "at": NOW}, True),
        ({"parts": ("policy",)}, {"parts": ("policy",), "at": AT}, False),
    ],
)
def test_what_was_put_back_takes_back_no_offer_of_other_parts_or_of_an_earlier_state(world, done, offered, is_moot):
    kind, secret = ActionKind.PUT_BACK, world.secrets.create("prod/db")
    offer = a_response(action=Action(kind=kind, secret=secret, **offered), id="r-2", button="b-2")
    world.ledger.propose(offer)
    world.ledger.propose(a_response(ResponseState.SUCCEEDED, action=Action(kind=kind, secret=secret, **done)))

    world.respond()

    assert (world.ledger.get("r-2").state is ResponseState.EXPIRED) == is_moot


def test_a_rollback_that_somebody_made_before_is_said_and_not_made_again(world):
    secret = world.secrets.create("prod/db")
    good = world.labels("prod/db")[CURRENT]
    bad = world.secrets.put("prod/db")
    world.approve(ActionKind.ROLL_BACK, secret, away_from=bad)
    world.secrets.move_label(secret, CURRENT, to=good, away_from=bad)
    world.secrets.calls.clear()

    done = world.respond()

    assert done.state is ResponseState.SUCCEEDED
    assert "was rolled back already" in done.result
    assert world.secrets.calls == []


def test_the_third_time_within_a_day_is_left_to_a_person_and_names_who_fights(world):
    secret = world.secrets.create("prod/db")
    for number, minutes in enumerate((0, 90)):
        world.fought(f"r-before-{number}", secret, NOW - timedelta(minutes=200 - minutes))
    world.approve(ActionKind.RESTORE_DELETED, secret)
    world.secrets.delete("prod/db")

    held = world.respond()

    assert held.state is ResponseState.PROPOSED
    assert "it was undone each time; against it works mallory" in held.waits_because
    assert world.secrets.calls == []


def test_a_version_that_it_is_offered_to_go_back_from_is_never_pinned(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    doubted = Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=bad)
    world.ledger.propose(a_response(action=doubted, id="r-2", button="b-2"))
    world.secrets.put("prod/db")
    world.approve(ActionKind.PIN_SUPERSEDED, secret)

    assert world.respond().result.startswith("nothing to pin")
    assert world.secrets.calls == []


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


@pytest.mark.parametrize("kind", [kind for kind, act in ACTS.items() if Need.SECRET in act.needs])
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

    held = world.respond()

    assert (held.state, held.waits_because) == (ResponseState.PROPOSED, "the kill switch is on")
    assert held.expires_at == NOW + PROTECT.buttons_live
    assert world.secrets.calls == []
    assert world.dispatch.notices == [Notice("inc-1", "r-1-2")]


def test_what_was_held_is_done_once_a_person_approves_it(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")
    world.kill_switch.on = True
    held = world.respond()
    world.kill_switch.on = False
    with pytest.raises(IllegalTransition):
        world.respond()

    world.ledger.move(advance(held, Signal.APPROVE, actor="ben (U0BEN)", now=NOW), was=ResponseState.PROPOSED)

    assert world.respond(policy=Policy()).state is ResponseState.SUCCEEDED


def test_the_kill_switch_also_stops_an_act_that_is_taken_over(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")
    world.secrets.refuses_calls_with = Unavailable("secret prod/db: AWS did not answer; try again later")
    with pytest.raises(Unavailable):
        world.respond()
    world.secrets.refuses_calls_with = None
    world.kill_switch.on = True

    held = world.respond(now=NOW + LEASE)

    assert "it had begun" in held.waits_because
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

    first, second = world.respond(policy=WITHOUT_PINS), world.respond(policy=WITHOUT_PINS)

    assert second == first
    assert world.secrets.calls == ["restore"]
    assert set(world.dispatch.notices) == {Notice("inc-1", "r-1-4")}


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
    world.secrets.refuses_calls_with = Unavailable("secret prod/db: AWS did not answer; try again later")
    with pytest.raises(Unavailable):
        world.respond()
    world.secrets.refuses_calls_with = None

    with pytest.raises(IllegalTransition, match="is running"):
        world.respond(now=NOW + timedelta(seconds=1))
    done = world.respond(now=NOW + LEASE)

    assert done.state is ResponseState.SUCCEEDED


def test_of_an_offer_it_is_looked_once_what_it_would_do_and_nothing_is_done(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.secrets.stored["prod/db"].rotation_enabled = True
    world.ledger.propose(a_response(action=Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=bad)))

    looked = world.respond()

    assert (looked.state, looked.people) == (ResponseState.PROPOSED, 2)
    assert looked.preflight[0].endswith(f"({bad[:8]})")
    assert any("rotation is on" in line for line in looked.preflight)
    assert world.secrets.calls == []
    assert world.dispatch.notices == [Notice("inc-1", "r-1-1")]
    with pytest.raises(IllegalTransition, match="it waits for a person"):
        world.respond()


@pytest.mark.parametrize("is_managed", [True, False])
def test_an_offer_that_cannot_be_done_or_is_done_is_taken_back_with_the_reason(world, is_managed):
    secret = world.secrets.create("prod/db", owning_service="rds" if is_managed else None)
    world.ledger.propose(a_response(action=Action(kind=ActionKind.RESTORE_DELETED, secret=secret)))

    gone = world.respond()

    assert gone.state is ResponseState.EXPIRED
    assert ("managed by rds" if is_managed else "was restored already") in gone.steps[-1].note


@pytest.mark.parametrize("state", [ResponseState.DENIED, ResponseState.EXPIRED])
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
    assert "mode for prod-backup is observe" in ended.result
    assert world.secrets.calls == []


def test_a_deletion_that_the_policy_does_not_undo_is_not_undone_however_the_secret_was_called(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")

    done = world.respond(policy=Policy(default=Protection(mode=Mode.PROTECT, undo=False)))

    assert done.state is ResponseState.FAILED
    assert "the policy undoes no deletion of secret prod/db by itself" in done.result
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


@pytest.mark.parametrize(
    ("readers", "said"),
    [
        (("arn:aws:iam::111122223333:role/app", "user/ana"), "the newer value was read by role/app, user/ana"),
        (tuple(f"role/{n}" for n in range(7)), "role/4 and 2 more"),
        ((), "nobody is known to have read the newer value"),
    ],
)
def test_before_a_rollback_it_is_said_who_has_the_newer_value(world, readers, said):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.secrets.readers = readers
    world.ledger.propose(a_response(action=Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=bad)))

    assert any(said in line for line in world.respond().preflight)


def test_history_that_cannot_be_asked_is_no_reason_not_to_go_back(world):
    secret = world.secrets.create("prod/db")
    bad = world.secrets.put("prod/db")
    world.ledger.propose(a_response(action=Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=bad)))

    assert not any("read" in line for line in world.respond().preflight)


def test_what_is_restored_is_pinned_too_where_the_policy_protects_it_and_only_there(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.delete("prod/db")
    current = world.labels("prod/db")[CURRENT]

    world.respond()

    assert [version for label, version in world.labels("prod/db").items() if label.startswith("nightlatch/")] == [
        current
    ]


def test_a_restore_that_a_person_approved_elsewhere_pins_nothing(world):
    action = Action(kind=ActionKind.RESTORE_DELETED, secret=world.secrets.create("prod/db"))
    yes = (Step(at=AT, signal=Signal.APPROVE, actor="ana (U01ANA)"),)
    world.ledger.propose(a_response(ResponseState.APPROVED, action=action, steps=yes))
    world.secrets.delete("prod/db")

    assert world.respond(policy=Policy()).state is ResponseState.SUCCEEDED
    assert world.secrets.calls == ["restore"]


def test_a_pin_that_aws_refuses_keeps_no_restore_from_being_done(world):
    world.approve(ActionKind.RESTORE_DELETED, world.secrets.create("prod/db"))
    world.secrets.stored["prod/db"].labels.update({f"release-{n}": "v" for n in range(LABEL_LIMIT)})
    world.secrets.stored["prod/db"].versions.append("v")
    world.secrets.stored["prod/db"].created["v"] = AT
    world.secrets.delete("prod/db")

    done = world.respond()

    assert (done.state, world.secrets.calls) == (ResponseState.SUCCEEDED, ["restore"])
