"""What the narrator writes has exactly the fields of our own records, which have the shape of real ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.awslambda.models import LambdaFunction

from local.narrated import ROOT_KEY, NarratedAws, narrated_aws
from local.recipes import (
    assume,
    batch,
    create,
    create_key,
    delete,
    denied_read,
    label,
    move_label,
    new_code,
    put,
    put_policy,
    read_a_version,
    read_as,
    read_as_root,
    rotation,
    stop_logging,
    version_delete,
)

RECORDS = Path(__file__).parent.parent / "records"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[NarratedAws]:
    monkeypatch.setattr(LambdaFunction, "invoke", lambda *_: "null")  # moto's own would look for Docker
    with narrated_aws() as aws:
        yield aws


SHAPES: dict[str, Callable[[NarratedAws], dict[str, Any]]] = {
    "parse_get_secret_value": read_a_version,
    "parse_denied_get": denied_read,
    "parse_create_secret": create,
    "narrated_put_secret_value": put,
    "parse_delete_secret": delete(RecoveryWindowInDays=30),
    "parse_force_delete": delete(ForceDeleteWithoutRecovery=True),
    "parse_batch": batch,
    "parse_end_version_delete": version_delete("EndSecretVersionDelete"),
    "parse_label_updated": label,
    "parse_stop_logging": stop_logging,
    "narrated_put_resource_policy": put_policy,
    "narrated_move_label": move_label,
    "narrated_get_by_role": read_as("web-shop"),
    "narrated_get_by_sso": read_as(
        "AWSReservedSSO_Admin_0123456789abcdef",
        "/aws-reserved/sso.amazonaws.com/eu-west-1/",
        VersionStage="AWSPREVIOUS",
    ),
    "narrated_get_by_root": read_as_root,
    "narrated_start_version_delete": version_delete("StartSecretVersionDelete"),
    "narrated_rotation_started": rotation("TestRotationStarted"),
    "parse_rotation_succeeded": rotation("TestRotationSucceeded"),
    "narrated_assume_role": assume,
    "narrated_create_access_key": create_key,
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_narrated_record_has_the_fields_of_a_real_one(name: str, aws: NarratedAws) -> None:
    expected = json.loads((RECORDS / f"{name}.json").read_text("utf-8"))

    narrated = SHAPES[name](aws)

    assert fields(narrated) == fields(expected)


def test_new_code_of_a_function_is_told_with_lambdas_defaults(aws: NarratedAws) -> None:
    expected = json.loads((RECORDS / "parse_lambda_code.json").read_text("utf-8"))

    narrated = new_code(aws)

    assert fields(narrated["requestParameters"]) == fields(expected["requestParameters"])


@pytest.mark.parametrize("name", ["narrated_get_by_sso", "narrated_get_by_role"])
def test_a_role_is_told_with_its_path_and_its_session_without(name: str, aws: NarratedAws) -> None:
    expected = json.loads((RECORDS / f"{name}.json").read_text("utf-8"))["userIdentity"]["sessionContext"]

    identity = SHAPES[name](aws)["userIdentity"]

    assert identity["sessionContext"]["sessionIssuer"]["arn"] == expected["sessionIssuer"]["arn"]
    assert identity["sessionContext"]["sessionIssuer"]["userName"] == expected["sessionIssuer"]["userName"]
    assert identity["arn"].endswith(f":assumed-role/{expected['sessionIssuer']['userName']}/ben")


def test_a_key_that_nobody_issued_is_root_of_the_stages_account(aws: NarratedAws) -> None:
    identity = read_as_root(aws)["userIdentity"]

    assert (identity["type"], identity["accountId"], identity["accessKeyId"]) == ("Root", "111122223333", ROOT_KEY)


def fields(value: object, at: str = "") -> set[tuple[str, str]]:
    """List every path of a record with the type of what stands there; free maps and lists count as one."""
    if isinstance(value, dict):
        return {(at, "object")}.union(*(fields(item, f"{at}.{key}") for key, item in value.items()))
    if isinstance(value, list):
        return {(at, "list")}.union(*(fields(item, f"{at}[]") for item in value))
    return {(at, type(value).__name__)}
