"""Questions about replicas: their Regions, keys, policies, and what becomes of one that is cut loose."""

from __future__ import annotations

from local.probes.policies import a_policy
from local.probes.world import ELSEWHERE, HOME, Probe, World, refused


def a_replicated_secret(world: World) -> None:
    world.a_secret(AddReplicaRegions=[{"Region": ELSEWHERE}])


def replica_cut_loose(world: World) -> object:
    a_replicated_secret(world)
    elsewhere = world.client("secretsmanager", ELSEWHERE)
    try:
        arn = elsewhere.stop_replication_to_replica(SecretId="prod/db")["ARN"]
    except NotImplementedError as error:
        return type(error).__name__
    world.put()
    elsewhere.tag_resource(SecretId="prod/db", Tags=[{"Key": "alone", "Value": "yes"}])
    value = elsewhere.get_secret_value(SecretId="prod/db")
    replicas = world.secrets.describe_secret(SecretId="prod/db").get("ReplicationStatus", [])
    return arn == value["ARN"], f":{ELSEWHERE}:" in arn, value["SecretString"], replicas


def arn_of_replicate(world: World) -> object:
    world.a_secret()
    replicated = world.secrets.replicate_secret_to_regions(
        SecretId="prod/db", AddReplicaRegions=[{"Region": ELSEWHERE}]
    )
    removed = world.secrets.remove_regions_from_replication(SecretId="prod/db", RemoveReplicaRegions=[ELSEWHERE])
    return replicated["ARN"].startswith("arn:"), removed["ARN"].startswith("arn:")


def region_of_a_primary(world: World) -> object:
    world.a_secret("alone")
    world.a_secret(AddReplicaRegions=[{"Region": ELSEWHERE}])
    listed = {one["Name"]: one.get("PrimaryRegion") for one in world.secrets.list_secrets()["SecretList"]}
    return listed, world.secrets.describe_secret(SecretId="prod/db").get("PrimaryRegion")


def key_of_a_replica(world: World) -> object:
    home, there = (world.client("kms", region).create_key()["KeyMetadata"]["KeyId"] for region in (HOME, ELSEWHERE))
    world.a_secret(KmsKeyId=home, AddReplicaRegions=[{"Region": ELSEWHERE, "KmsKeyId": there}])
    status = world.secrets.describe_secret(SecretId="prod/db")["ReplicationStatus"][0]
    replica = world.client("secretsmanager", ELSEWHERE).describe_secret(SecretId="prod/db")
    return status["KmsKeyId"] == there, replica["KmsKeyId"] == there


def replicated_again(world: World) -> object:
    elsewhere = world.client("secretsmanager", ELSEWHERE)
    elsewhere.create_secret(Name="prod/db", SecretString="theirs")
    a_replicated_secret(world)
    world.secrets.replicate_secret_to_regions(
        SecretId="prod/db", AddReplicaRegions=[{"Region": ELSEWHERE}], ForceOverwriteReplicaSecret=True
    )
    statuses = world.secrets.describe_secret(SecretId="prod/db")["ReplicationStatus"]
    return [one["Status"] for one in statuses], elsewhere.get_secret_value(SecretId="prod/db")["SecretString"]


def policy_of_a_replica(world: World) -> object:
    a_replicated_secret(world)
    policy = a_policy("Deny", Action="secretsmanager:DeleteSecret")
    world.secrets.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy)
    elsewhere = world.client("secretsmanager", ELSEWHERE)
    code = refused(elsewhere.get_resource_policy, SecretId="prod/db")
    return code or elsewhere.get_resource_policy(SecretId="prod/db")["ResourcePolicy"] == policy


def writes_to_a_replica(world: World) -> object:
    a_replicated_secret(world)
    elsewhere = world.client("secretsmanager", ELSEWHERE)
    return {
        refused(elsewhere.put_secret_value, SecretId="prod/db", SecretString="2"),
        refused(elsewhere.tag_resource, SecretId="prod/db", Tags=[{"Key": "team", "Value": "a"}]),
        refused(elsewhere.update_secret, SecretId="prod/db", Description="d"),
        refused(elsewhere.delete_resource_policy, SecretId="prod/db"),
    }


PROBES = {
    "stop-replication": Probe(ask=replica_cut_loose, aws=(True, True, "1", []), moto="NotImplementedError"),
    "primary-region": Probe(
        ask=region_of_a_primary,
        aws=({"alone": None, "prod/db": HOME}, HOME),
        moto=({"alone": None, "prod/db": None}, None),
    ),
    "replicate-full-arn": Probe(ask=arn_of_replicate, aws=(True, True), moto=(False, False)),
    "replica-key": Probe(ask=key_of_a_replica, aws=(True, True), moto=(False, False)),
    "replicate-again": Probe(ask=replicated_again, aws=(["InSync"], "1"), moto=(["Failed", "InSync"], "1")),
    "replica-shows-its-policy": Probe(ask=policy_of_a_replica, aws=True, moto="InvalidParameterException"),
    "replica-refuses-writes": Probe(
        ask=writes_to_a_replica, aws={"InvalidRequestException"}, moto={"InvalidParameterException"}
    ),
}
