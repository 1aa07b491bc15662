"""Keeper and responder with a vault, handler by handler on moto: what goes in comes out, and no value is ever said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from fakes import ACCOUNT, REGION
from functions.handlers import Context, batch, cold_start, failed
from own_records import in_envelope, own_record
from worlds import a_client, a_table, items_of, on_moto

PLANTED = "pl4nted-v4lue"
POLICY = {
    "version": 1,
    "secrets": [{"match": {"names": ["prod/*"]}, "mode": "notify", "snapshots": {"vault": {"retention_days": 30}}}],
}
BUCKET, PARAMETER = "vault", "/nightlatch/policy"

# Powertools warns where a batch had nothing to count.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@dataclass
class Functions:
    """Both functions of the vault, warm, and what the owner of a secret does."""

    keeper: ModuleType
    responder: ModuleType
    secrets: Any
    table: Any
    arns: dict[str, str] = field(default_factory=dict)

    def create(self, name: str, value: str = PLANTED) -> str:
        self.arns[name] = self.secrets.create_secret(Name=name, SecretString=value)["ARN"]
        return self.arns[name]

    def keep(self, *bodies: str) -> list[str]:
        return failed(self.keeper.handler(batch(*bodies), Context()))

    def items(self, prefix: str) -> list[dict[str, Any]]:
        return [item for item in items_of(self.table) if item["pk"]["S"].startswith(prefix)]


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    with on_moto(monkeypatch):
        table, client = a_table()
        kms, objects = a_client("kms"), a_client("s3")
        objects.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        objects.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        a_client("ssm").put_parameter(Name=PARAMETER, Type="String", Value=json.dumps(POLICY))
        hmac_key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
        for name, value in {
            "POWERTOOLS_METRICS_NAMESPACE": "nightlatch",
            "POWERTOOLS_TRACE_DISABLED": "true",
            "NIGHTLATCH_SNAPSHOT_TABLE": table._name,
            "NIGHTLATCH_RESPONSE_TABLE": table._name,
            "NIGHTLATCH_POLICY_PARAMETER": PARAMETER,
            "NIGHTLATCH_KILL_SWITCH_PARAMETER": PARAMETER,
            "NIGHTLATCH_VAULT": "yes",
            "NIGHTLATCH_VAULT_BUCKET": BUCKET,
            "NIGHTLATCH_VAULT_KEY": kms.create_key()["KeyMetadata"]["Arn"],
            "NIGHTLATCH_FINGERPRINT_KEY": hmac_key,
        }.items():
            monkeypatch.setenv(name, value)
        yield Functions(cold_start("keeper"), cold_start("responder"), a_client("secretsmanager"), client)


def a_change(secret: str) -> str:
    stamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    record = own_record("put_resource_policy", eventTime=stamp)
    record["requestParameters"] = {**record["requestParameters"], "secretId": secret}
    arn = a_client("secretsmanager").describe_secret(SecretId=secret)["ARN"]
    record["responseElements"] = {"arn": arn, "name": secret}
    return json.dumps(in_envelope(record))


def asked(arn: str) -> str:
    return json.dumps({"keep": arn})


def test_a_change_keeps_the_metadata_and_the_value_of_what_is_opted_in(functions: Functions) -> None:
    functions.create("prod/db")
    functions.create("test/db")

    assert functions.keep(a_change("prod/db"), a_change("test/db")) == []

    assert len(functions.items("copy#")) == 1
    kept = [item for item in functions.items("secret#") if item["sk"]["S"].startswith("metadata#")]
    assert sorted(json.loads(item["snapshot"]["S"])["metadata"]["name"] for item in kept) == ["prod/db", "test/db"]


def test_the_same_messages_again_change_nothing(functions: Functions) -> None:
    arn = functions.create("prod/db")
    bodies = [a_change("prod/db"), asked(arn)]
    functions.keep(*bodies)
    before = {(item["pk"]["S"], item["sk"]["S"]) for item in items_of(functions.table)}

    functions.keep(*bodies)

    assert {(item["pk"]["S"], item["sk"]["S"]) for item in items_of(functions.table)} == before
    assert len(a_client("s3").list_object_versions(Bucket=BUCKET)["Versions"]) == 1


@pytest.mark.parametrize("poison", ["{not json", "{}", '{"keep": 7}'])
def test_what_nobody_can_read_comes_again_and_its_neighbours_are_kept(functions: Functions, poison: str) -> None:
    functions.create("prod/db")

    assert functions.keep(poison, a_change("prod/db")) == ["m0"]
    assert functions.items("copy#") != []


def test_a_secret_that_is_gone_is_no_failure(functions: Functions) -> None:
    assert functions.keep(asked(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/gone-AbCdEf")) == []


def test_no_value_stands_in_a_table_a_log_or_a_metric(
    functions: Functions, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    arn = functions.create("prod/db", json.dumps({"password": PLANTED, f"{PLANTED}-as-a-name" * 3: "x"}))

    functions.keep(a_change("prod/db"))
    functions.responder.handler({"drill": None}, Context())
    functions.responder.handler(batch(json.dumps({"drill": arn})), Context())

    said = json.dumps(items_of(functions.table), default=str) + caplog.text + "".join(capsys.readouterr())
    assert "CopiesProven" in said
    assert PLANTED not in said


def test_the_reads_of_the_keeper_are_noted_by_their_request_id(functions: Functions) -> None:
    functions.create("prod/db")

    functions.keep(a_change("prod/db"))

    assert len(functions.items("read#")) == 1


def test_a_drill_by_schedule_and_one_that_was_asked_for_prove_what_opens(
    functions: Functions, caplog: pytest.LogCaptureFixture
) -> None:
    arn = functions.create("prod/db")
    functions.keep(a_change("prod/db"))

    for event in ({"drill": None}, batch(json.dumps({"drill": arn}))):
        caplog.clear()
        assert functions.responder.handler(event, Context()) == {"batchItemFailures": []}
        assert [record.getMessage() for record in caplog.records if "restorable" in record.getMessage()] == [
            "proven restorable"
        ]
    assert functions.items("drill") != []


def test_a_drill_that_finds_an_altered_copy_is_an_error_in_the_log(
    functions: Functions, caplog: pytest.LogCaptureFixture
) -> None:
    functions.create("prod/db")
    functions.keep(a_change("prod/db"))
    objects = a_client("s3")
    (one,) = objects.list_object_versions(Bucket=BUCKET)["Versions"]
    objects.delete_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])

    functions.responder.handler({"drill": None}, Context())

    (line,) = [record for record in caplog.records if record.getMessage() == "not restorable"]
    assert (line.levelname, "no longer in the bucket" in vars(line)["reason"]) == ("ERROR", True)
