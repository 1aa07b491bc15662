"""A deletion that the service carries out is explained by a known call, unless that call was taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import ACCOUNT, AT, a_secret, an_event, sightings
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.deletions import is_announced

SECRET = a_secret()


def call(name: str = "DeleteSecret", *, days_ago: float = 0, **more) -> SecretEvent:
    return an_event(name, **{"secret": SECRET, "at": AT - timedelta(days=days_ago), **more})


def announced(*events: SecretEvent) -> bool:
    return is_announced(SECRET, AT, Baseline(on_secret=sightings(events)))


@pytest.mark.parametrize("days_ago", [0, 7, 30, 31, 89])
def test_a_known_deletion_explains_its_end_however_long_the_window(days_ago):
    assert announced(call(days_ago=days_ago))


@pytest.mark.parametrize("text", ["prod/db", SECRET.text, SECRET.text.removesuffix("-AbCdEf")])
def test_the_call_may_name_the_secret_in_any_form(text):
    assert announced(call(secret=secret_ref(text, account_id=ACCOUNT, region="eu-west-1")))


def test_another_secret_of_the_same_name_explains_nothing():
    assert not announced(call(secret=a_secret(suffix="ZzZzZz")))


def test_a_refused_deletion_explains_nothing():
    assert not announced(call(failure=Failure("InvalidRequestException")))


def test_a_later_deletion_explains_nothing():
    assert not announced(call(days_ago=-1))
    assert announced(an_event("DeleteSecret", secret=SECRET, after_s=60))
    assert not announced(an_event("DeleteSecret", secret=SECRET, after_s=61))


def test_a_deletion_taken_back_explains_nothing_until_the_next_one():
    taken_back = (call(days_ago=20), call("RestoreSecret", days_ago=19))

    assert not announced(*taken_back)
    assert announced(*taken_back, call(days_ago=10))
    assert announced(call(days_ago=20), call("RestoreSecret", days_ago=19, failure=Failure("InvalidRequestException")))


def in_region(region: str) -> SecretRef:
    text = f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:prod/db-AbCdEf"
    return secret_ref(text, account_id=ACCOUNT, region=region)


def a_replica_removal(primary: str = "us-east-1", replica: str = "eu-west-1", **more) -> SecretEvent:
    """The primary stands first, the replicas that it loses behind it."""
    removal = call("RemoveRegionsFromReplication", **more)
    return replace(removal, secrets=(in_region(primary), in_region(replica)))


def test_a_replica_is_explained_by_its_removal_from_another_region():
    assert announced(a_replica_removal())
    assert announced(a_replica_removal(days_ago=1))
    assert not announced(a_replica_removal(days_ago=1.01))
    assert not announced(a_replica_removal(failure=Failure("InvalidParameterException")))


def test_a_replica_in_another_region_than_the_removed_is_not_explained():
    assert not announced(a_replica_removal(replica="eu-central-1"))


def test_a_primary_is_not_explained_by_the_removal_of_its_replicas():
    assert not announced(a_replica_removal(primary="eu-west-1", replica="us-east-1"))
