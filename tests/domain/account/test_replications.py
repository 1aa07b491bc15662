"""A copy is a replica from the call that makes it to the one that cuts it loose, however late the inventory says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.replications import Replications, replication_of
from nightlatch.domain.history.examples import AT, a_denial, a_secret, an_event

FAR = "sa-east-1"
PRIMARY, COPY = a_secret(), a_secret(region=FAR)
TO_FAR = {"addReplicaRegions": [{"region": FAR}]}
HOUR = 3_600.0


def made(after_s: float = 0, name: str = "ReplicateSecretToRegions", **changes):
    return an_event(name, secret=PRIMARY, after_s=after_s, request=TO_FAR, **changes)


def cut_loose(after_s: float = 0):
    return replace(an_event("StopReplicationToReplica", secret=COPY, after_s=after_s), region=FAR)


def removed(after_s: float = 0):
    request = {"removeReplicaRegions": [FAR]}
    return an_event("RemoveRegionsFromReplication", secret=PRIMARY, after_s=after_s, request=request)


def shown(*events) -> Replications:
    return Replications(tuple(found for event in events if (found := replication_of(event)) is not None))


def taken(at_s: float, *, replicated: bool) -> Holdings:
    listed = Holding(arn=PRIMARY.text, replica_regions=(FAR,) if replicated else ())
    return Holdings.of([Found(secrets=(listed,))], AT + timedelta(seconds=at_s))


def primary(calls: Replications, at_s: float, holdings: Holdings | None = None):
    return calls.primary_of(COPY, AT + timedelta(seconds=at_s), holdings or Holdings())


@pytest.mark.parametrize("name", ["ReplicateSecretToRegions", "CreateSecret"])
def test_a_copy_is_a_replica_at_once(name):
    assert primary(shown(made(name=name)), 1) == PRIMARY
    assert primary(shown(made(name=name)), -1) is None


def test_a_copy_is_found_by_its_name_too():
    by_name = a_secret(suffix=None, region=FAR)

    assert shown(made()).primary_of(by_name, AT, Holdings()) == a_secret(suffix=None)
    assert shown(made()).primary_of(a_secret("other", region=FAR), AT, Holdings()) is None
    assert shown(made()).primary_of(PRIMARY, AT, Holdings()) is None


@pytest.mark.parametrize("end", [cut_loose, removed])
def test_a_copy_that_was_cut_loose_is_a_secret_of_its_own(end):
    calls = shown(made(), end(HOUR))

    assert primary(calls, HOUR - 1) == PRIMARY
    assert primary(calls, HOUR + 1) is None


@pytest.mark.parametrize(
    ("calls", "inventory", "is_replica"),
    [
        ([], taken(-HOUR, replicated=True), True),
        ([cut_loose(-60)], taken(-HOUR, replicated=True), False),  # the call is news
        ([cut_loose(-9 * HOUR)], taken(-HOUR, replicated=True), True),  # made again, in a call that nobody saw
        ([made(-9 * HOUR)], taken(-HOUR, replicated=False), False),
        ([made(-HOUR - 60)], taken(-HOUR, replicated=False), True),  # AWS's list may lag behind
        ([made(-9 * HOUR)], taken(HOUR, replicated=False), True),  # taken after the moment that is asked about
    ],
)
def test_the_later_word_counts_the_call_or_the_inventory(calls, inventory, is_replica):
    found = primary(shown(*calls), 0, inventory)

    assert (found and found.text) == (PRIMARY.text if is_replica else None)


@pytest.mark.parametrize(
    "event",
    [
        made(failure=a_denial("ReplicateSecretToRegions")),
        an_event("CreateSecret", secret=PRIMARY),
        an_event("DescribeSecret", secret=PRIMARY, request=TO_FAR),
        an_event("ReplicateSecretToRegions", request=TO_FAR),
    ],
)
def test_what_makes_no_copy_shows_none(event):
    assert replication_of(event) is None


def test_the_order_in_which_calls_are_told_changes_nothing():
    told = [made(), cut_loose(HOUR), made(2 * HOUR)]

    for moment in (0, HOUR, 2 * HOUR, 3 * HOUR):
        assert primary(shown(*told), moment + 1) == primary(shown(*reversed(told)), moment + 1)


@pytest.mark.parametrize("reference", [COPY, a_secret(suffix=None, region=FAR)])
def test_a_call_makes_no_replica_of_a_secret_that_was_there_before(reference):
    """AWS takes the call, and says only later that the name is taken."""
    there = Holdings.of([Found(secrets=(Holding(arn=COPY.text),))], AT - timedelta(hours=1))

    assert shown(made()).primary_of(reference, AT, there) is None
