"""Questions about names, tags, words and keys of a secret, which are written without a value."""

from __future__ import annotations

from datetime import timedelta

from local.probes.world import Probe, World, refused


def name_after_a_forced_deletion(world: World) -> object:
    world.a_secret()
    before = world.secrets.describe_secret(SecretId="prod/db")["ARN"]
    world.secrets.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)
    at_once = refused(world.secrets.create_secret, Name="prod/db", SecretString="2")
    world.advance(timedelta(seconds=6))
    later = refused(world.secrets.create_secret, Name="prod/db", SecretString="2")
    return at_once, later, world.secrets.describe_secret(SecretId="prod/db")["ARN"] != before


def tags_of_awss_own(world: World) -> object:
    tags = [{"Key": "aws:cloudformation:stack-name", "Value": "s"}]
    created = refused(world.secrets.create_secret, Name="tagged", SecretString="1", Tags=tags)
    world.a_secret()
    return (
        created,
        refused(world.secrets.tag_resource, SecretId="prod/db", Tags=tags),
        refused(world.secrets.untag_resource, SecretId="prod/db", TagKeys=[tags[0]["Key"]]),
    )


def description_taken_away(world: World) -> object:
    world.a_secret(Description="words")
    world.secrets.update_secret(SecretId="prod/db", Description="")
    return world.secrets.describe_secret(SecretId="prod/db").get("Description")


def key_given_back(world: World) -> object:
    key = world.client("kms").create_key()["KeyMetadata"]["KeyId"]
    world.a_secret(KmsKeyId=key)
    world.secrets.update_secret(SecretId="prod/db", KmsKeyId="")
    return world.secrets.describe_secret(SecretId="prod/db").get("KmsKeyId")


PROBES = {
    "name-held-after-force-delete": Probe(
        ask=name_after_a_forced_deletion,
        aws=("InvalidRequestException", None, True),
        moto=(None, "ResourceExistsException", True),
    ),
    "aws-tags-refused": Probe(ask=tags_of_awss_own, aws=("InvalidParameterException",) * 3, moto=(None, None, None)),
    "update-clears-description": Probe(ask=description_taken_away, aws=None, moto="words"),
    "empty-key-is-awss-own": Probe(ask=key_given_back, aws=None, moto=""),
}
