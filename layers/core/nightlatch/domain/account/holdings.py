"""What the account was seen to hold when its inventory was taken: secrets, what they need, and our own parts.

Each holding says little; together they answer the questions that records alone cannot: how much a secret matters, which
secrets need a key, a function or a role, and which is a replica.

Source: ruling 34 (what is not held is unknown, and unknown alone never fires).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from nightlatch.domain.account.holding import Found, Holding, RotationFunction
from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.event.resources import is_same_resource, unversioned
from nightlatch.domain.event.secrets import SecretRef, in_region, may_be_same

MOST_TAGS = 50
_MOST_REMEMBERED = 50_000
_AMBIGUOUS = 2  # names that one text can stand for


_Listed = tuple[Holding, SecretRef]
_Member = TypeVar("_Member")


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """A whole inventory, and the questions that it answers; each look-up is built when it is first needed."""

    secrets: tuple[Holding, ...] = ()
    functions: tuple[RotationFunction, ...] = ()
    own: frozenset[str] = frozenset()
    begun_at: datetime | None = None  # when it was begun to take, and when it was whole;
    taken_at: datetime | None = None  # neither is known of one that the operator wrote

    @classmethod
    def of(
        cls, pages: Iterable[Found], taken_at: datetime | None = None, *, begun_at: datetime | None = None
    ) -> Holdings:
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
            begun_at=begun_at or taken_at,
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
        later = other if other.taken_at else self
        return Holdings.of(pages, later.taken_at, begun_at=later.begun_at)

    def of_secret(self, secret: SecretRef) -> tuple[Holding, ...]:
        """Give the holdings that a reference can mean."""
        near = (listed for key in secret.keys for listed in self._by_key.get(key, ()))
        found = {one.arn: one for one, ref in near if may_be_same(secret, ref)}
        return tuple(found.values())

    def meant_by(self, secret: SecretRef) -> SecretRef:
        """Give the secret that an ARN means; the ARN as it was written, where none is held, or several could be meant.

        What a caller writes may be a whole ARN, or end like one and be the name of another secret. AWS takes it for the
        whole ARN first.
        """
        if len(secret.names) < _AMBIGUOUS:
            return secret
        found = [one.secret for one in self.of_secret(secret)]
        some = [one for one in found if one.tail == secret.tail] or found
        return some[0] if len(some) == 1 else secret

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

    @cached_property
    def has_tags(self) -> bool:
        """Whether any tag says whose its secret is."""
        return any(one.tags for one in self.secrets)

    def tags_of(self, secrets: Iterable[SecretRef]) -> tuple[tuple[str, str], ...]:
        """Give the tags of what references can mean: in doubt whoever may be concerned is told."""
        found = (tag for secret in secrets for one in self.of_secret(secret) for tag in one.tags)
        return tuple(sorted(set(found)))[:MOST_TAGS]

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

    def has_no_copy_in(self, secret: SecretRef, region: str) -> bool:
        """Tell whether a reference can mean a secret that began here, and that has no replica in another Region."""
        began_here = (one for one in self.of_secret(secret) if one.primary_region in {None, secret.region})
        return any(region not in one.replica_regions for one in began_here)

    def primary_of(self, secret: SecretRef) -> SecretRef | None:
        """Give the primary of which a secret was a replica; the same name in two Regions alone makes no replica.

        Where a reference can also mean a secret that began here, it is none: callers choose names, and references.
        """
        if any(one.primary_region in {None, secret.region} for one in self.of_secret(secret)):
            return None
        for one, ref in (found for name in secret.names for found in self._copied.get(_named(secret, name), ())):
            if one.primary_region not in {None, ref.region} and may_be_same(secret, ref):
                return in_region(ref, str(one.primary_region))
            if secret.region in one.replica_regions and may_be_same(in_region(ref, secret.region), secret):
                return ref
        return None

    @property
    def has_replicas(self) -> bool:
        """Whether any secret is known to have a copy; else nothing needs to be looked up."""
        return bool(self._copied)

    @cached_property
    def _tiers(self) -> dict[SecretRef, Tier | None]:
        """Remembered, for a sweep of many secrets is asked about with each of its reads."""
        return {}

    @cached_property
    def _listed(self) -> Sequence[_Listed]:
        return tuple((one, one.secret) for one in self.secrets)

    @cached_property
    def _by_key(self) -> Mapping[str, Sequence[_Listed]]:
        return _grouped((key, listed) for listed in self._listed for key in listed[1].keys)

    @cached_property
    def _copied(self) -> Mapping[str, Sequence[_Listed]]:
        some = [listed for listed in self._listed if listed[0].primary_region or listed[0].replica_regions]
        return _grouped((_named(listed[1], name), listed) for listed in some for name in listed[1].names)

    @cached_property
    def _by_need(self) -> Mapping[str, Sequence[SecretRef]]:
        roles = {one.arn: one.role for one in self.functions}
        return _grouped((need, ref) for one, ref in self._listed for need in _needs_of(one, ref, roles))


def _needs_of(one: Holding, ref: SecretRef, roles: Mapping[str, str | None]) -> set[str]:
    needs = (("kms", one.key), ("lambda", one.rotated_by), ("iam", roles.get(one.rotated_by or "")))
    return {
        unversioned(text, service=service, region=ref.region, account=ref.account_id) for service, text in needs if text
    }


def _named(secret: SecretRef, name: str) -> str:
    """Name a secret without its Region, as its replicas share it."""
    return f"{secret.account_id}/{name}"


def _grouped(pairs: Iterable[tuple[str, _Member]]) -> Mapping[str, Sequence[_Member]]:
    found: dict[str, list[_Member]] = defaultdict(list)
    for key, member in pairs:
        found[key].append(member)
    return found


NOTHING = Holdings()
