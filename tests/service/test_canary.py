"""What is done to a decoy is said first; what fails leaves nothing behind, or can be gone on with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from fakes import FakeDispatch, FakeIncidents
from fakes_canaries import TOKEN, FakeGround, FakeRegistry, a_decoy
from nightlatch.domain.account.decoys import MOST_DECOYS, Decoy, Deed, Kind
from nightlatch.domain.answering.policy import Approver, Mode, Policy, Protection
from nightlatch.domain.errors import NotFound, Refused, Unauthorised, Unavailable
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, a_user
from nightlatch.service import canary
from nightlatch.service.canary import Planting, PlantWish
from nightlatch.service.canary_ports import CanaryPorts, Neighbour, Standing

ANA, BEN = a_user("ana"), a_user("ben")
POLICY = Policy(approvers=(Approver(slack_id="U0ANA", name="ana", principals=(ANA.key,)),))
WISH = PlantWish(name="prod/db-admin", memo="stands in the wiki", kind=Kind.DATABASE)
LIKE = Neighbour(name="prod/db", description="of orders", tags=(("team", "orders"),), key="alias/orders")
DAY = timedelta(days=1)


@dataclass
class Garden:
    """A registry and the ground it speaks of."""

    registry: FakeRegistry = field(default_factory=FakeRegistry)
    ground: FakeGround = field(default_factory=lambda: FakeGround(LIKE))
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)

    @property
    def ports(self) -> CanaryPorts:
        return CanaryPorts(
            registry=self.registry,
            neighbours=self.ground,
            ground=self.ground,
            incidents=self.incidents,
            dispatch=self.dispatch,
            mint=lambda: TOKEN,
            region=REGION,
        )

    def plan(self, *, now=AT, **changes) -> Planting:
        return canary.plan_planting(replace(WISH, **changes), by=ANA, policy=POLICY, ports=self.ports, now=now)

    def plant(self, *, now=AT, **changes) -> Decoy:
        return canary.plant(self.plan(now=now, **changes), by=ANA, ports=self.ports, now=now)

    def remove(self, decoy: Decoy, *, now=AT, policy: Policy = POLICY) -> Decoy:
        return canary.remove(decoy, by=ANA, policy=policy, ports=self.ports, now=now)

    def find(self, *, now=AT) -> Decoy:
        return canary.find("prod/db-admin", by=ANA, ports=self.ports, now=now)

    @property
    def entry(self) -> Decoy | None:
        return next(iter(self.registry.by_id.values()), None)


@pytest.fixture
def garden() -> Garden:
    return Garden()


def test_planting_says_so_first_and_knows_its_arn_afterwards(garden):
    seen = []
    create = garden.ground.create
    garden.ground.create = lambda decoy, like: (seen.append(garden.entry), create(decoy, like))[1]

    planted = garden.plant(like="prod/db")

    (said,) = seen
    assert (said.arn, said.tendings[-1].deed, said.tendings[-1].by) == ("", Deed.PLANT, ANA.key)
    assert planted.arn == a_decoy().arn
    assert garden.entry == planted
    assert garden.ground.likes["prod/db-admin"] == LIKE
    assert (planted.by, planted.account_id, planted.memo) == ("ana (U0ANA)", ACCOUNT, "stands in the wiki")


def test_a_plan_writes_nothing(garden):
    garden.plan()

    assert garden.ground.calls == ["look"]
    assert garden.entry is None


@pytest.mark.parametrize("is_leaving", [False, True])
def test_a_name_that_is_taken_is_refused(garden, is_leaving):
    garden.ground.standing["prod/db-admin"] = Standing(arn="arn", versions=frozenset(), is_leaving=is_leaving)

    with pytest.raises(Refused, match="waits to be deleted" if is_leaving else "is there already"):
        garden.plan()


def test_a_decoy_is_not_looked_at_to_plan_it_again(garden):
    garden.plant()
    garden.ground.calls.clear()

    with pytest.raises(Refused, match="is a decoy already"):
        garden.plan()

    assert garden.ground.calls == []


def test_a_name_that_is_taken_between_plan_and_yes_leaves_nothing_behind(garden):
    planned = garden.plan()
    garden.ground.standing["prod/db-admin"] = Standing(arn="arn", versions=frozenset({"other"}), is_leaving=False)

    with pytest.raises(Refused, match="was made meanwhile"):
        canary.plant(planned, by=ANA, ports=garden.ports, now=AT)

    assert garden.entry is None


def test_what_aws_refuses_leaves_nothing_behind(garden):
    garden.ground.fails["create"] = Refused("secretsmanager:CreateSecret is missing")

    with pytest.raises(Refused, match="CreateSecret is missing"):
        garden.plant()

    assert garden.entry is None


@pytest.mark.parametrize("made", [False, True], ids=["nothing was made", "it was made"])
def test_an_attempt_whose_end_nobody_saw_is_gone_on_with(garden, made):
    lost = Unavailable("no answer came")
    lost.made = made
    garden.ground.fails["create"] = lost
    with pytest.raises(Unavailable):
        garden.plant()
    with pytest.raises(Refused, match="begun and not finished"):
        garden.find()

    garden.ground.fails.clear()
    planted = garden.plant(now=AT + timedelta(hours=1))

    assert planted.arn == a_decoy().arn
    assert garden.find() == planted


def test_only_approvers_plant_try_and_remove(garden):
    decoy = garden.plant()

    with pytest.raises(Unauthorised):
        canary.plan_planting(replace(WISH, name="prod/x"), by=BEN, policy=POLICY, ports=garden.ports, now=AT)
    for deed in (canary.fire, canary.remove):
        with pytest.raises(Unauthorised):
            deed(decoy, by=BEN, policy=POLICY, ports=garden.ports, now=AT)

    assert garden.entry == decoy
    assert garden.incidents.by_id == {}


def test_removing_is_said_and_told_before_it_is_done(garden):
    order = []
    delete = garden.ground.delete
    garden.ground.delete = lambda decoy, days: (
        order.append((garden.entry.tendings[-1].deed, len(garden.dispatch.notices))),
        delete(decoy, days),
    )[1]

    gone = garden.remove(garden.plant())

    assert order == [(Deed.REMOVE, 1)]
    assert gone.leaves_at == AT + 7 * DAY
    (incident,) = garden.incidents.by_id.values()
    assert incident.findings[0].title == "ana (IAM user) takes a decoy away: secret prod/db-admin"


def test_a_guard_that_asks_for_a_longer_window_gets_it(garden):
    guarded = Protection(mode=Mode.PROTECT, prevent=True, min_window_days=14)

    gone = garden.remove(garden.plant(), policy=replace(POLICY, default=guarded))

    assert gone.leaves_at == AT + 14 * DAY


def test_a_removal_that_aws_refuses_leaves_the_decoy_standing(garden):
    decoy = garden.plant()
    garden.ground.fails["delete"] = Refused("a guard denies it")

    with pytest.raises(Refused):
        garden.remove(decoy)

    assert garden.find().leaves_at is None


def test_a_decoy_that_somebody_else_deleted_is_only_struck_off(garden):
    decoy = garden.plant()
    garden.ground.fails["delete"] = NotFound("it is gone")

    gone = garden.remove(decoy)

    assert not gone.stands(AT)
    with pytest.raises(NotFound):
        garden.find()


def test_what_is_no_decoy_is_not_removed(garden):
    with pytest.raises(NotFound, match="prod/db-admin is no decoy"):
        garden.find()


def test_a_decoy_that_is_leaving_is_not_removed_twice_and_can_be_taken_back(garden):
    garden.remove(garden.plant())
    with pytest.raises(Refused, match="takes it back"):
        garden.find(now=AT + DAY)

    back = garden.plant(now=AT + DAY, memo="on second thoughts")

    assert garden.ground.calls[-1] == "restore"
    assert (back.leaves_at, back.arn, back.memo) == (None, a_decoy().arn, "on second thoughts")
    assert garden.find(now=AT + 30 * DAY) == back


@pytest.mark.parametrize("failure", [NotFound("AWS has deleted it"), Refused("not allowed")])
def test_one_that_cannot_be_taken_back_is_leaving_as_before(garden, failure):
    gone = garden.remove(garden.plant())
    garden.ground.fails["restore"] = failure

    with pytest.raises(Refused, match="leaving as before"):
        garden.plant(now=AT + DAY)

    assert garden.entry.leaves_at == gone.leaves_at


def test_a_name_is_free_again_when_aws_has_deleted_what_bore_it(garden):
    garden.remove(garden.plant())
    garden.ground.standing.clear()

    again = garden.plant(now=AT + 8 * DAY)

    assert garden.find(now=AT + 8 * DAY) == again
    assert again.leaves_at is None


def test_a_test_is_said_first_and_touches_once(garden):
    decoy = garden.plant()

    tried = canary.fire(decoy, by=ANA, policy=POLICY, ports=garden.ports, now=AT)

    assert garden.ground.calls[-1:] == ["touch"]
    assert (tried.tendings[-1].deed, tried.tendings[-1].title) == (Deed.FIRE, "ana (U0ANA)")


def test_there_is_an_end_to_decoys(garden):
    for number in range(MOST_DECOYS):
        garden.registry.keep(a_decoy(f"prod/decoy-{number}"))

    with pytest.raises(Refused, match=f"there are {MOST_DECOYS} decoys"):
        garden.plan()


def test_what_a_neighbour_says_stands_in_no_repr():
    assert "orders" not in repr(LIKE).replace("alias/orders", "")


def test_it_counts_from_when_it_was_planted_and_not_from_when_it_was_planned(garden):
    planned = garden.plan(now=AT)

    planted = canary.plant(planned, by=ANA, ports=garden.ports, now=AT + timedelta(seconds=40))

    assert planted.planted_at == AT + timedelta(seconds=40)


def test_a_name_that_somebody_took_after_the_decoy_was_gone_is_refused(garden):
    garden.remove(garden.plant())
    garden.ground.standing["prod/db-admin"] = Standing(arn="arn", versions=frozenset(), is_leaving=False)

    with pytest.raises(Refused, match="is there already"):
        garden.plan(now=AT + 8 * DAY)


def test_what_is_taken_back_has_counted_all_along(garden):
    first = garden.plant()
    garden.remove(first)

    assert garden.plant(now=AT + DAY).planted_at == first.planted_at
