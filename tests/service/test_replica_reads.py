"""A replica is used by whoever uses its primary: known from the call that made it, until it is cut loose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.inventory.holdings_memory import MemoryHoldings
from nightlatch.domain.account.holding import Found, Holding, RotationFunction
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import IAM, KMS, LAMBDA, SecretEvent
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, a_label_event, a_role, a_secret, an_event
from nightlatch.domain.judging.baseline import Baseline

FAR, DAY = "us-east-1", 86_400.0
PRIMARY, COPY = a_secret(), a_secret(region=FAR)
APP = a_role("app")
AT_HOME = [an_event(secret=PRIMARY, by=APP, after_s=-day * DAY) for day in (9, 5, 2)]
ELSEWHERE = replace(an_event(secret=a_secret(suffix=None, region=FAR), by=APP, after_s=60), region=FAR)
MADE = an_event("ReplicateSecretToRegions", secret=PRIMARY, request={"addReplicaRegions": [{"region": FAR}]})
CUT_LOOSE = replace(an_event("StopReplicationToReplica", secret=COPY, after_s=30), region=FAR)
LISTED = Holdings.of([Found(secrets=(Holding(arn=PRIMARY.text, replica_regions=(FAR,)),))])


def last_of(*events: SecretEvent, before: Sequence[SecretEvent] = (), found: Holdings | None = None) -> Baseline:
    holdings = MemoryHoldings(found or Holdings())
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=lambda: AT, holdings=holdings)
    baselines.learn(before)
    return baselines.observe(events)[-1]


@pytest.mark.parametrize(
    ("events", "found", "is_known"),
    [
        ([ELSEWHERE], None, False),
        ([ELSEWHERE], LISTED, True),
        ([MADE, ELSEWHERE], None, True),
        ([MADE, CUT_LOOSE, ELSEWHERE], None, False),
        ([CUT_LOOSE, ELSEWHERE], LISTED, False),
    ],
    ids=["a namesake", "listed", "just made", "cut loose", "cut loose since it was listed"],
)
def test_a_reader_of_the_primary_is_a_known_reader_of_its_replica(events, found, is_known):
    baseline = last_of(*events, before=AT_HOME, found=found)

    assert (baseline.reader is not None) is is_known
    (read,) = baseline.by_principal.named("GetSecretValue").between(ELSEWHERE.at, ELSEWHERE.at)
    assert read.known is is_known


@pytest.mark.parametrize(
    ("events", "is_known"), [([], True), ([MADE], True), ([MADE, CUT_LOOSE], False), ([CUT_LOOSE], False)]
)
def test_a_full_arn_tells_a_replica_by_its_suffix_until_it_is_cut_loose(events, is_known):
    by_arn = replace(ELSEWHERE, secrets=(COPY,))

    baseline = last_of(*events, by_arn, before=[*AT_HOME, replace(an_event("ListSecrets", by=APP), region=FAR)])

    (read,) = baseline.by_principal.named("GetSecretValue").between(by_arn.at, by_arn.at)
    assert read.known is is_known


@pytest.mark.parametrize(
    ("listed", "is_known"),
    [
        (None, True),
        (Holding(arn=PRIMARY.text, primary_region=REGION, replica_regions=(FAR,)), True),
        (Holding(arn=PRIMARY.text), False),
    ],
    ids=["no inventory", "replicated there", "not replicated"],
)
def test_a_secret_called_like_the_arn_of_another_makes_nobody_known_for_that_one(listed, is_known):
    """A thief makes `prod/db-AbCdEf` in another Region, and reads it for some days before `prod/db` here."""
    forged = a_secret(f"{PRIMARY.tail}", suffix=None, region=FAR)
    before = [replace(read, secrets=(forged,), region=FAR) for read in AT_HOME]
    found = Holdings.of([Found(secrets=(listed,))]) if listed is not None else None
    baseline = last_of(an_event(secret=PRIMARY, by=APP), before=before, found=found)

    assert [read.known for read in baseline.by_principal.named("GetSecretValue")] == [is_known]


def test_a_read_of_a_replica_makes_nobody_known_at_home():
    """What a replica's reads say of its primary may be wrong tomorrow; what a primary's say of it is asked today."""
    away = [replace(read, secrets=(COPY,), region=FAR) for read in AT_HOME]

    assert last_of(an_event(secret=PRIMARY, by=APP), before=away, found=LISTED).reader is None


def test_a_label_that_moves_on_a_replica_is_known_to_have_a_primary_elsewhere():
    moved = replace(a_label_event(COPY, version_id="v2"), region=FAR)

    assert last_of(moved, found=LISTED).elsewhere == {REGION}
    assert last_of(moved).elsewhere == frozenset()


FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/rotate-db-role"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NEEDY = Holdings.of(
    [
        Found(
            secrets=(Holding(arn=PRIMARY.text, key=KEY, rotated_by=FUNCTION),),
            functions=(RotationFunction(arn=FUNCTION, role=ROLE),),
        )
    ]
)


@pytest.mark.parametrize(
    ("call", "source", "request_"),
    [
        ("DisableKey", KMS, {"keyId": KEY}),
        ("DisableKey", KMS, {"keyId": KEY.rsplit("/", 1)[1]}),
        ("UpdateFunctionCode20150331v2", LAMBDA, {"functionName": "rotate-db"}),
        ("PutRolePolicy", IAM, {"roleName": "rotate-db-role"}),
    ],
)
def test_what_an_inventoried_secret_needs_is_known_to_be_needed_by_it(call, source, request_):
    touched = an_event(call, source=source, request=request_)
    from_iam = replace(touched, region="us-east-1") if source == IAM else touched

    assert [secret.text for secret in last_of(from_iam, found=NEEDY).held] == [PRIMARY.text]
    assert last_of(from_iam).held == ()


def test_a_key_swap_puts_the_new_key_into_the_inventory_at_once():
    new = KEY.replace("1234abcd", "99999999")
    swap = an_event("UpdateSecret", secret=replace(PRIMARY, is_full=True), request={"kmsKeyId": new})
    lost = an_event("DisableKey", source=KMS, request={"keyId": new}, after_s=9)

    assert [secret.name for secret in last_of(swap, lost, found=NEEDY).held] == ["prod/db"]


def test_a_replica_is_no_routine_before_its_own_pair_is_known():
    """It may be cut loose before the day is over, and routine is remembered for the day."""
    stores = MemoryTrails(), MemoryWaits()
    baselines = TrailBaselines(*stores, inventory=Inventory(), now=lambda: AT, holdings=MemoryHoldings(LISTED))
    baselines.learn([*AT_HOME, *(replace(one, secrets=(a_secret("b"),), region=FAR) for one in AT_HOME)])
    (there,) = baselines.observe([ELSEWHERE])
    assert there.reader is not None

    baselines.observe([replace(CUT_LOOSE, at=ELSEWHERE.at + timedelta(seconds=1))])
    again = replace(ELSEWHERE, at=ELSEWHERE.at + timedelta(seconds=9), event_id="again")
    (alone,) = baselines.observe([again])

    (read,) = alone.by_principal.named("GetSecretValue").between(again.at, again.at)
    assert not read.known
