"""What the account was seen to hold when its inventory was taken: secrets, what they need, and our own parts.

A holding is what AWS lists of a secret beside its value. Each says little; together they answer the questions that
records alone cannot: how much a secret matters, which secrets need a key, a function or a role, and which is a replica.

Source: Secrets Manager API reference, SecretListEntry and ReplicationStatusType; Lambda API reference,
GetFunctionConfiguration; ruling 34 (what is not held is unknown, and unknown alone never fires).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from nightlatch.domain.resources import is_same_resource, unversioned
from nightlatch.domain.secrets import SecretRef, in_region, may_be_same, secret_ref
from nightlatch.domain.tiers import Tier

_MOST_REMEMBERED = 50_000


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
    next_rotation: datetime | None = None
    deleted_at: datetime | None = None
    lowered_at: datetime | None = None  # since when its tag has said less than the tier that still counts

    @property
    def secret(self) -> SecretRef:
        """Refer to it: AWS wrote this ARN."""
        return secret_ref(self.arn, account_id="", region="", by_aws=True)

    @property
    def says_something(self) -> bool:
        """Whether anything is known of it beside that it exists."""
        said = (self.tier, self.key, self.rotated_by, self.primary_region, self.replica_regions)
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


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """A whole inventory, and the questions that it answers; each look-up is built when it is first needed."""

    secrets: tuple[Holding, ...] = ()
    functions: tuple[RotationFunction, ...] = ()
    own: frozenset[str] = frozenset()
    taken_at: datetime | None = None  # None for one that the operator wrote

    @classmethod
    def of(cls, pages: Iterable[Found], taken_at: datetime | None = None) -> Holdings:
        """Put pages together; a function that several pages name counts once, with its role where one knows it."""
        some = tuple(pages)
        functions: dict[str, RotationFunction] = {}
        for one in (one for page in some for one in page.functions):
            if one.role is not None or one.arn not in functions:
                functions[one.arn] = one
        return cls(
            secrets=tuple({one.arn: one for page in some for one in page.secrets}.values()),
            functions=tuple(functions.values()),
            own=frozenset(part for page in some for part in page.own),
            taken_at=taken_at,
        )

    def __bool__(self) -> bool:
        return bool(self.secrets or self.functions or self.own)

    def __hash__(self) -> int:
        """Hash by size and time: rules remember by the inventory, and may not go through all of it each time."""
        return hash((self.taken_at, len(self.secrets), len(self.functions), len(self.own)))

    def __or__(self, other: Holdings) -> Holdings:
        """Hold what either says; of one secret what the second says."""
        pages = (Found(secrets=one.secrets, functions=one.functions, own=tuple(one.own)) for one in (self, other))
        return Holdings.of(pages, other.taken_at or self.taken_at)

    def of_secret(self, secret: SecretRef) -> tuple[Holding, ...]:
        """Give the holdings that a reference can mean."""
        found = {
            one.arn: one for key in secret.keys for one, ref in self._by_key.get(key, ()) if may_be_same(secret, ref)
        }
        return tuple(found.values())

    def before(self, secret: SecretRef, at: datetime) -> Holding | None:
        """Give what was listed of a secret before a moment; None where several could be meant, or none was listed.

        What was listed afterwards may already show what is to be judged.
        """
        found = self.of_secret(secret)
        is_earlier = self.taken_at is None or self.taken_at < at
        return found[0] if is_earlier and len(found) == 1 else None

    def tier_of(self, secret: SecretRef) -> Tier | None:
        """Give the highest tier that a tag gave to what a reference can mean."""
        if secret not in self._tiers:
            if len(self._tiers) >= _MOST_REMEMBERED:
                self._tiers.clear()  # callers choose names, and may choose many
            tiers = [one.tier for one in self.of_secret(secret) if one.tier is not None]
            self._tiers[secret] = max(tiers, key=lambda tier: tier.rank, default=None)
        return self._tiers[secret]

    @cached_property
    def has_tiers(self) -> bool:
        """Whether any tag says how much its secret matters."""
        return any(one.tier is not None for one in self.secrets)

    def needing(self, resource: str) -> Sequence[SecretRef]:
        """Give the secrets that need a key or function, or a function with this role, by its `unversioned` form."""
        return self._by_need.get(resource, ())

    @cached_property
    def function_arns(self) -> frozenset[str]:
        """Every function that rotates a secret."""
        return frozenset(one.arn for one in self.functions)

    def roles_named(self, function: str) -> frozenset[str | None]:
        """Give the roles of the functions that a text can mean; None among them where one's role is unknown."""
        return frozenset(one.role for one in self.functions if is_same_resource(one.arn, function))

    @cached_property
    def external_roles(self) -> frozenset[str]:
        """The roles that Secrets Manager itself takes to rotate a secret outside AWS."""
        return frozenset(one.rotated_by for one in self.secrets if one.rotated_by and ":role/" in one.rotated_by)

    def primary_of(self, secret: SecretRef) -> SecretRef | None:
        """Give the primary of which a secret was a replica; the same name in two Regions alone makes no replica."""
        if not any(f"{secret.account_id}/{name}" in self._copied for name in secret.names):
            return None
        for one in self.of_secret(secret):
            if one.primary_region not in {None, one.secret.region}:
                return in_region(one.secret, str(one.primary_region))
        for name in secret.names:
            for one in self._primaries.get(f"{secret.account_id}/{name}", ()):
                if secret.region in one.replica_regions and may_be_same(in_region(one.secret, secret.region), secret):
                    return one.secret
        return None

    @property
    def has_replicas(self) -> bool:
        """Whether any secret is known to have a copy; else nothing needs to be looked up."""
        return bool(self._copied)

    @cached_property
    def _copied(self) -> frozenset[str]:
        some = [one for one in self.secrets if one.primary_region or one.replica_regions]
        return frozenset(f"{one.secret.account_id}/{name}" for one in some for name in one.secret.names)

    @cached_property
    def _tiers(self) -> dict[SecretRef, Tier | None]:
        """Remembered, for a sweep of many secrets is asked about with each of its reads."""
        return {}

    @cached_property
    def _by_key(self) -> Mapping[str, Sequence[tuple[Holding, SecretRef]]]:
        found: dict[str, list[tuple[Holding, SecretRef]]] = defaultdict(list)
        for one in self.secrets:
            ref = one.secret
            for key in ref.keys:
                found[key].append((one, ref))
        return found

    @cached_property
    def _primaries(self) -> Mapping[str, Sequence[Holding]]:
        found: dict[str, list[Holding]] = defaultdict(list)
        for one in self.secrets:
            if one.replica_regions:
                for name in one.secret.names:
                    found[f"{one.secret.account_id}/{name}"].append(one)
        return found

    @cached_property
    def _by_need(self) -> Mapping[str, Sequence[SecretRef]]:
        roles = {one.arn: one.role for one in self.functions}
        found: dict[str, list[SecretRef]] = defaultdict(list)
        for one in self.secrets:
            needs = (("kms", one.key), ("lambda", one.rotated_by), ("iam", roles.get(one.rotated_by or "")))
            place = {"region": one.secret.region, "account": one.secret.account_id}
            for resource in {unversioned(text, service=service, **place) for service, text in needs if text}:
                found[resource].append(one.secret)
        return found


NOTHING = Holdings()
