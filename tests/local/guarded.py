"""A server where one role is judged, and what a refusal says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.narrated import REGION, NarratedAws, narrated_aws
from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.permissions.guard import Judged

WORKER = "worker"
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/{WORKER}"
USER = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{WORKER}/Function"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/state"
Statement = dict[str, Any]


class Guarded:
    """A server where one role is judged, and what was judged."""

    def __init__(self, aws: NarratedAws) -> None:
        self.aws = aws
        self.judged: list[Judged] = []
        aws.as_role(WORKER, "Function")
        aws.server.guard.watch({ROLE}, self.judged.append)

    def allow(self, *statements: Statement) -> None:
        """Give the role this policy and no other."""
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]}
        self.root("iam").put_role_policy(RoleName=WORKER, PolicyName="p", PolicyDocument=json.dumps(document))

    def worker(self, service: str) -> Any:
        """Give a client with the role of the function."""
        return self.aws.client(service, WORKER)

    def root(self, service: str) -> Any:
        """Give a client of the account's root."""
        return self.aws.client(service, "root")

    def needed(self) -> list[tuple[str, str]]:
        """Say what was asked of the policies."""
        return [(one.request.action, one.request.resource) for one in self.judged]


@contextmanager
def guarded_aws() -> Iterator[Guarded]:
    """Start AWS on this machine, where the worker's role is judged."""
    with narrated_aws() as aws:
        yield Guarded(aws)


@contextmanager
def refused(code: str, text: str) -> Iterator[None]:
    with pytest.raises(ClientError) as raised:
        yield
    assert raised.value.response["Error"]["Code"] == code
    assert raised.value.response["Error"]["Message"] == text
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}


def why_not(action: str, resource: str, ending: str = "because no identity-based policy allows the {} action") -> str:
    return f"User: {USER} is not authorized to perform: {action} on resource: {resource} {ending.format(action)}"
