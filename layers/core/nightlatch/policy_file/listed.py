"""What an inventory document may say of single secrets and functions: what `nightlatch inventory show` writes.

So an inventory that was taken live can be handed to a hunt over old logs, and an operator can write down by hand what
no stack has looked at: which secret is a replica of which.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from nightlatch.domain.account.holding import Holding, RotationFunction
from nightlatch.domain.account.tiers import Tier
from nightlatch.policy_file.parts import Part
from nightlatch.policy_file.silences import aware

_Arn = Annotated[str, Field(pattern=r"^arn:[\w-]+:[a-z]+:")]
_SecretArn = Annotated[str, Field(pattern=r"^arn:[\w-]+:secretsmanager:[^:]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$")]

Moment = Annotated[datetime, AfterValidator(aware)]


class SecretPart(Part):
    """One secret, by its full ARN."""

    arn: _SecretArn
    tier: Tier | None = None
    key: str | None = None
    rotated_by: _Arn | None = None
    primary_region: str | None = None
    replica_regions: tuple[str, ...] = ()
    owning_service: str | None = None
    next_rotation: Moment | None = None
    rotation_window_h: int | None = None
    deleted_at: Moment | None = None
    lowered_at: Moment | None = None
    tags: tuple[tuple[str, str], ...] = ()

    def to_domain(self) -> Holding:
        """Give the value that judging reads."""
        return Holding(**dict(self))


class FunctionPart(Part):
    """One function that rotates secrets."""

    arn: _Arn
    role: _Arn | None = None

    def to_domain(self) -> RotationFunction:
        """Give the value that judging reads."""
        return RotationFunction(arn=self.arn, role=self.role)
