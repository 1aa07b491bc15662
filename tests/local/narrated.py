"""AWS on this machine with a narrator that writes into a list, and people to call it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

from nightlatch.local.aws.moto_server import ACCOUNT_ID, MotoServer

REGION = "eu-west-1"
NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
ROOT_KEY = "AKIAEXAMPLEEXAMPLE09"
ROOT = {"aws_access_key_id": ROOT_KEY, "aws_secret_access_key": "not checked"}
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}'
_CONFIG = Config(retries={"total_max_attempts": 1})


@dataclass
class NarratedAws:
    """One server and everything it has told."""

    server: MotoServer
    told: list[dict[str, Any]]
    now: datetime = NOW
    keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, service: Any, caller: str = "ana", region: str = REGION) -> Any:
        make: Any = boto3.client  # its overloads know no keyword arguments that come as a mapping
        return make(
            service, endpoint_url=self.server.endpoint, region_name=region, config=_CONFIG, **self._keys_of(caller)
        )

    def records(self, name: str) -> list[dict[str, Any]]:
        """Give the records of one eventName."""
        return [each["detail"] for each in self.told if each["detail"].get("eventName") == name]

    def record(self, name: str) -> dict[str, Any]:
        """Give the only record of one eventName."""
        (record,) = self.records(name)
        return record

    def envelopes(self, detail_type: str) -> list[dict[str, Any]]:
        return [each for each in self.told if each["detail-type"] == detail_type]

    def as_role(self, name: str, session: str, path: str = "/") -> str:
        """Create a role, assume it, and give the name under which it calls."""
        arn = self.client("iam", "root").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST)
        lent = self.client("sts").assume_role(RoleArn=arn["Role"]["Arn"], RoleSessionName=session)["Credentials"]
        self.keys[name] = {
            "aws_access_key_id": lent["AccessKeyId"],
            "aws_secret_access_key": lent["SecretAccessKey"],
            "aws_session_token": lent["SessionToken"],
        }
        return name

    def _keys_of(self, caller: str) -> dict[str, str]:
        if caller not in self.keys:
            self.keys[caller] = self._new_user(caller)
        return self.keys[caller]

    def _new_user(self, name: str) -> dict[str, str]:
        iam = self.client("iam", "root")
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


@contextmanager
def narrated_aws() -> Iterator[NarratedAws]:
    """Start AWS on this machine; at the end every call must have been told."""
    told: list[dict[str, Any]] = []
    aws = NarratedAws(server=MotoServer(told.append, now=lambda: aws.now), told=told)
    aws.keys["root"] = ROOT
    with aws.server:
        yield aws
        aws.server.narrator.raise_failures()


def a_function(aws: NarratedAws, name: str = "rotate-db") -> str:
    """Create a function that does nothing and give its ARN."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return None\n")
    created = aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT_ID}:role/{aws.as_role(name, 'create')}",
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return str(created["FunctionArn"])
