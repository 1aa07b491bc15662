"""What one look at the account gave: a secret as AWS lists it, a function that rotates, a page of both.

A holding is what AWS says of a secret beside its value.

Source: Secrets Manager API reference, SecretListEntry and ReplicationStatusType; Lambda API reference,
GetFunctionConfiguration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.event.secrets import SecretRef, secret_ref

ROUTING_TAGS = ("owner", "team", "slack-channel")  # say whose a secret is; other tags are nobody's business


def routing_tags(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Keep of a secret's tags those by which the operator may route."""
    return tuple((key, tags[key]) for key in ROUTING_TAGS if tags.get(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One secret as AWS listed it."""

    arn: str
    tier: Tier | None = None  # what its tag said when the inventory was taken; None where it has none
    key: str | None = None  # the KMS key, an alias resolved where that was possible; None for AWS's own
    rotated_by: str | None = None  # the function without version or alias, or the role of an external rotation
    primary_region: str | None = None  # where its primary is, which may be here
    replica_regions: tuple[str, ...] = ()  # where a primary has replicas
    owning_service: str | None = None  # the service of AWS that manages it
    next_rotation: datetime | None = None  # AWS means to rotate it by then
    rotation_window_h: int | None = None  # how long a rotation may take to begin; None for AWS's own choice
    deleted_at: datetime | None = None
    lowered_at: datetime | None = None  # since when its tag has said less than the tier that still counts
    tags: tuple[tuple[str, str], ...] = ()  # of ROUTING_TAGS those that it has
    created_at: datetime | None = None  # known while an inventory is taken, and not kept

    @property
    def secret(self) -> SecretRef:
        """Refer to it: AWS wrote this ARN."""
        return secret_ref(self.arn, account_id="", region="", by_aws=True)

    @property
    def rotates_by_itself(self) -> bool:
        """Whether its own schedule rotates it: a replica follows its primary, and a service rotates what it manages."""
        is_replica = self.primary_region not in {None, self.secret.region}
        return not is_replica and self.owning_service is None and self.deleted_at is None

    @property
    def is_weighed(self) -> bool:
        """Whether its tag says how much it matters, if only since a while that does not count yet."""
        return self.tier is not None or self.lowered_at is not None

    @property
    def says_something(self) -> bool:
        """Whether anything is known of it beside that it exists."""
        said = (self.tags, self.tier, self.key, self.rotated_by, self.primary_region, self.replica_regions)
        return any(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationFunction:
    """A function that rotates secrets, and the role that it runs with."""

    arn: str  # without version or alias
    role: str | None = None  # None where nobody could look


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of an inventory: a part of what was found."""

    secrets: tuple[Holding, ...] = ()
    functions: tuple[RotationFunction, ...] = ()
    own: tuple[str, ...] = ()  # what nightlatch itself is made of
