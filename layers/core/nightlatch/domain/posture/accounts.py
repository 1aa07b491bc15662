"""The account in one Region as the audit sees it: what records it, what reaches it, what is granted, what watches it.

Source: botocore 1.44 service models: CloudTrail DescribeTrails, GetTrailStatus, GetEventSelectors; EventBridge
DescribeRule, ListTargetsByRule; CloudWatch DescribeAlarms; EC2 DescribeVpcEndpoints; IAM
GetAccountAuthorizationDetails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.event.partitions import partition_of
from nightlatch.domain.posture.unseen import NOT_DEPLOYED, Gap, seen

GONE = "DELETED"  # the state of a rule or alarm that its stack made and that is no more; AWS gives it to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPosture:
    """A trail that records this Region."""

    arn: str
    name: str
    is_logging: bool
    is_multi_region: bool
    losses: tuple[Loss, ...]  # what its selectors leave out
    key: str | None = None  # that encrypts its files
    validates_files: bool = False

    @property
    def home(self) -> str:
        """The Region where it was made, which alone can change it."""
        return self.arn.split(":")[3]

    def keeps(self, loss: Loss) -> bool:
        """Tell whether it records what would be lost without it."""
        return self.is_logging and loss not in self.losses


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePosture:
    """An EventBridge rule of our stack."""

    name: str
    state: str  # ENABLED, DISABLED or ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS; or GONE
    wanted: str  # the state that the stack gave it
    targets: int  # how many it has
    wanted_targets: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPosture:
    """A CloudWatch alarm of our stack."""

    name: str
    state: str  # OK, ALARM or INSUFFICIENT_DATA; or GONE
    is_telling: bool  # its actions are enabled, and it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPosture:
    """A VPC and its way to Secrets Manager."""

    vpc: str
    endpoint: str | None = None  # id of its interface endpoint; None: it has none
    has_private_dns: bool = False
    is_open: bool = False  # its policy is the default one, which lets everybody do everything
    functions: tuple[str, ...] = ()  # names of functions in it that rotate secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPosture:
    """Who may come to every secret, by an IAM policy."""

    policy: str  # ARN, or `inline policy NAME of ROLE`
    actions: tuple[str, ...]  # as the statement writes them, such as `secretsmanager:*`
    attached_to: tuple[str, ...]  # ARNs of roles, users and groups, the first of them
    is_by_aws: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPosture:
    """One account in one Region."""

    account_id: str
    region: str
    secrets: int = 0
    trails: tuple[TrailPosture, ...] | Gap = ()
    rules: tuple[RulePosture, ...] | Gap = NOT_DEPLOYED
    alarms: tuple[AlarmPosture, ...] | Gap = NOT_DEPLOYED
    endpoints: tuple[EndpointPosture, ...] | Gap = ()
    unplaced: Gap | None = None  # why there may be rotation functions of which no VPC is known
    grants: tuple[GrantPosture, ...] | Gap = ()
    restore_proven_at: datetime | Gap | None = NOT_DEPLOYED

    def own_trails(self) -> tuple[TrailPosture, ...]:
        """Give the trails that are this account's; one of an organisation is its management account's.

        Raises:
            NotSeen: Nobody could look.
        """
        return tuple(one for one in seen(self.trails) if account_of(one.arn) == self.account_id)

    @property
    def arn(self) -> str:
        """Name it in findings."""
        return f"arn:{partition_of(self.region)}:iam::{self.account_id}:root"

    @property
    def name(self) -> str:
        """Name it for people."""
        return f"account {self.account_id} in {self.region}"
