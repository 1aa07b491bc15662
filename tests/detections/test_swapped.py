"""A move to another key is told by who vouches for the key, and is critical once a version follows or three moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from nightlatch.detections.swapped import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import (
    ACCOUNT,
    REGION,
    a_label_event,
    a_role,
    a_secret,
    a_user,
    an_event,
    sightings,
)
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Finding, Severity, fold
from nightlatch.domain.judging.rules import Match, detect

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{ID}"
THEIRS = KEY.replace(ACCOUNT, "999988887777")
MALLORY = a_user("mallory")
DAY, HOUR = 86_400, 3600
APPROVED = Inventory(approved_keys=frozenset({KEY}))
NONE = Inventory()


def move(
    key: str = ID, name: str = "prod/db", *, after_s: float = 0, suffix: str | None = "AbCdEf", **more
) -> SecretEvent:
    secret = a_secret(name, suffix=suffix)
    return an_event(
        "UpdateSecret", **{"secret": secret, "by": MALLORY, "after_s": after_s, "request": {"kmsKeyId": key}, **more}
    )


def write(after_s: float = HOUR, **more) -> SecretEvent:
    return an_event(
        "PutSecretValue", **{"secret": a_secret(), "by": a_role("app"), "after_s": after_s, "version_id": "v", **more}
    )


def judge(*events: SecretEvent, inventory: Inventory = NONE) -> tuple[Finding, ...]:
    """Judge all events with all of them known, as a hunt does."""
    found: list[Finding] = []
    for event in events:
        baseline = Baseline(
            on_secret=sightings(e for e in events if e.secret and event.secret and e.secret.name == event.secret.name),
            by_principal=sightings(e for e in events if e.principal.key == event.principal.key),
            inventory=inventory,
        )
        found += detect(event, baseline, (DETECTION,))[0]
    return fold(tuple(found))


def severities(*events: SecretEvent, inventory: Inventory = NONE) -> list[Severity]:
    return [finding.severity for finding in judge(*events, inventory=inventory)]


@pytest.mark.parametrize(
    ("key", "inventory", "severity"),
    [
        (THEIRS, NONE, Severity.CRITICAL),
        (THEIRS, APPROVED, Severity.CRITICAL),
        (THEIRS, Inventory(trusted_accounts=frozenset({"999988887777"})), Severity.MEDIUM),
        (ID, NONE, Severity.MEDIUM),
        ("alias/mine", APPROVED, Severity.CRITICAL),
        (ID, APPROVED, Severity.MEDIUM),
        (KEY, APPROVED, Severity.MEDIUM),
        ("alias/aws/secretsmanager", APPROVED, Severity.MEDIUM),
    ],
)
def test_a_move_is_told_by_who_vouches_for_the_key(key, inventory, severity):
    assert severities(move(key), inventory=inventory) == [severity]


def test_an_update_without_a_key_or_refused_is_silent():
    refused = an_event("UpdateSecret", secret=a_secret(), failure=Failure("InvalidRequestException"))

    assert severities(an_event("UpdateSecret", secret=a_secret(), request={"description": "x"})) == []
    assert severities(refused) == []


def test_the_same_key_again_is_no_move():
    created = an_event("CreateSecret", secret=a_secret(), after_s=-DAY, request={"name": "prod/db", "kmsKeyId": KEY})

    assert severities(created, move(ID)) == []


def test_the_way_back_is_medium_whatever_is_written_then():
    created = an_event(
        "CreateSecret", secret=a_secret(), after_s=-9 * DAY, request={"name": "prod/db", "kmsKeyId": KEY}
    )
    events = (created, move(THEIRS), move(KEY, after_s=2 * HOUR, by=a_user("ana")), write(3 * HOUR))

    found = {f.principal.name: f.severity for f in judge(*events)}

    assert found == {"mallory": Severity.CRITICAL, "ana": Severity.MEDIUM}


# The lock


@pytest.mark.parametrize(
    ("after_s", "expected"), [(60, [Severity.CRITICAL]), (DAY, [Severity.CRITICAL]), (DAY + 1, [Severity.MEDIUM])]
)
def test_a_version_within_a_day_locks_in_any_order(after_s, expected):
    outcomes = {judge(*order) for order in permutations([move(), write(after_s), write(-60)])}

    (findings,) = outcomes
    assert [f.severity for f in findings] == expected
    assert [f.principal for f in findings] == [MALLORY]


def test_live_the_version_finds_the_move_and_the_move_the_version():
    both = sightings([move(), write()])

    (late,), _ = detect(write(), Baseline(on_secret=both), (DETECTION,))
    (early,), _ = detect(move(), Baseline(on_secret=both), (DETECTION,))

    assert late.severity is early.severity is Severity.CRITICAL
    assert (late.id, late.headline) == (early.id, early.headline)
    assert "{who}" not in late.headline
    assert set(late.event_ids) == {move().event_id, write().event_id}


def test_many_versions_after_a_move_are_one_finding():
    assert severities(move(), *(write(n * HOUR) for n in range(1, 24))) == [Severity.CRITICAL]


def test_a_version_after_a_day_is_silent_though_another_locked_before():
    known = sightings([move(), write(HOUR), write(2 * DAY)])

    assert detect(write(2 * DAY), Baseline(on_secret=known), (DETECTION,)) == ((), ())


def test_a_value_in_the_same_call_locks_at_once():
    assert severities(move(version_id="v-2")) == [Severity.CRITICAL]


def test_a_value_that_only_a_native_event_shows_locks_too():
    label = a_label_event(a_secret(), version_id="v-2", after_s=1)
    baseline = Baseline(on_secret=sightings([move(), label]))

    (found,), _ = detect(move(), baseline, (DETECTION,))

    assert found.severity is Severity.CRITICAL


def test_under_an_approved_key_nothing_locks():
    assert severities(move(), write(), inventory=APPROVED) == [Severity.MEDIUM]


def test_a_version_without_a_move_is_silent():
    assert severities(write()) == []


# Sweeps


def test_three_secrets_in_an_hour_are_critical_in_every_order():
    events = [move(name=f"prod/{n}", after_s=n * HOUR / 2) for n in range(3)]

    outcomes = {judge(*order) for order in permutations(events)}

    ((found,),) = outcomes
    assert found.severity is Severity.CRITICAL
    assert len(found.secrets) == 3


@pytest.mark.parametrize(
    "events",
    [
        [move(name=f"prod/{n}", after_s=n * (HOUR / 2 + 1)) for n in range(3)],
        [move(name="prod/0"), move(name="prod/1", after_s=1)],
        [move(name="prod/0"), move(name="prod/1", after_s=1), move(name="prod/0", after_s=2, suffix=None)],
    ],
)
def test_two_secrets_or_a_longer_time_are_no_sweep(events):
    assert set(severities(*events)) == {Severity.MEDIUM}


def test_a_declared_migration_is_no_sweep():
    events = [move(name=f"prod/{n}", after_s=n) for n in range(9)]

    assert severities(*events, inventory=APPROVED) == [Severity.MEDIUM]


# Made under a key


def made(call: str, /, **request) -> SecretEvent:
    return an_event(call, secret=a_secret(), by=MALLORY, request=request)


@pytest.mark.parametrize(
    ("event", "inventory", "fires"),
    [
        (made("CreateSecret", name="prod/db", kmsKeyId=THEIRS), NONE, True),
        (made("CreateSecret", name="prod/db", kmsKeyId=KEY), NONE, False),
        (made("CreateSecret", name="prod/db", kmsKeyId=KEY), APPROVED, False),
        (made("CreateSecret", name="prod/db", kmsKeyId="alias/x"), APPROVED, True),
        (made("CreateSecret", name="prod/db"), APPROVED, False),
        (
            made("ReplicateSecretToRegions", addReplicaRegions=[{"region": "eu-central-1", "kmsKeyId": THEIRS}]),
            NONE,
            True,
        ),
        (made("ReplicateSecretToRegions", addReplicaRegions=[{"region": "eu-central-1", "kmsKeyId": ID}]), NONE, False),
        (
            made("ReplicateSecretToRegions", addReplicaRegions=[{"region": "eu-central-1", "kmsKeyId": ID}]),
            APPROVED,
            True,
        ),
        (made("ReplicateSecretToRegions", addReplicaRegions=[{"region": "eu-central-1"}]), APPROVED, False),
        (made("CreateSecret", name="x", addReplicaRegions=[{"region": "x", "kmsKeyId": THEIRS}]), NONE, True),
    ],
)
def test_a_secret_made_under_a_strange_key_is_critical_and_under_ours_silent(event, inventory, fires):
    assert severities(event, inventory=inventory) == ([Severity.CRITICAL] if fires else [])


def test_neither_a_stack_nor_a_service_silences_it():
    stack = replace(a_role("deploy"), invoked_by="cloudformation.amazonaws.com")

    assert severities(move(THEIRS, by=stack)) == [Severity.CRITICAL]


def test_by_name_and_by_arn_it_is_one_secret():
    events = [move(suffix=None), write()]
    baseline = Baseline(on_secret=sightings(events))

    (found,), _ = detect(events[1], baseline, (DETECTION,))

    assert found.severity is Severity.CRITICAL


# Each condition


def verdict(event: SecretEvent, *others: SecretEvent, inventory: Inventory = NONE) -> Match | None:
    seen = sightings([event, *others])
    found = DETECTION.evaluate(event, Baseline(on_secret=seen, by_principal=seen, inventory=inventory))
    assert found is None or isinstance(found, Match)
    return found


def ids(*events: SecretEvent) -> set[str]:
    return {event.event_id for event in events}


def evidence(found: Match | None) -> set[str]:
    assert found is not None
    assert found.evidence is not None
    return set(found.evidence.event_ids)


@pytest.mark.parametrize(
    "event",
    [
        move(THEIRS, failure=Failure("InvalidParameterException")),
        write(failure=Failure("LimitExceededException")),
        replace(move(THEIRS), secrets=()),
        replace(made("CreateSecret", kmsKeyId=THEIRS), failure=Failure("ResourceExistsException")),
    ],
    ids=["a move that failed", "a write that failed", "no named secret", "a creation that failed"],
)
def test_what_failed_or_names_no_secret_is_silent(event):
    assert verdict(event, move(after_s=-60)) is None


def test_a_version_is_judged_by_the_last_move_before_it():
    moved, later = move(KEY), move(THEIRS, after_s=2 * HOUR)

    assert verdict(write(), moved, later, inventory=APPROVED) is None
    locked = verdict(write(3 * HOUR), moved, write(), later, inventory=APPROVED)
    assert evidence(locked) == ids(later, write(3 * HOUR))
    assert verdict(write(DAY + 2 * HOUR), moved, later, inventory=APPROVED) is not None


def test_of_several_versions_the_first_is_the_lock():
    found = verdict(write(2 * HOUR), move(), write(HOUR))

    assert evidence(found) == ids(move(), write(HOUR))


def test_a_day_after_the_move_is_the_end_though_the_key_was_named_again_since():
    again = move(after_s=DAY - HOUR)

    assert verdict(write(DAY), move(), again) is not None
    assert verdict(write(DAY + 1), move(), again) is None


def test_an_update_whose_value_only_a_native_event_shows_is_a_lock_itself():
    update = an_event("UpdateSecret", secret=a_secret(), by=a_role("app"), after_s=HOUR)
    label = a_label_event(a_secret(), version_id="v-9", after_s=HOUR + 1)

    assert evidence(verdict(update, move(), label)) == ids(move(), update)


def test_a_way_back_to_a_strangers_key_is_none():
    created = an_event(
        "CreateSecret", secret=a_secret(), after_s=-9 * DAY, request={"name": "prod/db", "kmsKeyId": THEIRS}
    )

    found = verdict(move(THEIRS), created, move(KEY, after_s=-HOUR))

    assert found is not None
    assert found.reason.startswith("moved to a key of an account that is neither ours nor trusted")
    assert found.severity is None


def test_only_moves_to_keys_that_nobody_vouches_for_make_a_sweep():
    moved = [move(name=f"prod/{n}", after_s=n) for n in (0, 1)]
    others = [
        move("alias/aws/secretsmanager", "prod/2", after_s=2),
        move(name="prod/3", after_s=3, request={"description": "x"}),
        move(name="prod/4", after_s=4, failure=Failure("InvalidParameterException")),
        replace(made("CreateSecret", kmsKeyId=KEY), secrets=(a_secret("prod/5"),)),
        replace(move(name="prod/6", after_s=6), secrets=()),
    ]

    few, sweep = verdict(moved[0], moved[1], *others), verdict(moved[0], moved[1], move(name="prod/7"), *others)

    assert few is not None
    assert few.severity is Severity.MEDIUM
    assert sweep is not None
    assert sweep.reason == "3 secrets were moved to other keys within an hour"
    assert evidence(sweep) == ids(*moved, move(name="prod/7"))
    assert {secret.name for secret in sweep.secrets or ()} == {"prod/0", "prod/1", "prod/7"}


@pytest.mark.parametrize(
    ("event", "how"),
    [
        (made("CreateSecret", kmsKeyId=THEIRS), "created"),
        (
            made("ReplicateSecretToRegions", addReplicaRegions=[{"region": "eu-central-1", "kmsKeyId": THEIRS}]),
            "replicated",
        ),
    ],
)
def test_it_says_how_a_secret_came_under_a_strange_key(event, how):
    found = verdict(event)

    assert found is not None
    assert found.reason == f"{how} under a key of an account that is neither ours nor trusted"
    assert found.headline == f"{{who}} {how} {{secrets}} under a strange key"


@pytest.mark.parametrize(
    ("age", "severity", "said"),
    [
        (None, Severity.MEDIUM, "moved to a key that no list vouches for"),
        (timedelta(hours=24), Severity.MEDIUM, "moved to a key that no list vouches for"),
        (
            timedelta(hours=23.9),
            Severity.CRITICAL,
            "moved to a key that was made less than a day before",
        ),
    ],
)
def test_a_key_that_was_made_just_before_is_strange(age, severity, said):
    event = move()
    known = Baseline(on_secret=sightings([event]), key_made=None if age is None else event.at - age)

    (found,), _ = detect(event, known, (DETECTION,))

    assert found.severity is severity
    assert found.reason.startswith(said)


def test_a_young_key_that_a_list_vouches_for_is_ours():
    event = move()
    inventory = Inventory(approved_keys=frozenset({ID}))
    known = Baseline(on_secret=sightings([event]), key_made=event.at - timedelta(hours=1), inventory=inventory)

    (found,), _ = detect(event, known, (DETECTION,))

    assert (found.severity, found.reason) == (Severity.MEDIUM, "moved to a key that is known as ours")


def test_the_record_of_a_keys_making_may_come_behind():
    event = move()

    (found, *_), waits = detect(event, Baseline(on_secret=sightings([event])), (DETECTION,))

    assert found.severity is Severity.MEDIUM
    assert [wait.until_after for _, wait in waits] == [LATENESS]


def test_a_secret_that_is_made_with_its_key_is_no_news():
    created = an_event("CreateSecret", secret=a_secret(), request={"kmsKeyId": ID})

    assert detect(created, Baseline(key_made=created.at - timedelta(minutes=1)), (DETECTION,))[0] == ()
