"""A product's snapshots missed deletions, so that what was deleted was lost to them (product.md 3.2, number 8).

What the keeper knows of a secret outlives it: a deletion neither replaces the last snapshot with an empty one nor takes
the copy away, and both are found by the destroyed ARN afterwards.
"""

from __future__ import annotations

import pytest

from acts.acting_world import ActingWorld
from acts.scenes_of_the_lost import DESTROYED_AT, destroyed, of_aws
from fakes import FixedClock
from fakes_snapshots import a_copy, an_arn
from nightlatch.adapters.secrets_manager import AwsSecrets
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.domain.answering.policy import Policy, Protection
from nightlatch.domain.recovering.resurrection import last_metadata, last_value
from nightlatch.local import fidelity
from nightlatch.service.keep import Cause, Keeping, KeepPorts, keep
from worlds import a_client, on_moto


@pytest.fixture
def world(monkeypatch):
    fidelity.install()
    with on_moto(monkeypatch):
        yield ActingWorld()
    fidelity.uninstall()


def looked_at(world: ActingWorld, arn: str) -> Keeping:
    ports = KeepPorts(
        descriptions=AwsDescriptions(a_client("secretsmanager")),
        snapshots=world.snapshots,
        states=world.snapshots,
        copies=world.copies,
        vault=None,
    )
    return keep(of_aws(arn), Cause(), policy=Policy(default=Protection()), ports=ports, now=FixedClock(DESTROYED_AT))


def test_looking_at_a_destroyed_secret_keeps_what_was_known_of_it(world):
    arn = destroyed(world)
    before = world.snapshots.of(of_aws(arn))

    assert looked_at(world, arn) == Keeping()

    assert world.snapshots.of(of_aws(arn)) == before
    assert last_metadata(before, arn, DESTROYED_AT).metadata.policy_text is not None
    assert last_value(world.copies.of(of_aws(arn)), of_aws(arn), {}) is not None


def test_looking_at_a_secret_that_waits_to_be_deleted_does_not_keep_it_without_its_policy(world):
    client = a_client("secretsmanager")
    arn = client.create_secret(Name="prod/api", SecretString="planted")["ARN"]
    client.put_resource_policy(SecretId=arn, ResourcePolicy='{"Version": "2012-10-17", "Statement": []}')
    assert looked_at(world, arn).snapshot is not None
    client.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    assert AwsSecrets(client, a_client("kms")).describe(of_aws(arn)).deleted_at is not None

    looked_at(world, arn)

    (kept,) = world.snapshots.of(of_aws(arn))
    assert kept.metadata.policy_text is not None


def test_a_later_secret_of_the_name_hides_nothing_of_the_destroyed_one(world):
    arn = destroyed(world)
    a_client("secretsmanager").create_secret(Name="prod/db", SecretString="planted")
    world.copies.keep(a_copy(at=DESTROYED_AT))

    copy = last_value(world.copies.of(of_aws(arn)), of_aws(arn), {})

    assert copy is not None
    assert copy.secret_arn == arn != an_arn()
