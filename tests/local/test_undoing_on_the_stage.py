"""What undoes a change works on the stage as on AWS: retries are harmless, policies keep each byte, names return."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from local.probes.policies import a_function, a_policy
from local.probes.world import ELSEWHERE, World, refused
from nightlatch.local import fidelity

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws(config={"lambda": {"use_docker": False}}):
        world = World()
        fidelity.install(lambda: world.now)
        yield world
        fidelity.uninstall()


def test_writing_again_with_the_same_token_changes_nothing_even_after_another_version(world: World) -> None:
    world.a_secret()
    put: Any = {"SecretId": "prod/db", "ClientRequestToken": TOKEN, "SecretString": "2"}
    world.secrets.put_secret_value(**put)
    latest = world.put()

    again = world.secrets.put_secret_value(**put)

    assert again["VersionId"] == TOKEN
    assert world.labels(latest, TOKEN) == [["AWSCURRENT"], ["AWSPREVIOUS"]]


def test_another_value_under_a_token_that_was_used_is_refused(world: World) -> None:
    world.a_secret()
    world.secrets.put_secret_value(SecretId="prod/db", ClientRequestToken=TOKEN, SecretString="2")

    code = refused(world.secrets.put_secret_value, SecretId="prod/db", ClientRequestToken=TOKEN, SecretString="3")

    assert code == "ResourceExistsException"


def test_creating_again_with_the_same_token_gives_the_same_secret(world: World) -> None:
    create: Any = {"Name": "prod/db", "ClientRequestToken": TOKEN, "SecretString": "1"}

    first, second = world.secrets.create_secret(**create), world.secrets.create_secret(**create)

    assert (first["ARN"], first["VersionId"]) == (second["ARN"], second["VersionId"])
    assert refused(world.secrets.create_secret, **{**create, "SecretString": "2"}) == "ResourceExistsException"


def test_a_policy_keeps_every_byte(world: World) -> None:
    world.a_secret()
    policy = a_policy("Deny", Action="secretsmanager:DeleteSecret").replace(" ", "   ") + "\n"

    world.secrets.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy)

    assert world.secrets.get_resource_policy(SecretId="prod/db")["ResourcePolicy"] == policy


def test_a_secret_without_a_policy_shows_none(world: World) -> None:
    world.a_secret()
    world.secrets.put_resource_policy(SecretId="prod/db", ResourcePolicy=a_policy("Deny", Action="secretsmanager:*"))
    fidelity.uninstall()  # the policy denies everybody to take it away
    world.secrets.delete_resource_policy(SecretId="prod/db")
    fidelity.install(lambda: world.now)

    assert "ResourcePolicy" not in world.secrets.get_resource_policy(SecretId="prod/db")


@pytest.mark.parametrize("policy", ["{no policy", "[]", "{}", '{"Version":"2019-10-19","Statement":[]}'])
def test_what_is_no_policy_is_refused_on_putting_and_on_validating(world: World, policy: str) -> None:
    world.a_secret()

    for call in (world.secrets.put_resource_policy, world.secrets.validate_resource_policy):
        assert refused(call, SecretId="prod/db", ResourcePolicy=policy) == "MalformedPolicyDocumentException"


def test_a_denial_that_spares_its_author_locks_nobody_out(world: World) -> None:
    world.a_secret()
    root = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    spared = a_policy("Deny", Action="secretsmanager:*", Condition=root)

    validated = world.secrets.validate_resource_policy(SecretId="prod/db", ResourcePolicy=spared)

    assert validated["PolicyValidationPassed"] is True
    assert validated["ValidationErrors"] == []


def test_a_name_waits_for_the_end_of_its_window_and_of_its_hold(world: World) -> None:
    fidelity.hold_names(timedelta(seconds=5))
    world.a_secret()
    world.secrets.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)
    assert refused(world.secrets.create_secret, Name="prod/db", SecretString="2") == "InvalidRequestException"

    world.secrets.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)
    world.advance(timedelta(seconds=4))
    assert refused(world.secrets.create_secret, Name="prod/db", SecretString="2") == "InvalidRequestException"
    assert refused(world.secrets.create_secret, Name="prod/other", SecretString="2") is None
    assert refused(world.client("secretsmanager", ELSEWHERE).create_secret, Name="prod/db", SecretString="2") is None
    world.advance(timedelta(seconds=2))

    assert refused(world.secrets.create_secret, Name="prod/db", SecretString="2") is None


def test_a_forced_deletion_of_nothing_holds_no_name(world: World) -> None:
    fidelity.hold_names(timedelta(seconds=5))

    world.secrets.delete_secret(SecretId="prod/none", ForceDeleteWithoutRecovery=True)

    assert refused(world.secrets.create_secret, Name="prod/none", SecretString="1") is None


def test_a_schedule_comes_back_without_a_rotation(world: World) -> None:
    version = world.a_secret()
    function, rules = a_function(world), {"ScheduleExpression": "cron(0 8 1 * ? *)", "Duration": "3h"}
    rotate: Any = {"SecretId": "prod/db", "RotateImmediately": False}
    world.secrets.rotate_secret(RotationLambdaARN=function, RotationRules=rules, **rotate)
    world.secrets.cancel_rotate_secret(SecretId="prod/db")
    cancelled = world.secrets.describe_secret(SecretId="prod/db")

    world.secrets.rotate_secret(RotationRules=cancelled["RotationRules"], **rotate)

    described = world.secrets.describe_secret(SecretId="prod/db")
    assert (cancelled["RotationEnabled"], described["RotationEnabled"]) == (False, True)
    assert (described["RotationRules"], described["RotationLambdaARN"]) == (rules, function)
    assert described["VersionIdsToStages"] == {version: ["AWSCURRENT"]}


def test_words_key_and_tags_change_without_a_version(world: World) -> None:
    version = world.a_secret(Description="old", Tags=[{"Key": "team", "Value": "a"}, {"Key": "tier", "Value": "1"}])
    key = world.client("kms").create_key()["KeyMetadata"]["KeyId"]

    changed = world.secrets.update_secret(SecretId="prod/db", Description="new", KmsKeyId=key)
    world.secrets.tag_resource(SecretId="prod/db", Tags=[{"Key": "team", "Value": "b"}])
    world.secrets.untag_resource(SecretId="prod/db", TagKeys=["tier", "never"])

    described = world.secrets.describe_secret(SecretId="prod/db")
    assert "VersionId" not in changed
    assert (described["Description"], described["KmsKeyId"]) == ("new", key)
    assert described["Tags"] == [{"Key": "team", "Value": "b"}]
    assert described["VersionIdsToStages"] == {version: ["AWSCURRENT"]}


def test_a_replica_that_is_cut_loose_keeps_its_tags_and_its_policy(world: World) -> None:
    world.a_secret(Tags=[{"Key": "team", "Value": "a"}], AddReplicaRegions=[{"Region": ELSEWHERE}])
    policy = a_policy("Deny", Action="secretsmanager:DeleteSecret")
    world.secrets.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy)
    elsewhere = world.client("secretsmanager", ELSEWHERE)

    elsewhere.stop_replication_to_replica(SecretId="prod/db")

    described = elsewhere.describe_secret(SecretId="prod/db")
    assert described["Tags"] == [{"Key": "team", "Value": "a"}]
    assert json.loads(elsewhere.get_resource_policy(SecretId="prod/db")["ResourcePolicy"]) == json.loads(policy)
    assert elsewhere.put_secret_value(SecretId="prod/db", SecretString="own")["VersionStages"] == ["AWSCURRENT"]
    assert refused(world.secrets.stop_replication_to_replica, SecretId="prod/db") == "InvalidRequestException"


def test_a_name_that_is_taken_elsewhere_makes_replication_fail_and_leaves_it_alone(world: World) -> None:
    elsewhere = world.client("secretsmanager", ELSEWHERE)
    elsewhere.create_secret(Name="prod/db", SecretString="theirs")
    world.a_secret()

    answer = world.secrets.replicate_secret_to_regions(SecretId="prod/db", AddReplicaRegions=[{"Region": ELSEWHERE}])

    assert answer["ReplicationStatus"][0]["Status"] == "Failed"
    assert elsewhere.get_secret_value(SecretId="prod/db")["SecretString"] == "theirs"


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("put_secret_value", {"SecretString": "2"}),
        ("update_secret", {"Description": "d"}),
        ("tag_resource", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("untag_resource", {"TagKeys": ["a"]}),
        ("put_resource_policy", {"ResourcePolicy": a_policy("Deny")}),
        ("delete_resource_policy", {}),
        ("get_resource_policy", {}),
        ("rotate_secret", {}),
        ("cancel_rotate_secret", {}),
        ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": ELSEWHERE}]}),
    ],
)
def test_a_secret_that_waits_to_be_deleted_must_be_restored_before_anything_else(
    world: World, operation: str, arguments: dict[str, Any]
) -> None:
    world.a_secret()
    world.secrets.delete_secret(SecretId="prod/db")

    assert refused(getattr(world.secrets, operation), SecretId="prod/db", **arguments) == "InvalidRequestException"
    assert "DeletedDate" in world.secrets.describe_secret(SecretId="prod/db")
    world.secrets.restore_secret(SecretId="prod/db")
    assert "DeletedDate" not in world.secrets.describe_secret(SecretId="prod/db")
