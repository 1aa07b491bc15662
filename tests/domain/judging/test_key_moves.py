"""A key that is named again moves nothing, a version after a move locks, and somebody vouches for a key or nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, a_secret, an_event, sightings
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.key_moves import (
    Place,
    Standing,
    goes_back,
    lock_after,
    may_have_moved,
    moves_of,
    standing,
)

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{ID}"
THEIRS = KEY.replace(ACCOUNT, "999988887777")
AWS_KEY = "alias/aws/secretsmanager"
HERE = Place(REGION, ACCOUNT)
DAY, HOUR = 86_400, 3600


def move(key: str = KEY, after_s: float = 0, **more) -> SecretEvent:
    return an_event("UpdateSecret", secret=a_secret(), after_s=after_s, request={"kmsKeyId": key}, **more)


def create(key: str | None = None, after_s: float = -9 * DAY) -> SecretEvent:
    request = {"name": "prod/db"} | ({"kmsKeyId": key} if key else {})
    return an_event("CreateSecret", secret=a_secret(), after_s=after_s, request=request)


def write(after_s: float, name: str = "PutSecretValue", **more) -> SecretEvent:
    return an_event(name, secret=a_secret(), after_s=after_s, version_id="v", **more)


def on_secret(*events: SecretEvent) -> Baseline:
    return Baseline(on_secret=sightings(events))


@pytest.mark.parametrize(
    ("key", "inventory", "expected"),
    [
        (KEY, Inventory(), Standing.UNVOUCHED),
        (ID, Inventory(), Standing.UNVOUCHED),
        ("alias/ours", Inventory(), Standing.UNVOUCHED),
        (THEIRS, Inventory(), Standing.FOREIGN),
        (THEIRS, Inventory(trusted_accounts=frozenset({"999988887777"})), Standing.UNVOUCHED),
        (AWS_KEY, Inventory(), Standing.VOUCHED),
        (f"arn:aws:kms:{REGION}:{ACCOUNT}:{AWS_KEY}", Inventory(approved_keys=frozenset({KEY})), Standing.VOUCHED),
        (ID, Inventory(approved_keys=frozenset({KEY})), Standing.VOUCHED),
        (KEY, Inventory(approved_keys=frozenset({ID})), Standing.VOUCHED),
        ("alias/ours", Inventory(approved_keys=frozenset({KEY})), Standing.UNAPPROVED),
        ("alias/ours", Inventory(approved_keys=frozenset({"alias/ours"})), Standing.VOUCHED),
        (ID, Inventory(approved_keys=frozenset({KEY.replace(REGION, "us-east-1")})), Standing.UNAPPROVED),
        (THEIRS, Inventory(approved_keys=frozenset({KEY})), Standing.FOREIGN),
    ],
)
def test_who_vouches_for_a_key(key, inventory, expected):
    assert standing(key, HERE, inventory) is expected


def moved(*events: SecretEvent) -> list[float]:
    """Give which of the events were moves, by their ids."""
    return [
        events.index(e)
        for e in events
        for m in moves_of(a_secret(), on_secret(*events), events[-1])
        if m.event_id == e.event_id
    ]


@pytest.mark.parametrize(
    ("events", "which"),
    [
        ([move()], [0]),
        ([create(), move()], [1]),
        ([create(KEY), move()], []),
        ([create(ID), move(KEY)], []),
        ([create(), move(AWS_KEY)], []),
        ([create(KEY), move("alias/x", -HOUR), move(KEY)], [1, 2]),
        ([move(after_s=-HOUR), move()], [0]),
        ([move(after_s=-HOUR, failure=Failure("InternalServiceError")), move()], [1]),
        ([create(KEY), an_event("UpdateSecret", secret=a_secret(), request={"description": "x"})], []),
    ],
)
def test_only_another_key_is_a_move(events, which):
    assert moved(*events) == which


@pytest.mark.parametrize(("held_s", "back"), [(DAY, True), (DAY - 1, False)])
def test_a_key_that_the_secret_had_for_a_day_was_its_own(held_s, back):
    there, again = move("alias/x", -HOUR), move(KEY)
    events = (create(KEY, after_s=-HOUR - held_s), there, again)
    (first, second) = moves_of(a_secret(), on_secret(*events), again)

    assert goes_back(second, a_secret(), on_secret(*events), again) is back
    assert not goes_back(first, a_secret(), on_secret(*events), again)


@pytest.mark.parametrize(
    ("event", "locks"),
    [
        (write(0), True),
        (write(DAY), True),
        (write(DAY + 1), False),
        (write(-1), False),
        (write(60, "UpdateSecret"), True),
        (an_event("UpdateSecret", secret=a_secret(), after_s=60, request={"description": "x"}), False),
        (an_event("PutSecretValue", secret=a_secret(), after_s=60, failure=Failure("InternalServiceError")), False),
        (write(60, "CreateSecret"), False),
    ],
)
def test_a_new_version_within_a_day_locks(event, locks):
    (own,) = (m for m in moves_of(a_secret(), on_secret(move(), event), move()) if m.event_id == move().event_id)

    assert (lock_after(own, a_secret(), on_secret(move(), event), move()) is not None) is locks


def test_a_version_after_the_next_move_is_locked_by_that_one():
    events = (move(), move("alias/y", HOUR), write(2 * HOUR))
    first, second = moves_of(a_secret(), on_secret(*events), events[0])

    assert lock_after(first, a_secret(), on_secret(*events), events[0]) is None
    assert lock_after(second, a_secret(), on_secret(*events), events[0]) is not None


@pytest.mark.parametrize(
    ("events", "may"),
    [
        ([write(0)], False),
        ([move(after_s=-DAY), write(0)], True),
        ([move(after_s=-DAY - 1), write(0)], False),
        ([move(after_s=-60, failure=Failure("InternalServiceError")), write(0)], False),
        ([move(after_s=60), write(0)], False),
        ([move()], True),
    ],
)
def test_only_a_key_named_within_the_last_day_is_looked_at_closer(events, may):
    assert may_have_moved(a_secret(), on_secret(*events), events[-1]) is may


def test_a_hot_writer_costs_no_more_with_every_write():
    """Of two thousand writes without a move none is looked at but the judged one."""
    events = [write(n) for n in range(2_000)]
    known = on_secret(*events)

    assert not any(may_have_moved(a_secret(), known, event) for event in events)


@pytest.mark.parametrize(
    ("listed", "taken_s", "which"),
    [
        (KEY, -HOUR, []),  # infrastructure code repeats the key that the secret has
        (None, -HOUR, [0]),  # it was under the key of AWS
        (THEIRS, -HOUR, [0]),
        (KEY, HOUR, [0]),  # taken after the call: it shows what the call did
    ],
)
def test_the_inventory_of_before_says_under_which_key_a_secret_was(listed, taken_s, which):
    holding = Holding(arn=a_secret().text, key=listed)
    holdings = Holdings.of([Found(secrets=(holding,))], AT + timedelta(seconds=taken_s))
    baseline = replace(on_secret(move()), inventory=Inventory(holdings=holdings))

    assert [m.event_id for m in moves_of(a_secret(), baseline, move())] == [move().event_id for _ in which]
