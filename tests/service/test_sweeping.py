"""What the keeper has missed is found on the way of the inventory, and asked for until it is there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from fakes import NOW
from fakes_snapshots import V1, V2, FakeKeeperQueue, FakeSnapshots, an_arn
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.keeping import Kept, Listed
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Mode, Policy, Protection, Selector
from nightlatch.service.sweeping import MOST_STANDING, SweepPorts, sweep

HOUR = timedelta(hours=1)
LISTED = Listed(arn=an_arn(), changed_at=NOW - HOUR, current=V1)
LOOKED = Kept(arn=an_arn(), digest="d", looked_at=NOW)
COPIED = replace(LOOKED, copied=V1, copied_until=NOW + timedelta(days=90))


@dataclass
class World:
    states: FakeSnapshots = field(default_factory=FakeSnapshots)
    keeper: FakeKeeperQueue = field(default_factory=FakeKeeperQueue)
    pins: list[Respond] = field(default_factory=list)
    protection: Protection = field(default_factory=Protection)
    has_vault: bool = True

    def sweep(self, *listed: Listed) -> list[str]:
        policy = Policy(selectors=(Selector(names=("prod/*",), protection=self.protection),))
        ports = SweepPorts(
            states=self.states,
            keeper=self.keeper,
            policy=lambda: policy,
            has_vault=self.has_vault,
            order=lambda pins, _policy, _now: self.pins.extend(pins),
        )
        count = sweep(listed, NOW, ports=ports)
        assert count == len(self.keeper.asked)
        return self.keeper.asked


def test_a_secret_without_a_snapshot_is_looked_at() -> None:
    assert World().sweep(LISTED) == [an_arn()]


def test_a_secret_that_was_looked_at_since_it_changed_is_left_alone() -> None:
    world = World()
    world.states.note(LOOKED)

    assert world.sweep(LISTED) == []


def test_a_secret_that_changed_unseen_is_looked_at() -> None:
    world = World()
    world.states.note(LOOKED)

    assert world.sweep(replace(LISTED, changed_at=NOW + HOUR)) == [an_arn()]


def test_a_secret_that_was_made_again_is_looked_at() -> None:
    world = World()
    world.states.note(LOOKED)

    assert world.sweep(replace(LISTED, arn=an_arn(suffix="GhIjKl"))) == [an_arn(suffix="GhIjKl")]


@pytest.mark.parametrize(
    ("kept", "said", "asked"),
    [
        (COPIED, {}, False),
        (LOOKED, {}, True),
        (COPIED, {"current": V2}, True),
        (replace(COPIED, copied_until=NOW + timedelta(days=37)), {}, False),
        (replace(COPIED, copied_until=NOW + timedelta(days=36)), {}, True),
        (LOOKED, {"may_be_copied": False}, False),
        (LOOKED, {"current": None}, False),
    ],
    ids=[
        "copied",
        "opted in",
        "another version",
        "outlives a window",
        "ends too soon",
        "managed or replica",
        "without a value",
    ],
)
def test_an_opted_in_secret_without_a_copy_of_its_current_version_is_copied(
    kept: Kept, said: dict[str, Any], *, asked: bool
) -> None:
    world = World(protection=Protection(vault_days=90))
    world.states.note(kept)

    assert bool(world.sweep(replace(LISTED, **said))) is asked


def test_without_a_vault_nobody_is_asked_to_copy() -> None:
    world = World(protection=Protection(mode=Mode.PROTECT, vault_days=90), has_vault=False)
    world.states.note(LOOKED)

    assert world.sweep(LISTED) == []
    assert world.pins == []


def test_opting_in_pins_the_version_before_the_current_one_in_protect_alone() -> None:
    for mode, pinned in ((Mode.OBSERVE, 0), (Mode.NOTIFY, 0), (Mode.PROTECT, 1)):
        world = World(protection=Protection(mode=mode, vault_days=90))
        world.sweep(LISTED)

        assert len(world.pins) == pinned, mode
    (pin,) = world.pins
    assert (pin.action.kind, pin.action.to, pin.cause, pin.automatic) == (ActionKind.PIN_SUPERSEDED, V1, V1, True)


def test_a_secret_that_has_copies_is_not_opted_in_again() -> None:
    world = World(protection=Protection(mode=Mode.PROTECT, vault_days=90))
    world.states.note(COPIED)

    world.sweep(replace(LISTED, current=V2))

    assert world.pins == []


def test_a_page_of_a_hundred_costs_one_question() -> None:
    world = World()
    asked: list[int] = []
    world.states.states = lambda arns: asked.append(len(arns)) or {}  # type: ignore[method-assign,func-returns-value,assignment]

    world.sweep(*(replace(LISTED, arn=an_arn(f"prod/{n}")) for n in range(100)))

    assert asked == [100]


STOOD = replace(LISTED, changed_at=NOW - timedelta(hours=24))


def standing_pins(world: World) -> list[Respond]:
    return [one for one in world.pins if one.action.kind is ActionKind.PIN_VERSION]


@pytest.mark.parametrize(
    ("listed", "is_pinned"),
    [
        (STOOD, True),
        (LISTED, False),
        (replace(STOOD, is_pinned=True), False),
        (replace(STOOD, may_be_copied=False), False),
        (replace(STOOD, current=None), False),
    ],
)
def test_what_stood_unquestioned_for_a_day_is_pinned_once_and_by_policy(listed: Listed, is_pinned: bool) -> None:  # noqa: FBT001 - a column of the table
    world = World(protection=Protection(mode=Mode.PROTECT))

    world.sweep(listed)

    assert [(one.action.to, one.cause, one.automatic) for one in standing_pins(world)] == [(V1, V1, True)] * is_pinned


@pytest.mark.parametrize("protection", [Protection(mode=Mode.NOTIFY), Protection(mode=Mode.PROTECT, pins=0)])
def test_nothing_is_pinned_that_the_policy_does_not_ask_for(protection: Protection) -> None:
    world = World(protection=protection)

    world.sweep(STOOD)

    assert standing_pins(world) == []


def test_a_sweep_orders_few_such_pins_for_their_calls_share_a_quota() -> None:
    world = World(protection=Protection(mode=Mode.PROTECT))

    world.sweep(*(replace(STOOD, arn=an_arn(f"prod/{n}")) for n in range(30)))

    assert len(standing_pins(world)) == MOST_STANDING
