"""A new role inherits what the role that it replaces was known to read: in memory and in DynamoDB, in any order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from fakes import FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.lineage import Deployer
from nightlatch.domain.event.events import IAM, SecretEvent
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.history.examples import AT, a_person, a_role, a_secret, a_user, an_event
from nightlatch.domain.judging.baseline import Maturity

HOUR, DAY = 3_600.0, 86_400.0
PIPELINE, MALLORY = a_role("pipeline"), a_user("mallory")
OLD, NEW = a_role("shop-v1"), a_role("shop-v2")
SECRETS = [a_secret(f"shop/{n}") for n in range(12)]
DEPLOYER = Deployer(
    principal=PIPELINE.key, owner="platform", reason="deploys the shop", expires=AT + timedelta(days=400)
)


def over(stores, *deployers: Deployer, young: Maturity = Maturity.LEARNING) -> TrailBaselines:
    inventory = Inventory(deployers=deployers)
    return TrailBaselines(*stores, inventory=inventory, now=FixedClock(), young=young)


def reads(by: Principal, *, after_s: float = 0, secrets: Sequence = SECRETS) -> list[SecretEvent]:
    return [an_event(secret=secret, by=by, after_s=after_s + n) for n, secret in enumerate(secrets)]


def made(role: Principal, by: Principal, *, after_s: float) -> SecretEvent:
    answer = {"role": {"arn": role.key, "roleName": role.name}}
    return an_event("CreateRole", source=IAM, by=by, after_s=after_s, response=answer, event_id=f"made-{after_s}")


def past(by: Principal = OLD, days: Sequence[int] = (19, 3, 2)) -> list[SecretEvent]:
    return [event for day in days for event in reads(by, after_s=-day * DAY)]


def inherited(baselines: TrailBaselines, events: Sequence[SecretEvent]) -> int:
    """Observe events, and count the secrets that the last of them is judged to have inherited."""
    last = baselines.observe(events)[-1]
    return len({read.secrets for read in last.by_principal if read.inherited})


def test_a_role_made_by_a_deployer_inherits_what_the_old_one_knew(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())

    assert inherited(baselines, [made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW)]) == 12


def test_the_record_of_the_making_may_come_last(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())
    some = reads(NEW)

    before = inherited(baselines, some)
    baselines.observe([made(NEW, PIPELINE, after_s=-HOUR)])

    assert before == 0
    assert inherited(baselines, some[-1:]) == 12


def test_a_late_making_comes_between_the_reads_of_a_burst(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())
    some = reads(NEW)

    baselines.observe(some[:6])

    assert inherited(baselines, [made(NEW, PIPELINE, after_s=-HOUR), *some[6:]]) == 12


def test_told_twice_it_is_the_same(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())
    some = [made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW)]
    baselines.observe(some)

    assert inherited(baselines, some) == 12


def test_in_any_order_and_twice_it_is_the_same(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(reads(a_role("other"), after_s=-19 * DAY))
    some = [*past(days=(3, 2)), made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW)]
    told = random.Random(5).sample([*some, *some], 2 * len(some))  # noqa: S311 - an order, not a key

    for begin in range(0, len(told), 25):
        baselines.observe(told[begin : begin + 25])

    assert inherited(baselines, some[-1:]) == 12


@pytest.mark.parametrize(
    "some",
    [
        reads(NEW),  # nobody is known to have made it
        [made(NEW, MALLORY, after_s=-HOUR), *reads(NEW)],
        [made(NEW, PIPELINE, after_s=-HOUR), made(NEW, MALLORY, after_s=-HOUR / 2), *reads(NEW)],
        [made(NEW, PIPELINE, after_s=-25 * HOUR), *reads(NEW)],  # a day is over
        [made(a_role("store-v2"), PIPELINE, after_s=-HOUR), *reads(a_role("store-v2"))],
        [made(NEW, PIPELINE, after_s=-HOUR), *reads(MALLORY)],
        [made(NEW, PIPELINE, after_s=-HOUR), *reads(a_role("shop-v3"))],
    ],
)
def test_nobody_else_inherits(stores, some):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())

    assert inherited(baselines, some) == 0


def test_without_a_declaration_nobody_inherits(stores):
    baselines = over(stores)
    baselines.learn(past())

    assert inherited(baselines, [made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW)]) == 0


def test_only_what_the_old_role_was_known_to_read_is_inherited(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())
    others = [a_secret("prod/db"), *SECRETS[:3]]

    assert inherited(baselines, [made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW, secrets=others)]) == 3


def test_what_the_old_role_read_on_one_day_alone_is_not_inherited(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn([*past(a_role("other")), *past(days=(2,))])

    assert inherited(baselines, [made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW)]) == 0


def test_what_the_old_role_reads_once_the_new_one_is_there_adds_nothing(stores):
    """A thief in the old role must not make known what the new one is to take."""
    baselines = over(stores, DEPLOYER)
    baselines.learn([*past(a_role("other")), *past(days=(2,)), made(NEW, PIPELINE, after_s=-HOUR)])
    baselines.observe(reads(OLD, after_s=-HOUR / 2))

    assert inherited(baselines, reads(NEW)) == 0


def test_below_maturity_a_hunt_inherits_nothing(stores):
    baselines = over(stores, DEPLOYER, young=Maturity.NONE)
    baselines.learn(past(days=(3, 2)))

    assert inherited(baselines, [made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW)]) == 0


@pytest.mark.parametrize("days", [1, 2, 30])
def test_what_was_inherited_in_time_stays_until_it_is_known_or_forgotten(stores, days):
    """The day after, and after a month without a restart, the pair is the role's own."""
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())
    baselines.observe([made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW)])

    assert inherited(baselines, reads(NEW, after_s=days * DAY + 2 * HOUR)) == 12


def test_what_nobody_used_for_ninety_days_is_forgotten(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())
    baselines.observe([made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW)])

    assert inherited(baselines, reads(NEW, after_s=91 * DAY)) == 0


def test_what_is_first_read_after_a_day_is_as_new_as_anybodys(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past())
    baselines.observe([made(NEW, PIPELINE, after_s=-HOUR), *reads(NEW, secrets=SECRETS[:6])])

    assert inherited(baselines, reads(NEW, after_s=2 * DAY)) == 6


def test_roles_that_live_for_hours_inherit_from_each_other(stores):
    """Each is replaced before any of its pairs is two days old; what the family did together counts."""
    baselines = over(stores, DEPLOYER)
    baselines.learn([event for n in range(6) for event in past(a_role(f"shop-v{n}"), days=(20 - n,))])

    assert inherited(baselines, [made(a_role("shop-v9"), PIPELINE, after_s=-HOUR), *reads(a_role("shop-v9"))]) == 12


def test_people_inherit_nothing(stores):
    baselines = over(stores, DEPLOYER)
    baselines.learn(past(a_person("ana")))

    assert inherited(baselines, [made(NEW, PIPELINE, after_s=-HOUR), *reads(a_person("ben"))]) == 0


class _Counted(MemoryTrails):
    """A store that notes what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def partners(self, principals):
        self.asked += [one for one in principals if one.startswith("made:")]
        return super().partners(principals)

    def readers(self, secrets):
        self.asked += secrets
        return super().readers(secrets)


def test_only_roles_with_unknown_reads_are_asked_about():
    trails = _Counted()
    baselines = over((trails, MemoryWaits()), DEPLOYER)
    baselines.learn(past())

    baselines.observe(reads(OLD))
    known = list(trails.asked)
    baselines.observe(reads(MALLORY))

    assert (known, trails.asked) == ([], [])

    baselines.observe(reads(NEW))

    assert trails.asked == [f"made:{NEW.key}"]
