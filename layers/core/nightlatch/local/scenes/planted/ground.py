"""Where things are planted: AWS as somebody reaches it, and a clock that can be set back, for much is about age."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}
POLICY_VERSION = "2012-10-17"


@dataclass
class Ground:
    """One account in one Region.

    Args:
        client: Makes boto3 clients as the account's root, with boto3's own options.
        set_clock: Sets the clock that AWS here lives by.
        now: The moment at which the account shall be audited.
        account_id: The account.
        region: Its Region.
    """

    client: Callable[..., Any]
    set_clock: Callable[[datetime], None]
    now: datetime
    account_id: str
    region: str
    keys: list[str] = field(default_factory=list)  # ARNs of all that were made

    @contextmanager
    def ago(self, days: float) -> Iterator[datetime]:
        """Let AWS live in the past for a while."""
        moment = self.now - timedelta(days=days)
        self.set_clock(moment)
        try:
            yield moment
        finally:
            self.set_clock(self.now)

    def a_key(self) -> str:
        """Make a key of the customer's."""
        arn = str(self.client("kms").create_key(Description="of what is planted")["KeyMetadata"]["Arn"])
        self.keys.append(arn)
        return arn

    @cached_property
    def key(self) -> str:
        """The key that is nobody's news."""
        return self.a_key()

    @cached_property
    def role(self) -> str:
        """The role of every planted function; it may do nothing."""
        made = self.client("iam").create_role(RoleName="planted", AssumeRolePolicyDocument=json.dumps(TRUST))
        return str(made["Role"]["Arn"])

    @cached_property
    def vpc(self) -> str:
        """A VPC for functions."""
        return str(self.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])

    @cached_property
    def network(self) -> dict[str, list[str]]:
        """A place in the VPC."""
        ec2 = self.client("ec2")
        subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="planted", Description="planted", VpcId=self.vpc)["GroupId"]
        return {"SubnetIds": [subnet], "SecurityGroupIds": [group]}

    @cached_property
    def shipper(self) -> str:
        """The function that gets what others log; it rotates nothing and logs nothing."""
        made = self.client("lambda").create_function(
            FunctionName="ship-logs",
            Runtime="python3.13",
            Role=self.role,
            Handler="app.handler",
            Code={"ZipFile": self.code},
        )
        return str(made["FunctionArn"])

    @cached_property
    def code(self) -> bytes:
        """The code of every planted function: none."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as target:
            target.writestr("app.py", "")
        return packed.getvalue()


def policy(*statements: object) -> str:
    """Write a policy."""
    return json.dumps({"Version": POLICY_VERSION, "Statement": list(statements)})
