"""A small company on the stage: its secrets, who works there, and the keys they use.

Everything is made with ordinary AWS calls before nightlatch is deployed, so its making is nobody's news.
"""

from __future__ import annotations

import io
import json
import secrets as entropy
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

SERVICES = ("payments", "orders", "search", "mail", "billing", "identity")
PARTS = ("db", "api", "queue", "cache")
SSO_ROLE = "AWSReservedSSO_Engineer_0123456789abcdef"
ROLES = ("app", "terraform", "cleanup", SSO_ROLE)
STOLEN_USER = "ci-deploy"
LEGACY_SECRET = "prod/legacy/license"  # noqa: S105 - the name of a secret, not its value
OPERATOR = "ana"
TRAIL, TRAIL_BUCKET = "management", "company-trail"
_OF_IDENTITY_CENTER = "/aws-reserved/sso.amazonaws.com/eu-west-1/"  # where AWS keeps the roles of its sign-in portal


class MakesClients(Protocol):
    """What makes a boto3 client for a service, as somebody."""

    def __call__(self, service: str, credentials: Mapping[str, str] | None = None) -> Any:
        """Make it."""


@dataclass(frozen=True, slots=True)
class Company:
    """What the scenes need to know; values of secrets are made up at random and kept nowhere."""

    arns: Mapping[str, str]  # secret name -> ARN
    versions: Mapping[str, str]  # secret name -> the version that is current at the beginning
    stolen_key: Mapping[str, str] = field(repr=False)
    slack_secret_arn: str
    channels_secret_arn: str
    slack_key_arn: str  # encrypts both: a company with a key of its own asks the most of the roles
    bus_arn: str  # gets every incident
    ledger_key_arn: str  # of the secret that is in the vault
    rotation_function: str  # rotates that one

    @property
    def names(self) -> tuple[str, ...]:
        """The secrets, in order."""
        return tuple(self.arns)


def found_company(client: MakesClients, *, slack: Mapping[str, Any], channels: Mapping[str, Any]) -> Company:
    """Make the company.

    Args:
        client: Makes boto3 clients as the account's root.
        slack: The Slack app's credentials document.
        channels: That of the other channels.
    """
    manager, iam = client("secretsmanager"), client("iam")
    names = [f"prod/{service}/{part}" for service in SERVICES for part in PARTS]
    made = {name: manager.create_secret(Name=name, SecretString=a_value()) for name in (*names, LEGACY_SECRET)}
    key = client("kms").create_key(Description="Encrypts the Slack credentials")["KeyMetadata"]
    slack_secret = manager.create_secret(Name="nightlatch/slack", SecretString=json.dumps(slack), KmsKeyId=key["KeyId"])
    others = manager.create_secret(Name="nightlatch/channels", SecretString=json.dumps(channels), KmsKeyId=key["KeyId"])
    client("securityhub").enable_security_hub()
    _begin_trail(client)
    for role in ROLES:
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}
        iam.create_role(RoleName=role, Path=_path_of(role), AssumeRolePolicyDocument=json.dumps(trust))
    iam.create_user(UserName=STOLEN_USER)
    ledger_key = client("kms").create_key(Description="Encrypts the ledger's secrets")["KeyMetadata"]
    return Company(
        arns={name: answer["ARN"] for name, answer in made.items()},
        versions={name: answer["VersionId"] for name, answer in made.items()},
        stolen_key=_keys(iam.create_access_key(UserName=STOLEN_USER)["AccessKey"]),
        slack_secret_arn=slack_secret["ARN"],
        channels_secret_arn=others["ARN"],
        slack_key_arn=key["Arn"],
        bus_arn=client("events").create_event_bus(Name="security")["EventBusArn"],
        ledger_key_arn=ledger_key["Arn"],
        rotation_function=a_function(client, "rotate-ledger", {}),
    )


def _begin_trail(client: MakesClients) -> None:
    """Let the account have the trail that every account should have, for without one nothing is told."""
    s3, cloudtrail = client("s3"), client("cloudtrail")
    s3.create_bucket(Bucket=TRAIL_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    cloudtrail.create_trail(Name=TRAIL, S3BucketName=TRAIL_BUCKET, IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name=TRAIL)


def a_value() -> str:
    """Make a value that nobody knows."""
    return json.dumps({"username": "app", "password": entropy.token_urlsafe(18)})


def sign_in(client: MakesClients, account_id: str, role: str, session: str) -> Mapping[str, str]:
    """Take a role's temporary keys under a session name."""
    answer = client("sts").assume_role(RoleArn=role_arn(account_id, role), RoleSessionName=session)
    return dict(answer["Credentials"])


def role_arn(account_id: str, role: str) -> str:
    """Give a role's ARN, with the path of those that Identity Center keeps."""
    return f"arn:aws:iam::{account_id}:role{_path_of(role)}{role}"


def _path_of(role: str) -> str:
    return _OF_IDENTITY_CENTER if role.startswith("AWSReservedSSO_") else "/"


def policy_document() -> dict[str, Any]:
    """Give the company's policy: what is watched, protected and copied, and that ana and ben approve."""
    return {
        "version": 1,
        "defaults": {"mode": "notify"},
        "secrets": [
            {
                "match": {"names": ["prod/ledger/*"]},
                "mode": "protect",
                "protect": {"resurrect": True},
                "snapshots": {"pins": 12, "vault": {}},
            },
            {"match": {"names": ["prod/orders/*"]}, "mode": "protect", "snapshots": {"pins": 12, "vault": {}}},
            {"match": {"names": ["prod/*"]}, "mode": "protect", "snapshots": {"pins": 12}},
        ],
        "approvers": [
            {"slack": "U01ANA", "name": "ana", "principals": [f"*{SSO_ROLE}/ana", "ana"]},
            {"slack": "U02BEN", "name": "ben", "principals": [f"*{SSO_ROLE}/ben", "ben"]},
        ],
        "audit": {"daily": False},  # a scene tells what happens; how things stand, an audit says when somebody asks
    }


def a_function(client: MakesClients, name: str, variables: Mapping[str, str]) -> str:
    """Make a function that is not of the stack, and so runs to no effect here."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as target:
        target.writestr("app.py", "")
    made = client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=client("iam").get_role(RoleName="app")["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": dict(variables)},
    )
    return str(made["FunctionArn"])


def _keys(key: Mapping[str, str]) -> dict[str, str]:
    return {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]}
