"""The keeper keeps what is new, copies what is opted in, and a look that is repeated changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from fakes import ACCOUNT, NOW, REGION, FixedClock
from fakes_snapshots import V1, V2, V3, FakeCopies, FakeDescriptions, FakeSnapshots, FakeVault, an_arn, metadata_of
from nightlatch.domain.answering.policy import Mode, Policy, Protection, Selector
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.event.events import LABEL_UPDATED, NATIVE_SECRETS_MANAGER, Failure
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import a_secret, an_event
from nightlatch.service.keep import Cause, Keeping, KeepPorts, cause_of, is_of_interest, keep

MINUTE = timedelta(minutes=1)
OPTED_IN = Policy(selectors=(Selector(names=("prod/*",), protection=Protection(vault_days=90)),))
SECRET = secret_ref("prod/db", account_id=ACCOUNT, region=REGION)


@dataclass
class World:
    clock: FixedClock = field(default_factory=FixedClock)
    descriptions: FakeDescriptions = field(default_factory=FakeDescriptions)
    snapshots: FakeSnapshots = field(default_factory=FakeSnapshots)
    vault: FakeVault = field(default_factory=FakeVault)
    has_vault: bool = True

    def __post_init__(self) -> None:
        self.copies = FakeCopies(self.clock)
        self.descriptions.put(metadata_of())

    def look(self, cause: Cause | None = None, *, policy: Policy = OPTED_IN, secret: SecretRef = SECRET) -> Keeping:
        ports = KeepPorts(
            descriptions=self.descriptions,
            snapshots=self.snapshots,
            states=self.snapshots,
            copies=self.copies,
            vault=self.vault if self.has_vault else None,
        )
        return keep(secret, cause or Cause(), policy=policy, ports=ports, now=self.clock)


@pytest.fixture
def world() -> World:
    return World()


def test_the_first_look_keeps_metadata_with_what_caused_it(world: World) -> None:
    kept = world.look(Cause(event_id="e1", at=NOW - MINUTE))

    (snapshot,) = world.snapshots.stored
    assert kept.snapshot == snapshot
    assert (snapshot.taken_at, snapshot.cause_event_id, snapshot.caused_at) == (NOW, "e1", NOW - MINUTE)


def test_metadata_that_did_not_change_are_not_kept_again(world: World) -> None:
    world.look()
    world.clock.advance(MINUTE)

    assert world.look(Cause(event_id="e2")).snapshot is None
    assert len(world.snapshots.stored) == 1
    assert world.snapshots.kept[an_arn()].looked_at == NOW + MINUTE


def test_the_moment_of_a_snapshot_is_after_the_answer_so_that_it_is_never_taken_for_the_state_before(
    world: World,
) -> None:
    slow = FakeDescriptions()
    slow.put(metadata_of())

    def describe(secret: SecretRef) -> object:
        world.clock.advance(MINUTE)
        return FakeDescriptions.describe(slow, secret)

    world.descriptions = slow
    slow.describe = describe  # type: ignore[method-assign,assignment]

    world.look(Cause(event_id="e1", at=NOW + MINUTE / 2))

    assert world.snapshots.stored[0].taken_at == NOW + MINUTE


def test_the_current_version_of_an_opted_in_secret_is_copied_once(world: World) -> None:
    first = world.look()
    world.clock.advance(MINUTE)
    second = world.look()

    assert [one.version_id for one in first.copies] == [V1]
    assert second.copies == ()
    assert world.vault.taken == [V1]
    assert world.snapshots.kept[an_arn()].copied == V1


def test_a_version_that_was_current_for_a_moment_is_copied_too(world: World) -> None:
    world.descriptions.put(metadata_of(), {V3: ("AWSCURRENT",), V1: ("AWSPREVIOUS",)})

    world.look(Cause(versions=(V2, V3)))

    assert world.vault.taken == [V3, V2]


def test_a_pending_version_of_a_rotation_is_not_copied(world: World) -> None:
    world.descriptions.put(metadata_of(), {V1: ("AWSCURRENT",), V2: ("AWSPENDING",)})

    world.look(Cause(versions=(V2,)))

    assert world.vault.taken == [V1]


def test_a_copy_is_renewed_before_it_ends_so_that_a_secret_that_never_changes_always_has_one(world: World) -> None:
    world.look()
    world.clock.advance(timedelta(days=53))
    assert world.look().copies == ()
    world.clock.advance(timedelta(days=1))

    (again,) = world.look().copies
    assert (again.expires_at, again.known_since) == (NOW + timedelta(days=54 + 90), NOW)
    world.clock.advance(timedelta(days=54))
    assert [one.known_since for one in world.look().copies] == [NOW]


@pytest.mark.parametrize("days", [90, 180, 365])
def test_whenever_a_deletion_is_scheduled_a_copy_outlives_the_longest_window(days: int, world: World) -> None:
    """AWS gives no value out while a secret awaits its deletion, so the last copy is the one from before."""
    policy = Policy(default=Protection(vault_days=days))

    for _ in range(days):
        world.look(policy=policy)
        (copy,) = world.copies.of(SECRET)
        assert copy.expires_at >= world.clock() + timedelta(days=30 + 6)
        world.clock.advance(timedelta(days=1))


def test_of_copies_for_thirty_days_half_a_window_is_outlived(world: World) -> None:
    policy = Policy(default=Protection(vault_days=30))

    for _ in range(60):
        world.look(policy=policy)
        (copy,) = world.copies.of(SECRET)
        assert copy.expires_at >= world.clock() + timedelta(days=14)
        world.clock.advance(timedelta(days=1))


@pytest.mark.parametrize(
    "metadata",
    [metadata_of(owning_service="rds"), metadata_of(primary_region="us-east-1"), metadata_of("test/db")],
    ids=["managed", "replica", "not opted in"],
)
def test_what_is_managed_a_replica_or_not_opted_in_is_never_copied(world: World, metadata: object) -> None:
    world.descriptions.by_name.clear()
    world.descriptions.put(metadata)  # type: ignore[arg-type]
    named = next(iter(world.descriptions.by_name))

    kept = world.look(secret=secret_ref(named, account_id=ACCOUNT, region=REGION))

    assert kept.snapshot is not None
    assert world.vault.taken == []


def test_the_primary_of_replicas_is_copied(world: World) -> None:
    world.descriptions.put(metadata_of(primary_region=REGION))

    world.look()

    assert world.vault.taken == [V1]


def test_without_a_vault_or_by_default_no_value_is_read(world: World) -> None:
    world.look(policy=Policy(default=Protection(mode=Mode.PROTECT)))
    world.has_vault = False
    world.look()

    assert world.vault.taken == []


def test_a_value_that_cannot_be_copied_is_told_and_its_metadata_are_kept(world: World) -> None:
    world.vault.fails_with = Refused("key k is disabled; enable it first")

    kept = world.look()

    assert kept.missed == (f"version {V1}: key k is disabled; enable it first",)
    assert kept.snapshot is not None
    assert world.snapshots.kept[an_arn()].copied is None  # so that the sweep asks again


def test_when_aws_cannot_be_asked_the_look_is_not_noted_and_comes_again(world: World) -> None:
    world.vault.fails_with = Unavailable("KMS could not be asked")
    with pytest.raises(Unavailable):
        world.look()
    assert world.snapshots.kept == {}

    world.vault.fails_with = None

    assert [one.version_id for one in world.look().copies] == [V1]
    assert len(world.snapshots.stored) == 1


def test_a_secret_that_is_gone_or_waits_to_be_deleted_leaves_what_was_kept(world: World) -> None:
    world.look()
    world.descriptions.put(metadata_of(), deleted_at=NOW)

    assert world.look() == Keeping()
    world.descriptions.by_name.clear()
    assert world.look() == Keeping()
    assert len(world.snapshots.stored) == 1


# --- which events are of interest ---


def a_label_event(label: str = "AWSCURRENT") -> object:
    event = an_event("PutSecretValue", secret=a_secret(), request={"labelUpdated": label})
    return replace(event, name=LABEL_UPDATED, source=NATIVE_SECRETS_MANAGER, version_id=V2)


def test_of_label_events_those_of_awscurrent_alone_are_of_interest() -> None:
    assert is_of_interest(a_label_event())  # type: ignore[arg-type]
    assert not is_of_interest(a_label_event("nightlatch/20260302T090000Z-00000001"))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["TagResource", "PutResourcePolicy", "CreateSecret", "RestoreSecret", "RotateSecret"])
def test_a_change_of_metadata_is_of_interest_unless_aws_refused_it(name: str) -> None:
    event = an_event(name, secret=a_secret())

    assert is_of_interest(event)
    assert not is_of_interest(replace(event, failure=Failure("AccessDenied")))


def test_events_of_one_secret_are_one_cause_the_last_of_them() -> None:
    early = replace(an_event("PutSecretValue", secret=a_secret()), event_id="e1", version_id=V1)
    late = replace(early, event_id="e2", at=early.at + MINUTE, version_id=V2)

    assert cause_of([late, early]) == Cause(event_id="e2", at=late.at, versions=(V2, V1))
