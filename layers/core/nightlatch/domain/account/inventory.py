"""What the account is known to hold and to trust; what it does not say is unknown, and unknown alone never fires."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase

from nightlatch.domain.account.decoys import NONE_PLANTED, Planted
from nightlatch.domain.account.holdings import NOTHING, Holdings
from nightlatch.domain.account.lineage import Deployer
from nightlatch.domain.account.replications import NONE_SHOWN, Replications
from nightlatch.domain.account.tiers import Tier, TierOf, tier_of
from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.resources import is_any_of
from nightlatch.domain.event.secrets import SecretRef, may_be_same, secret_ref

_DASHED = re.compile(r"\d{4}-\d{4}-\d{4}")
_MEMBER = re.compile(r"arn:[\w-]+:organizations::\d*:account/[^/]+/(\d{12})")  # its own account is the organisation's


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Entries stand as the operator wrote them: names, ids, aliases, partial or full ARNs, any version."""

    protected_keys: frozenset[str] = frozenset()
    rotation_functions: frozenset[str] = frozenset()
    self_resources: frozenset[str] = frozenset()
    trusted_accounts: frozenset[str] = frozenset()
    decoys: frozenset[str] = frozenset()  # that the operator named; for those that were planted see below
    organization_id: str | None = None
    approved_regions: frozenset[str] = frozenset()  # where replicas may be; with none listed nothing is unapproved
    approved_keys: frozenset[str] = frozenset()  # KMS keys that secrets may be moved to; none listed as above
    break_glass: frozenset[str] = frozenset()  # principals kept for emergencies, whose every use is told
    tiers: tuple[TierOf, ...] = ()  # the first that matches decides; a secret of none is standard
    scanners: frozenset[str] = frozenset()  # principals that look through all secrets' metadata: globs over their ARNs
    holdings: Holdings = NOTHING  # what was found when the inventory was taken
    replications: Replications = NONE_SHOWN  # what records have shown of replicas
    planted: Planted = NONE_PLANTED  # decoys of the registry, each with its memo
    watchers: frozenset[str] = frozenset()  # our own roles, which look at every secret's metadata
    deployers: tuple[Deployer, ...] = ()  # whose new roles inherit what the roles that they replace were known to read

    def trusts(self, account_id: str) -> bool:
        """Tell whether the operator named an account as one of theirs, by its id or by any ARN of it."""
        return account_id in {_account(entry) for entry in self.trusted_accounts}

    def with_scanners(self, principals: frozenset[str]) -> Inventory:
        """Let some further principals look through metadata: our own auditor does."""
        return replace(self, scanners=self.scanners | principals)

    def with_decoys(self, planted: Planted, watchers: frozenset[str]) -> Inventory:
        """Add the decoys that were planted, and the roles of ours whose looks at them are no news."""
        return replace(self, planted=planted, watchers=watchers)

    def is_rotation_function(self, *texts: str) -> bool:
        """Tell whether a Lambda function's name, ARN, alias or version is a registered rotation function."""
        return is_any_of(self.rotation_functions, texts) or is_any_of(self.holdings.function_arns, texts)

    @property
    def knows_rotation_functions(self) -> bool:
        """Whether any function is known to rotate secrets; else nobody can be told from one."""
        return bool(self.rotation_functions or self.holdings.function_arns or self.holdings.external_roles)

    def rotates_as(self, principal: Principal) -> bool:
        """Tell whether a role's session is one of a rotation function: by its name, by its role where that is known.

        A session's name is chosen by whoever takes the role, the role is not.
        """
        session = principal.session_name or ""
        if principal.key in self.holdings.external_roles:
            return True
        roles = self.holdings.roles_named(session)
        return self.is_rotation_function(session) and (not roles or None in roles or principal.key in roles)

    def found_to_rotate(self, principal: Principal) -> bool:
        """Tell whether a role's session is one of a rotation function by what was found alone, not by the operator."""
        return self.rotates_as(principal) and not is_any_of(self.rotation_functions, [principal.session_name or ""])

    def knows_role_of(self, principal: Principal) -> bool:
        """Tell whether a role's session is one of a rotation function of which the role itself is known."""
        return principal.key in {
            *self.holdings.external_roles,
            *self.holdings.roles_named(principal.session_name or ""),
        }

    def is_protected_key(self, *texts: str) -> bool:
        """Tell whether a KMS key's id, alias or ARN is one that the operator named as protecting secrets."""
        return is_any_of(self.protected_keys, texts)

    def tier_of(self, secrets: Iterable[SecretRef]) -> Tier:
        """Give the highest tier among some secrets: what the operator said, else the tag of before the event."""
        if not self.tiers and not self.holdings.has_tiers:
            return Tier.STANDARD
        return tier_of(secrets, self.tiers, self.holdings.tier_of)

    def tags_of(self, secrets: Iterable[SecretRef]) -> tuple[tuple[str, str], ...]:
        """Give the tags that say whose some secrets are, as the inventory saw them; each once."""
        return self.holdings.tags_of(secrets) if self.holdings.has_tags else ()

    def meant_by(self, secret: SecretRef) -> SecretRef:
        """Give the secret that an ARN means, where what was found leaves no doubt; else the ARN as it was written."""
        return self.holdings.meant_by(secret) if self.holdings else secret

    def primary_of(self, secret: SecretRef, at: datetime) -> SecretRef | None:
        """Give the primary of a secret that is a replica at a moment, None where it is none or nobody knows."""
        if not self.replications and not self.holdings.has_replicas:
            return None
        return self.replications.primary_of(secret, at, self.holdings)

    def approves_key(self, *texts: str) -> bool | None:
        """Tell whether secrets may be moved to a KMS key; None where the operator listed none."""
        return is_any_of(self.approved_keys, texts) if self.approved_keys else None

    def approves_region(self, region: str) -> bool | None:
        """Tell whether replicas may be in a Region; None where the operator listed none."""
        return region in self.approved_regions if self.approved_regions else None

    def is_own(self, *texts: str) -> bool:
        """Tell whether a resource is a part of nightlatch itself."""
        return is_any_of(self.self_resources, texts) or is_any_of(self.holdings.own, texts)

    def is_decoy(self, secret: SecretRef) -> bool:
        """Tell whether a reference may mean one of the decoy secrets that the operator named."""
        return _mentions(self.decoys, secret)

    def is_bait(self, secret: SecretRef, at: datetime) -> bool:
        """Tell whether a reference may mean a decoy, whoever made it one: named by the operator, or planted."""
        return self.is_decoy(secret) or bool(self.planted.among((secret,), at))

    def is_break_glass(self, principal: Principal) -> bool:
        """Tell whether a principal is kept for emergencies, by any form of its name: doubt tells, it does not hide."""
        names = {*principal.names, principal.arn or principal.key, principal.name}
        return any(fnmatchcase(name, glob) for name in names for glob in self.break_glass)

    def is_scanner(self, principal: Principal) -> bool:
        """Tell whether the operator named a principal as a scanner, by its ARN: a bare name anybody could take."""
        return any(fnmatchcase(name, glob) for name in principal.names for glob in self.scanners)


def _mentions(entries: Iterable[str], secret: SecretRef) -> bool:
    return any(
        may_be_same(secret, secret_ref(entry, account_id=secret.account_id, region=secret.region)) for entry in entries
    )


def _account(text: str) -> str | None:
    """Reduce an account's id, as the console writes it too, or an ARN to the id; None where it names no account."""
    text = text.strip()
    member = _MEMBER.fullmatch(text)
    return account_of(member[1] if member else text.replace("-", "") if _DASHED.fullmatch(text) else text)
