"""Whatever breaks inside the vault, the traceback that Lambda would print quotes no value, and nor does any object.

Each function of the vault is made to fail right after it has done its work, when as many values as ever are in memory.
"""

from __future__ import annotations

import inspect
import logging
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import boto3
import pytest

from nightlatch.adapters import vault
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.adapters.vault.fingerprint_keys import FingerprintKeys
from nightlatch.adapters.vault.putting_in import VaultEntrance
from nightlatch.adapters.vault.sealing import Seal
from nightlatch.adapters.vault.taking_out import VaultExit
from nightlatch.adapters.vault.values import SecretBytes
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.fingerprints import Shape
from nightlatch.domain.secret.metadata import SecretMetadata
from own_records import ACCOUNT, REGION
from planted.dye import Dyer
from planted.engine import a_value
from planted.tap import Tap, listening, unheard
from worlds import a_client, on_moto

MODULES = [import_module(f"{vault.__name__}.{one.name}") for one in pkgutil.iter_modules(vault.__path__)]
KINDS = 12
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Fault(Exception):
    """What nobody expects."""


def functions() -> Iterator[tuple[str, Any, str]]:
    """Give every function of the vault: what it is called, where it stands, and under which name."""
    for module in MODULES:
        for name, found in vars(module).items():
            if inspect.isfunction(found) and found.__module__ == module.__name__:
                yield name, module, name
            if inspect.isclass(found) and found.__module__ == module.__name__:
                methods = (one for one, method in vars(found).items() if inspect.isfunction(method))
                yield from ((f"{name}.{one}", found, one) for one in methods if not one.startswith("__"))


def breaking(patches: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let a function fail after it has done its work, wherever it was imported to."""
    whole = getattr(owner, name)

    def broken(*asked: Any, **named: Any) -> Any:
        done = whole(*asked, **named)
        for _ in done if inspect.isgenerator(done) else ():
            pass
        raise Fault(name)

    patches.setattr(owner, name, broken)
    for module in MODULES:
        if vars(module).get(name) is whole:
            patches.setattr(module, name, broken)


@dataclass
class Vault:
    """Both sides of a vault on moto."""

    entrance: VaultEntrance
    exit: VaultExit
    tap: Tap

    def put(self, name: str, value: str | bytes) -> None:
        """Let the owner of a secret write it."""
        with unheard():
            a_client("secretsmanager").create_secret(Name=name, **a_value(value))

    def take(self, name: str) -> Copy:
        """Put a secret's current value into the vault."""
        described = AwsDescriptions(a_client("secretsmanager")).describe(
            secret_ref(name, account_id=ACCOUNT, region=REGION)
        )
        version = next(one for one, labels in described.labels.items() if "AWSCURRENT" in labels)
        return self.entrance.take(described, version, days=30, now=NOW)

    def use(self, name: str, copy: Copy | None) -> None:
        """Put a value in and take one out in all ways; search each error, as Lambda prints and as we would log it."""
        ways: list[Callable[[], Any]] = [lambda: self.take(name)]
        if copy is not None:
            client, kept = a_client("secretsmanager"), copy
            ways += [lambda: self.exit.shape(kept), lambda: self.exit.metadata(kept)]
            ways += [lambda: self.exit.call(client, "put_secret_value", {"SecretId": name}, kept)]
        for way in ways:
            try:
                made = way()  # of what comes out of it, an answer of AWS is its own business
                self.tap.search_object(made if isinstance(made, (Copy, Shape, SecretMetadata)) else None)
            except Exception as error:
                self.tap.search_error(error)
                logging.getLogger("nightlatch").exception("it broke")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    with on_moto(monkeypatch):
        kms, objects = boto3.client("kms", region_name=REGION), a_client("s3")
        objects.create_bucket(Bucket="vault", CreateBucketConfiguration={"LocationConstraint": REGION})
        seal = Seal(kms, kms.create_key()["KeyMetadata"]["Arn"])
        hmac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
        keys = FingerprintKeys(kms, hmac)
        shared: dict[str, Any] = {"bucket_client": objects, "bucket": "vault", "seal": seal, "keys": keys}
        entrance = VaultEntrance(secrets=a_client("secretsmanager"), note_read=lambda _: None, **shared)
        yield Vault(entrance, VaultExit(**shared), Tap())


def test_the_functions_of_the_vault_are_found() -> None:
    names = {name for name, _, _ in functions()}

    assert {"VaultEntrance.take", "VaultExit.call", "Seal.close", "shape_of", "read_out", "as_parameter"} <= names


@pytest.mark.parametrize(("owner", "name"), [one[1:] for one in functions()], ids=[one[0] for one in functions()])
def test_no_value_stands_in_the_traceback_of_a_fault(
    kept: Vault, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    dyer = Dyer(3)
    names = [f"prod/s{number}" for number in range(KINDS)]
    for one in names:
        kept.put(one, dyer.value())
    copies = [kept.take(one) for one in names]
    breaking(monkeypatch, owner, name)

    with listening(kept.tap):
        for one, copy in zip(names, copies, strict=True):
            kept.use(one, copy)
        a_client("s3").put_object(Bucket="vault", Key=copies[0].place, Body=b"altered")
        kept.use(names[0], copies[0])

    assert kept.tap.seen.get("tracebacks"), "nothing broke"
    assert kept.tap.leaks == []


def test_no_object_that_holds_or_describes_a_value_shows_it(kept: Vault) -> None:
    dyer = Dyer(4)
    for number in range(KINDS):
        value = dyer.value()
        kept.put(f"prod/s{number}", value)
        kept.tap.search_object(kept.take(f"prod/s{number}"))
        held = SecretBytes(value if isinstance(value, bytes) else value.encode(), is_text=isinstance(value, str))
        kept.tap.search_object(held)
        kept.tap.search_object([held, {"held": held}])

    assert kept.tap.leaks == []


@pytest.mark.parametrize("broken", ["bucket", "bytes", "key"])
def test_no_value_stands_in_what_is_said_where_aws_or_the_bytes_are_broken(kept: Vault, broken: str) -> None:
    kept.put("prod/s1", Dyer(5).value())
    copy = kept.take("prod/s1")
    objects = a_client("s3")
    if broken == "bytes":
        objects.put_object(Bucket="vault", Key=copy.place, Body=b"altered", ContentType="x")
    if broken == "bucket":
        objects.delete_object(Bucket="vault", Key=copy.place)
        objects.delete_bucket(Bucket="vault")
    if broken == "key":
        for one in a_client("kms").list_keys()["Keys"]:
            a_client("kms").schedule_key_deletion(KeyId=one["KeyId"], PendingWindowInDays=7)

    with listening(kept.tap):
        kept.use("prod/s1", copy)

    assert kept.tap.leaks == []
