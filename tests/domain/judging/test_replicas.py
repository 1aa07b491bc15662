"""A replica is tied to its primary by name and Region, and what is left is read off the answer or counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import a_secret, a_user, an_event, sightings
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.replicas import copies_cut_loose, places_left

DAY = 86_400
FAR = "sa-east-1"


def make(*regions: str, name: str = "prod/db", call: str = "ReplicateSecretToRegions", **more) -> SecretEvent:
    request = {"addReplicaRegions": [{"region": region} for region in regions or (FAR,)]}
    return an_event(call, secret=a_secret(name), request=request, **more)


def stop(after_s: float = 600, *, region: str = FAR, **more) -> SecretEvent:
    event = an_event("StopReplicationToReplica", **{"secret": a_secret(region=region), "after_s": after_s, **more})
    return replace(event, region=region)


def remove(*regions: str, **more) -> SecretEvent:
    return an_event(
        "RemoveRegionsFromReplication", secret=a_secret(), request={"removeReplicaRegions": list(regions)}, **more
    )


def by_one(*events: SecretEvent) -> Baseline:
    return Baseline(by_principal=sightings(events))


@pytest.mark.parametrize(
    ("made", "stopped", "loose"),
    [
        (make(), stop(), True),
        (make(FAR, "eu-central-1"), stop(), True),
        (make(call="CreateSecret"), stop(), True),
        (make(), stop(0), True),
        (make(), stop(DAY - 1), True),
        (make(), stop(DAY), False),
        (make(), stop(-1), False),
        (make("eu-central-1"), stop(), False),
        (make(name="prod/other"), stop(), False),
        (make(), stop(secret=a_secret(suffix=None, region=FAR)), True),
        (make(failure=Failure("InternalServiceError")), stop(), False),
    ],
)
def test_a_copy_is_cut_loose_within_a_day_seen_from_both_calls(made, stopped, loose):
    known = by_one(made, stopped)
    from_both = [copies_cut_loose(event, known) for event in (made, stopped) if event.succeeded]

    assert [found is not None for found in from_both] == [loose] * len(from_both)
    if loose:
        assert from_both[0] == from_both[1]


def test_a_call_that_makes_no_replica_is_no_making():
    created = an_event("CreateSecret", secret=a_secret(), request={"name": "prod/db"})

    assert copies_cut_loose(created, by_one(created, stop())) is None
    assert copies_cut_loose(an_event(), by_one(stop())) is None


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ([], frozenset()),
        ([{"region": "eu-central-1", "status": "InSync"}], {"eu-central-1"}),
        ([{"region": FAR, "status": "InProgress"}], frozenset()),
    ],
)
def test_the_answer_says_what_is_left(answer, left):
    event = remove(FAR, response={"replicationStatus": answer})
    known = Baseline(on_secret=sightings([make("ap-south-1", after_s=-60), event]))

    assert places_left(event, a_secret(), known) == left


@pytest.mark.parametrize(
    ("before", "left"),
    [
        ([], None),
        ([make(FAR, after_s=-60)], None),
        ([make(FAR, "eu-central-1", after_s=-60)], {"eu-central-1"}),
        ([make(FAR, "eu-central-1", after_s=-60, call="CreateSecret")], {"eu-central-1"}),
        ([make(FAR, "eu-central-1", after_s=-60), remove("eu-central-1", after_s=-30)], None),
        ([make("eu-central-1", after_s=60)], None),
        ([make("eu-central-1", after_s=-60, failure=Failure("InternalServiceError"))], None),
    ],
)
def test_history_is_counted_where_the_answer_is_not_shown(before, left):
    event = remove(FAR)
    known = Baseline(on_secret=sightings([*before, event]))

    assert places_left(event, a_secret(), known) == left


def test_history_keeps_where_replicas_are_made_and_taken_away():
    by = a_user()

    assert sighting_of(make(FAR, "eu-central-1", by=by)).replica_regions == (FAR, "eu-central-1")
    assert sighting_of(remove(FAR)).replica_regions == (FAR,)
    assert sighting_of(stop()).replica_regions == ()
    assert sighting_of(an_event("CreateSecret", request={"addReplicaRegions": [{}, "x"]})).replica_regions == ()
