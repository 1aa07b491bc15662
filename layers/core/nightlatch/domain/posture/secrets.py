"""One secret as the audit sees it: what AWS says of it beside its value, and what is known of its use.

What takes a call of its own may be a `Gap`; checks ask for it through `seen`.

Source: botocore 1.44 service model of Secrets Manager: DescribeSecret (ReplicationStatus, CrossAccountReplicas,
CrossAccountPrimary), ListSecretVersionIds, GetResourcePolicy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.posture.unseen import NOT_COUNTED, NOT_DEPLOYED, Gap, seen
from nightlatch.domain.posture.use import SecretUse
from nightlatch.domain.secret.key_states import KeyState
from nightlatch.domain.secret.metadata import Pairs, RotationSettings
from nightlatch.domain.secret.versions import CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPosture:
    """A version of a secret, without its value."""

    id: str
    labels: tuple[str, ...] = ()  # staging labels; none: AWS may remove it
    created_at: datetime | None = None
    last_read: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaPosture:
    """A copy of a primary in another Region or account, as the primary sees it."""

    region: str
    status: str  # InSync, InProgress or Failed
    message: str = field(default="", repr=False)
    key: str | None = None
    arn: str | None = None  # of a copy in another account, which is in the primary's Region; None in this account

    @property
    def account_id(self) -> str | None:
        """Whose it is; None where it is this account's."""
        return None if self.arn is None else account_of(self.arn)

    @property
    def place(self) -> str:
        """Where it is, for people."""
        if self.arn is None:
            return self.region
        return f"account {self.account_id}" if self.account_id else "an account that AWS does not name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """What nightlatch does for a secret."""

    is_guarded: bool  # its resource policy holds the statement that denies force deletes
    wants_guard: bool  # the operator's policy asks for one
    metadata_kept_at: datetime | None = None  # the keeper's last look, whose sight is kept; None: never
    wants_copies: bool = False  # the operator's policy asks for copies of its values
    copied_at: datetime | None = None  # the last copy of a value that has not expired; None: none
    copied: tuple[str, ...] = ()  # ids of the versions of which there is such a copy; an old one may be copied late
    proven_at: datetime | None = None  # when a restore drill last opened a copy of it; None: never


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPosture:
    """One secret."""

    arn: str
    name: str
    description: str = field(default="", repr=False)  # nobody's business but a check's: it may hold a credential
    tags: Pairs = field(default=(), repr=False)
    key: str | None = None  # as AWS wrote it: id, ARN or alias; None for aws/secretsmanager
    key_state: KeyState | Gap | None = None  # of a key of the customer's
    rotation: RotationSettings = field(default_factory=RotationSettings)
    last_rotated: datetime | None = None
    next_rotation: datetime | None = None  # AWS means to rotate it by then
    created_at: datetime | None = None
    last_changed: datetime | None = None  # any modification, so no proof of a rotation
    last_read: date | None = None  # a day, as AWS tells no more; None: never, as far as AWS knows
    deleted_at: datetime | None = None  # it waits to be deleted; which moment this is, see `pending`
    primary_region: str | None = None
    owning_service: str | None = None  # the service of AWS that manages it
    type: str | None = None  # of a managed external secret: the partner that holds the credential
    replicas: tuple[ReplicaPosture, ...] | Gap = ()
    versions: tuple[VersionPosture, ...] | Gap = ()
    foreign_primary: str | Gap | None = None  # ARN of the secret in another account whose values it follows
    policy_text: str | Gap | None = None  # of its resource policy, as AWS gives it
    policy_by_aws: str | Gap | None = None  # of that which AWS attaches beside it to a copy of another account's secret
    use: SecretUse | Gap = NOT_COUNTED
    protected: Protected | Gap = NOT_DEPLOYED

    @property
    def secret(self) -> SecretRef:
        """Refer to it: AWS wrote this ARN."""
        return secret_ref(self.arn, account_id="", region="", by_aws=True)

    @property
    def account_id(self) -> str:
        """Whose it is."""
        return self.secret.account_id

    @property
    def region(self) -> str:
        """Where it is."""
        return self.secret.region

    def current(self) -> VersionPosture | None:
        """Give the version that readers get.

        Raises:
            NotSeen: Nobody could look at versions.
        """
        return next((one for one in seen(self.versions) if CURRENT in one.labels), None)

    @property
    def is_replica(self) -> bool:
        """Whether its primary is in another Region."""
        return self.primary_region not in {None, self.region}
