"""A secret whose state shows a change that no event told of leaves a sign; the first look compares nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from fakes_watching import Postponed
from nightlatch.detections.blind import DETECTION
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, a_secret
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import RECONCILE, Severity
from nightlatch.domain.judging.rules import detect
from nightlatch.domain.watching.beats import BEAT_EVERY
from nightlatch.domain.watching.lookups import LONGEST
from nightlatch.domain.watching.signs import RULE, Place, Sign
from nightlatch.domain.watching.states import MOST_NAMED, STATES_SETTLED, ListedState
from nightlatch.service.unseen_changes import PATIENCE, ComparePorts, Listed, compare_states

MINUTE = timedelta(minutes=1)
SETTLED = AT - STATES_SETTLED


@dataclass
class FakeStates:
    states: list[ListedState] = field(default_factory=list)
    error: Exception | None = None
    is_whole: bool = True
    asked: list[object] = field(default_factory=list)

    def changed_after(self, moment):
        self.asked.append(moment)
        if self.error is not None:
            raise self.error
        return Listed(tuple(self.states), is_whole=self.is_whole)


@dataclass
class FakeSeen:
    explained: set[str] = field(default_factory=set)  # names of secrets of which a change was judged
    until: object = SETTLED - BEAT_EVERY
    fails: bool = False

    def unseen(self, changes):
        return [one for one in changes if one.secret.name not in self.explained]

    def compared(self):
        if self.fails:
            raise Unavailable("table state could not be asked; try again later")
        return self.until

    def compare_from(self, moment):
        self.until = moment


def ports(*states):
    seen, place = FakeSeen(), Place(account_id=ACCOUNT, region=REGION)
    return ComparePorts(place=place, states=FakeStates(list(states)), seen=seen, postpone=Postponed())


def changed(name="prod/db", at=SETTLED - MINUTE, **more):
    return ListedState(secret=a_secret(name), changed_at=at, **more)


def test_a_change_that_no_event_told_of_leaves_a_sign_marked_as_reconciled():
    world = ports(changed("prod/db"), changed("prod/api"))
    world.seen.explained = {"prod/api"}

    found = compare_states(world, AT, is_whole=True)

    assert [one.secret.name for one in found.unseen] == ["prod/db"]
    assert found.gaps == ()
    [(sign, rule, until)] = world.postpone.events
    assert (sign.name, rule, until) == (Sign.CHANGED, RULE, AT)
    (finding,), _ = detect(sign, Baseline(), (DETECTION,))
    assert (finding.severity, finding.via) == (Severity.MEDIUM, RECONCILE)
    assert finding.title == "No record shows who changed secret prod/db"
    assert finding.reason == (
        "1 secret was changed since 2026-03-02 08:39 UTC, and no event tells of it"
        " (the secret's own state shows it: via reconcile)"
    )


def test_a_deletion_that_no_event_told_of_is_told_as_one():
    world = ports(changed("prod/db", deleted_at=SETTLED - MINUTE), changed("prod/api"))

    compare_states(world, AT, is_whole=True)

    assert world.postpone.names == [Sign.DELETED, Sign.CHANGED]
    (finding,), _ = detect(world.postpone.events[0][0], Baseline(), (DETECTION,))
    assert finding.severity is Severity.HIGH
    assert finding.title == "No record shows who scheduled the deletion of secret prod/db"


@pytest.mark.parametrize("deleted_at", [SETTLED - MINUTE, AT + timedelta(days=30)])
def test_when_a_secret_was_deleted_may_be_said_by_either_date(deleted_at):
    """AWS's pages differ on what DeletedDate is: the moment of the call, or the end of the window."""
    world = ports(changed(at=SETTLED - MINUTE, deleted_at=deleted_at))

    [change] = compare_states(world, AT, is_whole=True).unseen

    assert (change.at, change.is_deletion) == (SETTLED - MINUTE, True)


def test_however_many_changed_there_is_one_sign():
    world = ports(*(changed(f"prod/{number}") for number in range(400)))

    found = compare_states(world, AT, is_whole=True)

    assert len(found.unseen) == 400
    [(sign, _, _)] = world.postpone.events
    assert len(sign.secrets) == MOST_NAMED
    (finding,), _ = detect(sign, Baseline(), (DETECTION,))
    assert finding.reason.startswith("400 secrets, each of which was changed")


def test_the_first_look_compares_nothing_and_the_next_what_changed_since():
    world = ports(changed(at=AT - MINUTE), changed("prod/api", at=AT + MINUTE))
    world.seen.until = None

    first = compare_states(world, AT, is_whole=True)
    second = compare_states(world, AT + MINUTE + STATES_SETTLED, is_whole=True)

    assert (first.unseen, first.gaps) == ((), ())
    assert [one.secret.name for one in second.unseen] == ["prod/api"]


def test_what_changed_just_now_is_compared_when_its_record_has_had_its_time():
    world = ports(changed(at=SETTLED + MINUTE))

    first = compare_states(world, AT, is_whole=True)
    later = compare_states(world, AT + BEAT_EVERY, is_whole=True)
    again = compare_states(world, AT + 2 * BEAT_EVERY, is_whole=True)

    assert [len(one.unseen) for one in (first, later, again)] == [0, 1, 0]
    assert world.states.asked == [SETTLED - BEAT_EVERY, SETTLED, SETTLED + BEAT_EVERY]


@pytest.mark.parametrize(
    "state",
    [
        changed(primary_region="us-east-1"),
        changed(owning_service="rds"),
        changed(at=None),
        changed(at=SETTLED - BEAT_EVERY),
        changed(at=SETTLED + MINUTE, deleted_at=SETTLED - MINUTE),
    ],
    ids=["a replica", "managed", "never changed", "compared before", "changed again"],
)
def test_what_needs_no_record_here_or_not_yet_is_not_compared(state):
    assert compare_states(ports(state), AT, is_whole=True).unseen == ()


def test_a_primary_is_compared():
    assert len(compare_states(ports(changed(primary_region=REGION)), AT, is_whole=True).unseen) == 1


def test_what_the_event_history_may_still_show_is_waited_for_but_not_for_ever():
    world = ports(changed())

    waiting = compare_states(world, AT, is_whole=False)
    assert (waiting.unseen, world.states.asked, world.seen.until) == ((), [], SETTLED - BEAT_EVERY)
    assert waiting.gaps == ("secrets' states: not compared yet, for the event history was not looked through",)

    world.seen.until = AT - PATIENCE
    assert len(compare_states(world, AT, is_whole=False).unseen) == 1


@pytest.mark.parametrize(
    "error",
    [
        Refused("not permitted; add secretsmanager:ListSecrets to the role that acts"),
        Unavailable("secretsmanager:ListSecrets: AWS did not answer (ThrottlingException); try again later"),
    ],
)
def test_a_list_that_cannot_be_had_is_a_gap_and_the_next_look_begins_where_this_one_did(error):
    world = ports(changed())
    world.states.error = error

    found = compare_states(world, AT, is_whole=True)

    assert (found.unseen, found.gaps) == ((), (f"secrets' states: {error}",))
    assert world.seen.until == SETTLED - BEAT_EVERY


@pytest.mark.parametrize("part", ["seen", "postpone"])
def test_a_store_that_does_not_answer_is_a_gap_and_nothing_is_lost(part):
    world = ports(changed())
    getattr(world, part).fails = True

    found = compare_states(world, AT, is_whole=True)

    assert found.gaps == ("secrets' states: table state could not be asked; try again later",)
    getattr(world, part).fails = False
    assert len(compare_states(world, AT, is_whole=True).unseen) == 1


def test_more_than_can_be_listed_and_what_is_too_old_are_told():
    world = ports(changed())
    world.states.is_whole = False
    world.seen.until = AT - 2 * LONGEST

    found = compare_states(world, AT, is_whole=True)

    assert found.gaps == (
        "secrets' states: more secrets changed than were looked at",
        f"secrets' states: before {AT - LONGEST:%Y-%m-%d %H:%M} UTC too old, given up",
    )
