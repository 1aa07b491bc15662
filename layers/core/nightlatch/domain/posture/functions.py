"""One Lambda function as the audit sees it; the values of its variables never come this far.

Source: botocore 1.44 service models: Lambda ListFunctions (FunctionConfiguration); CloudWatch Logs DescribeLogGroups,
DescribeSubscriptionFilters, GetDataProtectionPolicy; design facts 2.4 and 2.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.posture.unseen import Gap, NotSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable, its value judged where it was read (`variables.judged`) and left there."""

    name: str
    holds: str | None = None  # what its value looks like, such as `an AWS access key`; None: nothing that matters
    is_debug: bool = False  # it turns on debug logging
    is_named_credential: bool = False  # named like a credential, and its value names no place where one is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroupPosture:
    """Where a function's lines go."""

    name: str
    retention_days: int | None = None  # None: for ever
    key: str | None = None  # of the customer's; None: AWS's own encryption
    has_data_protection: bool | Gap = False
    forwarded_to: tuple[str, ...] | Gap = ()  # ARNs of subscription filters' destinations
    leaks: tuple[str, ...] | Gap | None = None  # what a scan of its lines met, by kind; None: not asked to scan


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPosture:
    """One function."""

    arn: str  # without version or alias
    name: str
    account_id: str
    region: str
    rotates: tuple[str, ...] = ()  # names of the secrets that it rotates, the first of them
    rotates_unseen: Gap | None = None  # why it is not known whether more secrets name it
    is_gone: bool = False  # secrets name it for their rotation, and it does not exist
    unseen: Gap | None = None  # nothing of it could be looked at, as where it is in another account
    role: str | None = None
    runtime: str | None = None
    changed_at: datetime | None = None  # code or configuration
    vpc: str | None = None  # id of the VPC that it runs in; None: none
    variables: tuple[Variable, ...] | Gap = ()
    log_group: LogGroupPosture | Gap | None = None  # None: it has written nothing yet

    @property
    def is_rotator(self) -> bool:
        """Whether secrets name it for their rotation.

        Raises:
            NotSeen: None is known that does, and nobody could look at all secrets.
        """
        if not self.rotates and self.rotates_unseen is not None:
            raise NotSeen(self.rotates_unseen)
        return bool(self.rotates)
