"""What the audit asks AWS: each call, why it is made, how fast it may come, and so what whoever audits must be allowed.

A tenth of each quota (ruling 23). Where several calls share one quota of AWS they share one pace here; where AWS
publishes no figure, a call comes once a second. Everything here only reads, and nothing here reads a value.

Source: Secrets Manager user guide, reference_limits (facts 6.4); Lambda developer guide, gettingstarted-limits (15 a
second for all control plane calls together, but for GetFunction and GetPolicy); CloudWatch Logs user guide,
cloudwatch_limits_cwl (10 DescribeLogGroups, 5 DescribeSubscriptionFilters, 5 FilterLogEvents in the slowest Regions).
KMS allows far more DescribeKey than is made here. None is published for the calls of the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNPUBLISHED = 1.0  # calls a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One call of AWS; its IAM action has its name."""

    action: str  # such as `secretsmanager:ListSecrets`
    why: str
    per_second: float = UNPUBLISHED  # a tenth of the quota
    quota: str = ""  # several that share one quota name it alike; its own where left out
    on: str = "*"  # what it can be granted on: `secret`, `key`, `function` ...; `*` where AWS grants it whole or not
    is_opt_in: bool = False  # only made where the operator asked for it

    @property
    def service(self) -> str:
        """The service, as boto3 calls it too."""
        return self.action.partition(":")[0]

    @property
    def operation(self) -> str:
        """The call, in AWS's spelling."""
        return self.action.partition(":")[2]


_LAMBDA = "control plane of Lambda"

_ALL = (
    Need(
        action="secretsmanager:ListSecrets",
        why="to find the secrets, and most of what they are",
        per_second=10,
    ),
    Need(
        action="secretsmanager:DescribeSecret",
        why="to see who else has its values, in other Regions and accounts, and whether it was deleted meanwhile",
        per_second=50,
        on="secret",
    ),
    Need(
        action="secretsmanager:ListSecretVersionIds",
        why="to see the age of each version and whether one without a label is still read",
        per_second=5,
        on="secret",
    ),
    Need(
        action="secretsmanager:GetResourcePolicy",
        why="to see who may do what, and whether the guard stands",
        per_second=5,
        on="secret",
    ),
    Need(action="kms:DescribeKey", why="to see whether a secret's key works", per_second=10, on="key"),
    Need(
        action="lambda:ListFunctions",
        why="to find credentials in variables; a value is judged and let go",
        per_second=1.5,
        quota=_LAMBDA,
    ),
    Need(
        action="lambda:GetFunctionConfiguration",
        why="to tell a rotation function that is gone from one that was not listed",
        per_second=1.5,
        quota=_LAMBDA,
        on="function",
    ),
    Need(
        action="logs:DescribeLogGroups",
        why="to see how long a rotation function's lines are kept, under which key, and whether they are masked",
        on="log-group",
    ),
    Need(
        action="logs:DescribeSubscriptionFilters",
        why="to see where a rotation function's lines are forwarded to",
        per_second=0.5,
        on="log-group",
    ),
    Need(
        action="logs:FilterLogEvents",
        why="to find what should never be logged; a line is judged and let go",
        per_second=0.5,
        on="log-group",
        is_opt_in=True,
    ),
    Need(action="cloudtrail:DescribeTrails", why="to find what records this Region"),
    Need(action="cloudtrail:GetTrailStatus", why="to see whether a trail records", on="trail"),
    Need(action="cloudtrail:GetEventSelectors", why="to see what a trail leaves out", on="trail"),
    Need(action="cloudformation:ListStackResources", why="to find nightlatch's own rules and alarms", on="stack"),
    Need(action="events:DescribeRule", why="to see whether a rule of nightlatch is on", on="rule"),
    Need(action="events:ListTargetsByRule", why="to see whether a rule of nightlatch still leads somewhere", on="rule"),
    Need(action="cloudwatch:DescribeAlarms", why="to see whether nightlatch's alarms can tell anybody", on="alarm"),
    Need(action="ec2:DescribeVpcEndpoints", why="to see how a VPC reaches Secrets Manager"),
    Need(action="iam:GetAccountAuthorizationDetails", why="to find who may read every secret"),
)
NEEDS: Mapping[str, Need] = {need.action: need for need in _ALL}
