"""A small AWS inside this process, and questions to it that have one answer on AWS and another in uncorrected moto."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

HOME = "eu-west-1"
ELSEWHERE = "eu-central-1"


@dataclass
class World:
    """moto in this process; the clock counts only where the corrections are installed."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def secrets(self) -> Any:
        return self.client("secretsmanager")

    def client(self, service: str, region: str = HOME) -> Any:
        return _client(service, region)

    def advance(self, by: timedelta) -> None:
        self.now += by

    def a_secret(self, name: str = "prod/db", **details: Any) -> str:
        """Create a secret and give its version id."""
        return str(self.secrets.create_secret(Name=name, **{"SecretString": "1", **details})["VersionId"])

    def put(self, name: str = "prod/db", **details: Any) -> str:
        token = str(uuid4())
        self.secrets.put_secret_value(SecretId=name, SecretString=token, ClientRequestToken=token, **details)
        return token

    def label(self, label: str, to: str | None, source: str | None = None, name: str = "prod/db") -> None:
        wanted = {"MoveToVersionId": to, "RemoveFromVersionId": source}
        self.secrets.update_secret_version_stage(
            SecretId=name, VersionStage=label, **{key: value for key, value in wanted.items() if value}
        )

    def labels(self, *version_ids: str, name: str = "prod/db") -> list[list[str]]:
        """Say which labels these versions bear, in order."""
        shown = self.secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
        return [sorted(shown.get(version_id, ())) for version_id in version_ids]

    def rolled_back(self) -> tuple[str, str]:
        """Write two versions and make the first current again."""
        first = self.a_secret()
        second = self.put()
        self.label("AWSCURRENT", first, second)
        return first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question, AWS's answer, and the wrong one that moto gives."""

    ask: Callable[[World], object]
    aws: object
    moto: object


@cache
def _client(service: Any, region: str) -> Any:
    # A client is slow to make and holds no state of moto's, so the worlds share it.
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),  # LimitExceededException would be retried
    )


def refused(call: Callable[..., object], **parameters: Any) -> str | None:
    """Give the error code of a call, or nothing where it succeeds."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except NotImplementedError:
        return "NotImplementedError"
    return None
