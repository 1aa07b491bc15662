"""What is found does not hang on the order in which events come, nor on how they are cut into batches (ruling 2).

Records come up to a quarter of an hour late, and some of them twice. What was told before an explanation came is not
taken back yet, so a late order may tell more than the ordered one, but never less and never milder; of what does not
wait for explanations, exactly the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.event.events import Failure, SecretEvent, Tick
from nightlatch.domain.history.examples import (
    AT,
    a_denial,
    a_label_event,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
)
from nightlatch.domain.judging.deletions import UNEXPLAINED
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.pipeline import Ports, handle

PEOPLE = (a_user("mallory"), a_role("app", "worker"), a_person("ana"), a_role("rotator", "rotate-db"))
SECRETS = tuple(a_secret(f"prod/{n}") for n in range(14))
OPEN_TO_ALL = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue"}}'
MARKED = Failure(
    "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."
)
DENIED_TO_ALL_BUT_ONE = (
    '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Condition":'
    ' {"StringNotEquals": {"aws:ResourceTag/team": "orders"}}}}'
)
FUNCTIONS = tuple(f"arn:aws:lambda:eu-west-1:111122223333:function:rotate-{name}" for name in ("db", "mail"))
LATE_S = (0, 5, 60, 900)
EXACT = {
    "access.bulk-read",
    "access.root-use",
    "change.many-overwritten",
    "deletion.force-delete",
    "deletion.mass-deletion",
    "deletion.deletion-scheduled",
    "deletion.name-reused",
    "deletion.read-then-deleted",
    "deletion.refused",
    "policy.public",
    "rotation.cancelled",
    "rotation.failing",
}
# Told at once of what a late record may explain: a read by the start of a rotation, a tag by a newer policy.
NEVER_LESS = {"access.list-then-read", "change.current-moved", "change.protection-tags"}

Found = dict[tuple[str, str], tuple[frozenset[str], int]]  # rule and subject -> event ids, rank of the severity


def an_hour(chance: Random, size: int) -> list[SecretEvent]:
    """Invent an hour of an account in which everything happens, most of it by two principals."""
    events: list[SecretEvent] = []
    for number in range(size):
        who = chance.choice(PEOPLE[:2] if chance.random() < 0.8 else PEOPLE)
        secret = chance.choice(SECRETS if chance.random() < 0.7 else SECRETS[:2])
        events.append(
            something(chance, who=who, secret=secret, after_s=chance.randrange(3600), event_id=f"e{number:03}")
        )
    return sorted(events, key=lambda event: event.at)


def something(chance: Random, *, who, secret, after_s: float, event_id: str) -> SecretEvent:
    version, other = (f"v{chance.randrange(4)}" for _ in range(2))
    moved = {"versionStage": "AWSCURRENT", "moveToVersionId": version, "removeFromVersionId": other}
    call, more = chance.choice(
        [
            *[("GetSecretValue", {})] * 8,
            *[("GetSecretValue", {"version_id": version})] * 2,
            *[("GetSecretValue", {"failure": a_denial("GetSecretValue", secret.name)})] * 2,
            *[("PutSecretValue", {"version_id": version})] * 2,
            ("PutSecretValue", {"version_id": version, "request": {"versionStages": ["AWSPENDING"]}}),
            *[("ListSecrets", {"secret": None})] * 2,
            *[("DescribeSecret", {})] * 3,
            *[("GetResourcePolicy", {})] * 2,
            ("GetSecretValue", {"request": {"versionStage": "AWSPREVIOUS"}}),
            ("GetSecretValue", {"failure": MARKED}),
            ("UpdateSecretVersionStage", {"version_id": version, "request": moved}),
            ("UpdateSecret", {"request": {"clientRequestToken": version}}),
            ("CreateSecret", {"version_id": version}),
            ("DeleteSecret", {}),
            ("DeleteSecret", {"request": {"forceDeleteWithoutRecovery": True}}),
            ("RestoreSecret", {}),
            ("CancelRotateSecret", {}),
            ("PutResourcePolicy", {"request": {"resourcePolicy": OPEN_TO_ALL}}),
            ("PutResourcePolicy", {"request": {"resourcePolicy": DENIED_TO_ALL_BUT_ONE}}),
            ("DeleteResourcePolicy", {}),
            ("DeleteSecret", {"failure": a_denial("DeleteSecret", secret.name)}),
            ("RotateSecret", {"request": {"rotationLambdaARN": chance.choice(FUNCTIONS)}}),
            ("UntagResource", {"request": {"tagKeys": [chance.choice(["nightlatch:tier", "team"])]}}),
            ("StartSecretVersionDelete", None),
            ("RotationStarted", None),
            ("RotationSucceeded", None),
            ("RotationFailed", None),
            ("SecretVersionDeletion", None),
            ("Secret Label Updated", None),
        ]
    )
    if call == "Secret Label Updated":
        return a_label_event(secret, version_id=version, after_s=after_s)
    if more is None:
        return a_service_event(call, secret=secret, after_s=after_s)
    return an_event(call, **{"secret": secret, "by": who, "after_s": after_s, "event_id": event_id, **more})


def judged(batches: Sequence[Sequence[SecretEvent | Tick]]) -> Found:
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=lambda: AT)
    baselines.learn([an_event("ListSecrets", by=a_role("auditor"), after_s=-30 * 86_400)])
    ports = Ports(baselines, NothingIsOwn(), NoEffects())
    policy = Policy(default=Protection(mode=Mode.NOTIFY))
    found: Found = {}
    for batch in [*batches, [Tick(AT + timedelta(days=1))]]:
        for one in handle(batch, rules=CATALOGUE, policy=policy, ports=ports, now=AT).findings:
            ids, rank = found.get((one.rule, one.subject), (frozenset(), 0))
            found[one.rule, one.subject] = (ids.union(one.event_ids), max(rank, one.severity.rank))
    return found


def cut(events: Sequence[SecretEvent], chance: Random) -> Iterator[Sequence[SecretEvent]]:
    left = list(events)
    while left:
        size = chance.choice([1, 2, 5, 20])
        yield left[:size]
        left = left[size:]


@pytest.mark.parametrize("seed", range(40))
def test_in_no_order_and_no_batches_less_is_found(seed):
    chance = Random(seed)  # noqa: S311 - an invention, not a key
    events = an_hour(chance, chance.choice([30, 80]))
    delivered = [*events, *chance.sample(events, len(events) // 3)]
    late = sorted(delivered, key=lambda event: event.at.timestamp() + chance.choice(LATE_S) * chance.random())

    ordered = judged([events])
    found = judged([*cut(late, chance)])

    assert {key for key in ordered if key not in found} == set()
    assert {key for key, (_, rank) in ordered.items() if found[key][1] < rank} == set()
    exactly = [key for key in {**ordered, **found} if key[0] in EXACT and key[1] != UNEXPLAINED]
    assert {key: found.get(key) for key in exactly} == {key: ordered.get(key) for key in exactly}
    at_least = [key for key in ordered if key[0] in NEVER_LESS]
    assert [key for key in at_least if not ordered[key][0] <= found[key][0]] == []


@pytest.mark.parametrize("seed", range(100, 120))
def test_nothing_is_missed_where_ticks_judge_while_records_are_still_coming(seed):
    chance = Random(seed)  # noqa: S311 - an invention, not a key
    events = an_hour(chance, 80)
    late = {event.event_id: event.at + timedelta(seconds=chance.choice(LATE_S) * chance.random()) for event in events}
    batches: list[Sequence[SecretEvent | Tick]] = []
    for part in cut(sorted(events, key=lambda event: late[event.event_id]), chance):
        batches += [part, [Tick(late[part[-1].event_id])]]

    ordered, found = judged([events]), judged(batches)

    assert {key for key in ordered if key not in found} == set()
    assert {key for key, (_, rank) in ordered.items() if found[key][1] < rank} == set()


# A rotation whose end comes late: until then it seems to explain what was done after it


_SECRET = SECRETS[0]
_PENDING = an_event(
    "PutSecretValue",
    secret=_SECRET,
    by=PEOPLE[1],
    after_s=-80,
    request={"versionStages": ["AWSPENDING"]},
    version_id="v-3",
)
_MOVED = {"versionStage": "AWSCURRENT", "moveToVersionId": "v-3", "removeFromVersionId": "v-2"}
_AFTER_ITS_END = {
    "access.first-read": [an_event(secret=_SECRET, by=PEOPLE[1])],
    "access.old-version": [an_event(secret=_SECRET, by=PEOPLE[1], request={"versionStage": "AWSPREVIOUS"})],
    "access.bulk-read": [an_event(secret=secret, by=PEOPLE[1], after_s=n) for n, secret in enumerate(SECRETS[:10])],
    "access.list-then-read": [
        an_event("ListSecrets", by=PEOPLE[1], after_s=-5),
        *(an_event(secret=secret, by=PEOPLE[1], after_s=n) for n, secret in enumerate(SECRETS[:5])),
    ],
    "access.many-regions": [
        replace(an_event(secret=a_secret("prod/0", region=region), by=PEOPLE[1], after_s=n), region=region)
        for n, region in enumerate(("eu-west-1", "us-east-1", "sa-east-1", "us-west-2"))
    ],
    "access.metadata-enumeration": [
        an_event("GetResourcePolicy", secret=secret, by=PEOPLE[1], after_s=n) for n, secret in enumerate(SECRETS[:5])
    ],
    "change.unexpected-writer": [replace(_PENDING, at=AT)],
    "change.current-moved": [
        _PENDING,
        an_event("UpdateSecretVersionStage", secret=_SECRET, by=PEOPLE[1], request=_MOVED, version_id="v-3"),
    ],
}


@pytest.mark.parametrize("rule", _AFTER_ITS_END)
def test_what_comes_after_a_rotation_is_found_however_late_the_rotations_end_is_told(rule):
    begun = a_service_event("RotationStarted", secret=_SECRET, after_s=-90)
    ended = a_service_event("RotationFailed", secret=_SECRET, after_s=-60)
    done = _AFTER_ITS_END[rule]

    ordered = {key: found for key, found in judged([[begun, ended, *done]]).items() if key[0] == rule}
    found = judged([[begun, *done], [ended]])

    assert ordered
    assert {key: found.get(key) for key in ordered} == ordered


# What shows the version to be an old one, or the listing to be followed, comes last


def test_a_label_that_went_back_without_its_call_is_found_though_the_older_record_comes_last():
    was = a_label_event(_SECRET, version_id="v-1", after_s=-600)
    between = an_event("PutSecretValue", secret=_SECRET, by=PEOPLE[1], after_s=-300, version_id="v-2")
    back = a_label_event(_SECRET, version_id="v-1")
    key = ("change.current-moved", f"secret:{_SECRET.keys[0]}")

    ordered = judged([[was, between, back]])

    assert key in ordered
    assert judged([[between, back], [was]])[key] == ordered[key]


def test_a_last_listing_is_evidence_whenever_the_read_behind_it_comes():
    reads = [an_event(secret=secret, by=PEOPLE[1], after_s=n) for n, secret in enumerate(SECRETS[:5])]
    first, last = (an_event("ListSecrets", by=PEOPLE[1], after_s=s) for s in (-5, 1_500))
    later = an_event(secret=SECRETS[5], by=PEOPLE[1], after_s=2_400)
    key = ("access.list-then-read", f"principal:{PEOPLE[1].key}")

    assert judged([[first, *reads, last], [later]])[key] == judged([[first, *reads, last, later]])[key]


def test_a_first_value_that_a_late_record_shows_to_be_the_second_is_an_overwrite():
    def puts(who, after_s, version, secrets=SECRETS[:3]):
        return [
            an_event("PutSecretValue", secret=secret, by=who, after_s=after_s + n, version_id=version)
            for n, secret in enumerate(secrets)
        ]

    mallory, app = PEOPLE[:2]
    made = an_event("CreateSecret", secret=SECRETS[3], by=app, after_s=-900)
    (first,), (again,) = puts(app, -800, "v-1", SECRETS[3:4]), puts(mallory, 60, "v-2", SECRETS[3:4])
    known = [made, *puts(app, -3_000, "v-1"), *puts(mallory, 0, "v-2")]
    key = ("change.many-overwritten", f"principal:{mallory.key}")

    assert judged([known, [again], [first]])[key] == judged([[*known, first, again]])[key]


# What is judged when its time has come, while the records around it are still coming


def ticking(*batches: Sequence[SecretEvent], after_min: float) -> Found:
    """Judge what is delivered, with a tick between."""
    return judged([batches[0], [Tick(AT + timedelta(minutes=after_min))], *batches[1:]])


def test_an_overwritten_first_value_is_found_though_the_native_event_of_the_first_is_late():
    made = an_event("CreateSecret", secret=_SECRET, by=PEOPLE[1], after_s=-900)
    first = a_label_event(_SECRET, version_id="v-1", after_s=-800)
    again = an_event("PutSecretValue", secret=_SECRET, by=PEOPLE[0], version_id="v-2")
    key = ("change.unexpected-writer", f"principal:{PEOPLE[0].key}")

    assert ticking([made, again], [first], after_min=3)[key] == judged([[made, first, again]])[key]


def test_calls_after_a_destruction_without_one_complete_the_mass_deletion():
    gone = a_service_event("StartSecretVersionDelete", secret=SECRETS[0])
    deleted = [
        an_event("DeleteSecret", secret=secret, by=who, after_s=1_200)
        for secret, who in zip(SECRETS[1:3], PEOPLE[:2], strict=True)
    ]
    key = ("deletion.mass-deletion", UNEXPLAINED)

    assert ticking([gone], deleted, after_min=16)[key] == judged([[gone, *deleted]])[key]


def test_a_rotation_that_is_cancelled_under_cover_of_a_deletion_which_is_undone_is_found():
    cancelled = an_event("CancelRotateSecret", secret=_SECRET, by=PEOPLE[0])
    deleted = an_event("DeleteSecret", secret=_SECRET, by=PEOPLE[0], after_s=300)
    restored = an_event("RestoreSecret", secret=_SECRET, by=PEOPLE[0], after_s=600)
    key = ("rotation.cancelled", f"principal:{PEOPLE[0].key}")

    assert ticking([cancelled, deleted], [restored], after_min=16)[key] == judged([[cancelled, deleted, restored]])[key]


def test_the_first_values_of_secrets_that_others_made_are_no_overwrites_in_any_order():
    made = [an_event("CreateSecret", secret=secret, by=PEOPLE[0], after_s=-60) for secret in SECRETS[:2]]
    filled = [
        an_event("PutSecretValue", secret=secret, by=PEOPLE[1], after_s=n) for n, secret in enumerate(SECRETS[:2])
    ]
    over = an_event("PutSecretValue", secret=SECRETS[2], by=PEOPLE[1], after_s=-3, version_id="v-9")

    for batches in ([[over], made, filled], [[*made, *filled, over]], [made, filled, [over]]):
        assert "change.many-overwritten" not in {rule for rule, _ in judged(batches)}


def test_a_write_by_who_made_its_secret_completes_the_overwrites_of_others():
    mallory = PEOPLE[0]
    made = an_event("CreateSecret", secret=SECRETS[0], by=mallory, after_s=-60, version_id="v-1")
    first, second, own = (
        an_event("PutSecretValue", secret=secret, by=mallory, after_s=after_s, version_id="v-2")
        for secret, after_s in ((SECRETS[1], 0), (SECRETS[2], 60), (SECRETS[0], 1_700))
    )
    filled = an_event("PutSecretValue", secret=SECRETS[0], by=mallory, after_s=-30, version_id="v-1")
    key = ("change.many-overwritten", f"principal:{mallory.key}")

    assert (
        ticking([made, filled, first, second], [own], after_min=20)[key]
        == (judged([[made, filled, first, second, own]])[key])
    )


def test_a_read_that_comes_last_tells_of_every_deletion_after_it():
    read = an_event(secret=_SECRET, by=PEOPLE[0])
    deleted = [an_event("DeleteSecret", secret=_SECRET, by=PEOPLE[0], after_s=after_s) for after_s in (60, 120)]
    key = ("deletion.read-then-deleted", f"principal:{PEOPLE[0].key}")

    assert judged([deleted, [read]])[key] == judged([[read, *deleted]])[key]
