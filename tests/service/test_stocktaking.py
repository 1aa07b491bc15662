"""An inventory is whole, says what it could not see, and is taken gently over as many invocations as it needs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fakes import ACCOUNT, NOW, REGION, FakeAccount, FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.inventory.holdings_memory import MemoryHoldings, MemoryTakings
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.holding import Holding, RotationFunction
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.takings import EVERY, HELD_FOR
from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import NotFound, Refused, Unavailable, WorldMoved
from nightlatch.domain.event.events import Tick
from nightlatch.domain.history.examples import a_secret, a_service_event
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.pipeline import Ports, handle
from nightlatch.service.stock_ports import StockPorts
from nightlatch.service.stocktaking import OVERDUE, Progress, Stocktaking, take_stock

FAR = "us-east-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/rotate-db-role"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class World:
    """An account of a few secrets, and an auditor that is called now and then."""

    def __init__(self, *listed: Holding) -> None:
        self.account = FakeAccount()
        self.account.listed = list(listed)
        self.account.parts = ("arn:aws:sqs:x:y:ours",)
        self.holdings = MemoryHoldings()
        self.clock, self.waits = FixedClock(), MemoryWaits()
        self.ports = StockPorts(
            account=self.account,
            takings=MemoryTakings(self.holdings),
            before=self.holdings.tagged,
            postpone=self.waits.keep,
        )

    def audit(self, *, for_: timedelta = timedelta(minutes=3), at_once: bool = False) -> Stocktaking:
        return take_stock(self.ports, now=self.clock, until=self.clock() + for_, at_once=at_once)

    @property
    def found(self) -> Holdings:
        return self.holdings.found


def listed(name: str = "prod/db", **said) -> Holding:
    return Holding(arn=a_secret(name).text, **said)


def test_all_pages_are_one_inventory_with_our_own_parts():
    world = World(*(listed(f"s{n}") for n in range(5)))

    done = world.audit()

    assert done.progress is Progress.FINISHED
    assert (done.taking.secrets, done.taking.pages, done.taking.gap_count) == (5, 4, 0)
    assert [one.secret.name for one in world.found.secrets] == [f"s{n}" for n in range(5)]
    assert world.found.own == {"arn:aws:sqs:x:y:ours"}
    assert world.found.taken_at == NOW


def test_further_calls_are_made_only_for_what_the_list_leaves_open():
    world = World(
        listed("plain"),
        listed("with-key", key=KEY),
        listed("replica", primary_region=FAR),
        listed("crown", tier=Tier.CROWN),
    )

    world.audit()

    assert world.account.asked == ["own", "secrets", "secrets"]


def test_aliases_versions_and_replicas_are_resolved_each_once():
    alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/secrets"
    primary = listed("b", primary_region=REGION, key=alias, rotated_by=f"{FUNCTION}:live")
    world = World(listed("a", key=alias, rotated_by=f"{FUNCTION}:live"), primary, listed("c", key=alias))
    world.account.keys, world.account.roles = {alias: KEY}, {f"{FUNCTION}:live": ROLE}
    world.account.replicas = {primary.arn: (FAR,)}

    world.audit()

    first, second, third = world.found.secrets
    assert {one.key for one in (first, second, third)} == {KEY}
    assert (first.rotated_by, second.replica_regions) == (FUNCTION, (FAR,))
    assert world.found.functions == (RotationFunction(arn=FUNCTION, role=ROLE),)
    assert sorted(world.account.asked) == sorted(["own", "secrets", "secrets", alias, primary.arn, f"{FUNCTION}:live"])


def test_the_key_of_aws_itself_protects_nothing_that_could_be_lost():
    world = World(listed(key=f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/secretsmanager"))

    world.audit()

    assert world.found.secrets[0].key is None


@pytest.mark.parametrize("error", [Refused("not permitted; add it"), NotFound("it does not exist")])
def test_what_cannot_be_looked_at_is_a_gap_and_the_rest_is_known(error):
    primary = listed("b", primary_region=REGION)
    world = World(listed("a", key="alias/x", rotated_by=FUNCTION), primary)
    world.account.fails = dict.fromkeys(("own", "alias/x", FUNCTION, primary.arn), error)

    done = world.audit()

    assert done.progress is Progress.FINISHED
    assert [gap.split(":")[0] for gap in done.taking.gaps[:1]] == ["its own stack"]
    assert done.taking.gap_count == 4
    assert all(str(error) in gap for gap in done.taking.gaps)
    assert world.found.secrets[0].key == "alias/x"
    assert world.found.functions == (RotationFunction(arn=FUNCTION),)


def test_what_could_not_be_asked_stops_it_and_the_next_invocation_goes_on():
    world = World(*(listed(f"s{n}") for n in range(5)))
    world.account.fails = {"secrets": Unavailable("throttled")}
    with pytest.raises(Unavailable):
        world.audit()
    world.account.fails = {}

    assert world.audit().progress is Progress.FRESH  # somebody may still be at it
    world.clock.advance(HELD_FOR)

    assert world.audit().progress is Progress.FINISHED
    assert world.account.asked.count("own") == 1


def test_when_the_time_is_over_the_next_invocation_goes_on_from_there():
    world = World(*(listed(f"s{n}") for n in range(5)))
    seconds = iter(range(0, 10_000, 90))
    slow = lambda: NOW + timedelta(seconds=next(seconds))  # noqa: E731 - each look at the clock costs 90 s

    stopped = take_stock(world.ports, now=slow, until=NOW + timedelta(minutes=3))
    assert stopped.progress is Progress.STOPPED
    assert world.found.secrets == ()
    world.clock.advance(timedelta(minutes=5))
    done = world.audit()

    assert done.progress is Progress.FINISHED
    assert [one.secret.name for one in world.found.secrets] == [f"s{n}" for n in range(5)]
    assert world.account.asked.count("secrets") == 3


def test_a_list_that_cannot_be_gone_on_with_begins_anew():
    world = World(*(listed(f"s{n}") for n in range(5)))
    world.account.fails = {"secrets": WorldMoved("begin anew")}

    assert world.audit().progress is Progress.RESTARTS
    world.account.fails = {}

    assert world.audit().progress is Progress.FINISHED
    assert len(world.found.secrets) == 5


def test_a_fresh_inventory_costs_no_call_and_an_engineer_may_ask_for_another():
    world = World(listed())
    world.audit()
    world.account.asked.clear()

    assert world.audit().progress is Progress.FRESH
    assert world.account.asked == []
    assert world.audit(at_once=True).progress is Progress.FINISHED


def test_an_hour_later_it_is_taken_again():
    world = World(listed("a"), listed("b"))
    world.audit()
    world.account.listed = [listed("b", tier=Tier.CROWN)]
    world.clock.advance(EVERY)

    assert world.audit().progress is Progress.FINISHED
    assert [(one.secret.name, one.tier) for one in world.found.secrets] == [("b", Tier.CROWN)]


def tiers_as_the_tag_changes(*tags: Tier | None, every: timedelta = EVERY) -> list[Tier | None]:
    """Take an inventory after each change of a secret's tag; give the tiers that counted."""
    world, counted = World(listed()), []
    for tag in tags:
        world.account.listed = [listed(tier=tag)]
        assert world.audit().progress is Progress.FINISHED
        counted.append(world.found.secrets[0].tier)
        world.clock.advance(every)
    return counted


def test_a_tier_rises_at_once():
    assert tiers_as_the_tag_changes(None, Tier.CROWN, Tier.CROWN) == [None, Tier.CROWN, Tier.CROWN]
    assert tiers_as_the_tag_changes(Tier.TEMP, None) == [Tier.TEMP, None]


@pytest.mark.parametrize("lower", [Tier.TEMP, Tier.STANDARD, None])
def test_a_tier_falls_a_day_after_its_tag(lower):
    """A thief who tags a crown jewel as temporary must wait while somebody is told."""
    hours = tiers_as_the_tag_changes(Tier.CROWN, *[lower] * 25, every=timedelta(hours=1))

    assert hours[:25] == [Tier.CROWN] * 25
    assert hours[25] == lower


def test_a_tag_that_was_put_back_and_lowered_again_waits_anew():
    half_a_day = timedelta(hours=12)
    tags = [Tier.CROWN, Tier.TEMP, Tier.TEMP, Tier.CROWN, Tier.TEMP, Tier.TEMP, Tier.TEMP]

    counted = tiers_as_the_tag_changes(*tags, every=half_a_day)

    assert counted == [Tier.CROWN] * 6 + [Tier.TEMP]


def test_a_secret_without_a_tag_becomes_temporary_a_day_after_its_tag():
    """The inventory before holds no secret without a tag, so that a new one would look the same."""
    hours = tiers_as_the_tag_changes(None, *[Tier.TEMP] * 25, every=timedelta(hours=1))

    assert hours == [None] * 25 + [Tier.TEMP]


def test_a_secret_made_anew_under_the_name_has_the_tier_of_its_own_tag():
    world = World(listed(tier=Tier.CROWN))
    world.audit()
    world.account.listed = [Holding(arn=a_secret(suffix="GhIjKl").text, tier=Tier.TEMP, created_at=world.clock())]
    world.clock.advance(EVERY)
    world.audit()

    assert [one.tier for one in world.found.secrets] == [Tier.TEMP]


# --- rotations that did not come

DUE = NOW - timedelta(hours=26)
OVER = timedelta(hours=25)  # a day's window and an hour


def waiting(world: World) -> list[tuple[str, datetime]]:
    return [(event.secret.name, event.at) for event, rule in world.waits.due(world.clock()) if rule == OVERDUE]


@pytest.mark.parametrize(
    ("said", "is_missed"),
    [
        ({"next_rotation": DUE}, True),
        ({"next_rotation": NOW - OVER}, True),
        ({"next_rotation": NOW - OVER + timedelta(seconds=1)}, False),
        ({"next_rotation": NOW - timedelta(hours=4), "rotation_window_h": 3}, True),
        ({"next_rotation": NOW - timedelta(hours=3), "rotation_window_h": 3}, False),
        ({}, False),
        ({"next_rotation": DUE, "primary_region": FAR}, False),
        ({"next_rotation": DUE, "owning_service": "rds"}, False),
        ({"next_rotation": DUE, "deleted_at": NOW}, False),
    ],
)
def test_a_rotation_that_did_not_come_is_laid_before_its_rule(said, is_missed):
    world = World(listed(**said))
    world.audit()

    assert [name for name, _ in waiting(world)] == (["prod/db"] if is_missed else [])


def test_a_missed_date_is_laid_before_the_rule_once():
    world = World(listed(next_rotation=DUE))
    world.audit()
    ((event, rule),) = world.waits.due(world.clock())
    world.waits.drop(event, rule)

    for _ in range(3):
        world.clock.advance(EVERY)
        assert world.audit().progress is Progress.FINISHED

    assert waiting(world) == []
    assert OVERDUE in {detection.id for detection in CATALOGUE}


def test_a_date_that_was_missed_while_the_inventory_before_was_taken_is_not_lost():
    world = World(listed(next_rotation=NOW - OVER + timedelta(minutes=1)), listed("a"), listed("b"))
    minutes = iter(range(100))
    slow = lambda: NOW + timedelta(minutes=next(minutes))  # noqa: E731 - each look at the clock costs a minute
    assert take_stock(world.ports, now=slow, until=NOW + EVERY).progress is Progress.FINISHED
    assert waiting(world) == []

    world.clock.advance(EVERY + timedelta(minutes=10))
    world.audit()

    assert [name for name, _ in waiting(world)] == ["prod/db"]


def test_the_next_tick_tells_it_and_not_where_somebody_has_tried():
    silent, failed = listed("silent", next_rotation=DUE), listed("failed", next_rotation=DUE)
    world = World(silent, failed)
    world.audit()
    baselines = TrailBaselines(MemoryTrails(), world.waits, inventory=Inventory(), now=world.clock)
    baselines.observe([a_service_event("RotationFailed", secret=failed.secret, at=DUE)])
    ports = Ports(baselines=baselines, own=NothingIsOwn(), effects=NoEffects())

    outcome = handle([Tick(world.clock())], rules=CATALOGUE, policy=Policy(), ports=ports, now=world.clock())

    (told,) = outcome.findings
    assert told.title == "The rotation of secret silent did not come"
    assert (told.catalogue, told.severity) == ("ROT-02", Severity.MEDIUM)
    assert waiting(world) == []
