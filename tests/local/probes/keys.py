"""Questions about keys: what their states stop, and what becomes of secrets under them."""

from __future__ import annotations

from typing import Any

from local.probes.world import Probe, World, refused


def a_key(world: World, **details: Any) -> dict[str, Any]:
    made: dict[str, Any] = world.client("kms").create_key(**details)["KeyMetadata"]
    return made


def a_mac_key(world: World) -> dict[str, Any]:
    return a_key(world, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")


def uses_in_each_state(world: World) -> object:
    kms, key, mac_key = world.client("kms"), a_key(world)["KeyId"], a_mac_key(world)["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]

    def uses() -> list[str | None]:
        return [
            refused(kms.decrypt, CiphertextBlob=sealed),
            refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256"),
            refused(kms.generate_mac, KeyId=mac_key, Message=b"m", MacAlgorithm="HMAC_SHA_256"),
        ]

    for each in (key, mac_key):
        kms.disable_key(KeyId=each)
    disabled = uses()
    for each in (key, mac_key):
        kms.schedule_key_deletion(KeyId=each, PendingWindowInDays=7)
    return disabled, uses()


def states_of_a_key(world: World) -> object:
    kms, key = world.client("kms"), a_key(world)["KeyId"]
    never = refused(kms.cancel_key_deletion, KeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    pending = refused(kms.enable_key, KeyId=key), refused(kms.disable_key, KeyId=key)
    return never, pending


def keys_by_arn(world: World) -> object:
    kms, arn = world.client("kms"), a_key(world)["Arn"]
    try:
        kms.disable_key(KeyId=arn)
    except KeyError as error:
        return type(error).__name__
    kms.enable_key(KeyId=arn)
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=arn)
    return kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]


def key_of_a_mac(world: World) -> object:
    kms, key = world.client("kms"), a_mac_key(world)
    asked: dict[str, Any] = {"KeyId": key["KeyId"], "Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
    made = kms.generate_mac(**asked)
    verified = kms.verify_mac(Mac=made["Mac"], **asked)
    return made["KeyId"] == key["Arn"], verified["KeyId"] == key["Arn"]


def read_under_a_lost_key(world: World) -> object:
    kms, key = world.client("kms"), a_key(world)["KeyId"]
    world.a_secret(KmsKeyId=key)
    kms.disable_key(KeyId=key)
    disabled = refused(world.secrets.get_secret_value, SecretId="prod/db")
    batch = world.secrets.batch_get_secret_value(SecretIdList=["prod/db"])["Errors"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    pending = refused(world.secrets.get_secret_value, SecretId="prod/db")
    kms.cancel_key_deletion(KeyId=key)
    given_back = refused(world.secrets.get_secret_value, SecretId="prod/db")
    kms.enable_key(KeyId=key)
    return disabled, len(batch), pending, given_back, refused(world.secrets.get_secret_value, SecretId="prod/db")


def write_under_a_lost_key(world: World) -> object:
    key = a_key(world)["KeyId"]
    world.a_secret(KmsKeyId=key)
    world.client("kms").disable_key(KeyId=key)
    return (
        refused(world.secrets.put_secret_value, SecretId="prod/db", SecretString="2"),
        refused(world.secrets.create_secret, Name="new", SecretString="2", KmsKeyId=key),
        refused(world.secrets.update_secret, SecretId="prod/db", Description="words"),
    )


def key_that_is_not_there(world: World) -> object:
    world.a_secret()
    unknown = "11111111-2222-4333-8444-555555555555"
    return (
        refused(world.secrets.create_secret, Name="new", SecretString="1", KmsKeyId=unknown),
        refused(world.secrets.update_secret, SecretId="prod/db", KmsKeyId="alias/none"),
    )


def key_changed_after_the_old_one_was_lost(world: World) -> object:
    old, new = a_key(world)["KeyId"], a_key(world)["KeyId"]
    world.a_secret(KmsKeyId=old)
    world.client("kms").disable_key(KeyId=old)
    world.secrets.update_secret(SecretId="prod/db", KmsKeyId=new)
    (version,) = world.secrets.list_secret_version_ids(SecretId="prod/db")["Versions"]
    return version.get("KmsKeyIds") == [old]


PROBES = {
    "key-state-stops-its-use": Probe(
        ask=uses_in_each_state,
        aws=(["DisabledException"] * 3, ["KMSInvalidStateException"] * 3),
        moto=([None] * 3, [None] * 3),
    ),
    "key-states-follow-each-other": Probe(
        ask=states_of_a_key,
        aws=("KMSInvalidStateException", ("KMSInvalidStateException", "KMSInvalidStateException")),
        moto=(None, (None, None)),
    ),
    "keys-by-arn": Probe(ask=keys_by_arn, aws="Disabled", moto="KeyError"),
    "key-answers-give-the-arn": Probe(ask=key_of_a_mac, aws=(True, True), moto=(False, False)),
    "lost-key-stops-reads": Probe(
        ask=read_under_a_lost_key,
        aws=("DecryptionFailure", 1, "DecryptionFailure", "DecryptionFailure", None),
        moto=(None, 0, None, None, None),
    ),
    "lost-key-stops-writes": Probe(
        ask=write_under_a_lost_key, aws=("EncryptionFailure", "EncryptionFailure", None), moto=(None, None, None)
    ),
    "key-must-exist": Probe(
        ask=key_that_is_not_there, aws=("ResourceNotFoundException", "ResourceNotFoundException"), moto=(None, None)
    ),
    "lost-key-is-not-replaced": Probe(ask=key_changed_after_the_old_one_was_lost, aws=True, moto=False),
}
