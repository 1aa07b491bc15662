"""What a policy document may say, and the values that the rest of the house reads out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from nightlatch.domain.account.holdings import NOTHING, Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import Tier, TierOf
from nightlatch.domain.answering.policy import Exemption, Limits, Mode, Policy, Protection, Selector
from nightlatch.domain.recovering.pins import MOST_PINS
from nightlatch.policy_file.approvers import ApproverPart, each_person_once
from nightlatch.policy_file.auditing import AuditPart
from nightlatch.policy_file.deployers import DeployerPart
from nightlatch.policy_file.listed import FunctionPart, Moment, SecretPart
from nightlatch.policy_file.parts import Part
from nightlatch.policy_file.protecting import ProtectPart, check_ways_out
from nightlatch.policy_file.routes import RoutePart
from nightlatch.policy_file.silences import ActorPart, ExemptionPart, WindowPart
from nightlatch.policy_file.stages import RulePart, each_once, staged
from nightlatch.policy_file.telling import TellingPart
from nightlatch.policy_file.trials import TrialPart

_NUMBER = re.compile(r"[-+_\d]+|0[xob][0-9A-Fa-f_]+")
_ORGANIZATION = re.compile(r"(arn:[\w-]+:organizations::\d*:organization/)?(?P<id>o-[a-z0-9]+)")
_ACCOUNT_ID = re.compile(r"\d{12}|\d{4}-\d{4}-\d{4}")


def _account_entry(entry: object) -> object:
    """Take an id written without quotes for what it is; one that lost digits may be anybody's."""
    text = str(entry) if isinstance(entry, int) and not isinstance(entry, bool) else entry
    if isinstance(text, str) and _NUMBER.fullmatch(text) and not _ACCOUNT_ID.fullmatch(text):
        raise PydanticCustomError("account_id", "an account id has 12 digits; write all of them, in quotes")
    return text


def _organization(text: str) -> str:
    """Take an organisation's id, alone or in its ARN."""
    found = _ORGANIZATION.fullmatch(text.strip())
    if found is None:
        raise PydanticCustomError("organization_id", "an organisation's id has the form o-a1b2c3d4e5")
    return found["id"]


RETENTIONS = (30, 90, 180, 365)  # days; each has a lifecycle rule of its own in template.yaml


class _Vault(Part):
    retention_days: Literal[30, 90, 180, 365] = 90


class _Snapshots(Part):
    pins: Annotated[int, Field(ge=0, le=MOST_PINS)] = 12
    vault: _Vault | None = None


class _Defaults(Part):
    mode: Mode = Mode.OBSERVE
    protect: ProtectPart = ProtectPart()
    snapshots: _Snapshots = _Snapshots()


class _Match(Part):
    names: Annotated[tuple[str, ...], Field(min_length=1)]


class _SecretsPart(_Defaults):
    match: _Match


class _TierPart(Part):
    names: Annotated[str, Field(min_length=1)]
    tier: Tier


class InventoryFile(Part):
    """What the account holds and trusts, as in `hunt --inventory`."""

    protected_keys: frozenset[str] = frozenset()
    rotation_functions: frozenset[str] = frozenset()
    self_resources: frozenset[str] = frozenset()
    trusted_accounts: frozenset[Annotated[str, BeforeValidator(_account_entry, json_schema_input_type=str | int)]] = (
        frozenset()
    )
    decoys: frozenset[str] = frozenset()
    organization_id: Annotated[str, AfterValidator(_organization)] | None = None
    approved_regions: frozenset[str] = frozenset()
    approved_keys: frozenset[str] = frozenset()
    break_glass: frozenset[str] = frozenset()
    tiers: tuple[_TierPart, ...] = ()
    scanners: frozenset[str] = frozenset()
    secrets: tuple[SecretPart, ...] = ()
    functions: tuple[FunctionPart, ...] = ()
    taken_at: Moment | None = None  # of the secrets and functions

    def to_domain(self) -> Inventory:
        """Give the value that rules read."""
        tiers = tuple(TierOf(part.names, part.tier) for part in self.tiers)
        holdings = Holdings(
            secrets=tuple(part.to_domain() for part in self.secrets),
            functions=tuple(part.to_domain() for part in self.functions),
            begun_at=self.taken_at,
            taken_at=self.taken_at,
        )
        written = self.model_dump(exclude={"tiers", "secrets", "functions", "taken_at"})
        return Inventory(**written, tiers=tiers, holdings=holdings or NOTHING)


class _Limits(Part):
    act_within_min: Annotated[int, Field(ge=1, le=1440)] = 60
    buttons_live_h: Annotated[int, Field(ge=1, le=72)] = 8
    acts_per_secret_h: Annotated[int, Field(ge=1, le=100)] = 3
    pins_per_secret_h: Annotated[int, Field(ge=1, le=100)] = 6
    acts_per_h: Annotated[int, Field(ge=1, le=10_000)] = 200
    war_after: Annotated[int, Field(ge=1, le=10)] = 2

    def to_domain(self) -> Limits:
        """Give the value that brakes read."""
        return Limits(
            act_within=timedelta(minutes=self.act_within_min),
            acts_per_secret_h=self.acts_per_secret_h,
            pins_per_secret_h=self.pins_per_secret_h,
            acts_per_h=self.acts_per_h,
            war_after=self.war_after,
        )


class PolicyFile(Part):
    """The whole document."""

    version: Literal[1]
    defaults: _Defaults = _Defaults()
    secrets: tuple[_SecretsPart, ...] = ()
    rules: Annotated[tuple[RulePart, ...], AfterValidator(each_once)] = ()
    exemptions: tuple[ExemptionPart, ...] = ()
    known_actors: tuple[ActorPart, ...] = ()
    change_windows: tuple[WindowPart, ...] = ()
    deployers: tuple[DeployerPart, ...] = ()
    approvers: Annotated[tuple[ApproverPart, ...], AfterValidator(each_person_once)] = ()
    inventory: InventoryFile = InventoryFile()
    routes: tuple[RoutePart, ...] = ()
    limits: _Limits = _Limits()
    telling: TellingPart = TellingPart()
    audit: AuditPart = AuditPart()
    tests: tuple[TrialPart, ...] = ()  # tried by `nightlatch policy test`; nothing of them is in force

    @model_validator(mode="after")
    def _has_a_way_out_of_its_guards(self) -> Self:
        check_ways_out([part.protect for part in (self.defaults, *self.secrets)], self.inventory.break_glass)
        return self

    def to_domain(self, *, own_roles: frozenset[str] = frozenset(), acting_role: str = "") -> Policy:
        """Give the value that decisions read, with the digest of this document."""
        canonical = json.dumps(self.model_dump(exclude={"tests"}), sort_keys=True, default=_plain)
        return Policy(
            default=_protection(self.defaults),
            selectors=tuple(Selector(names=s.match.names, protection=_protection(s)) for s in self.secrets),
            exemptions=tuple(self._exemptions()),
            ask_first=tuple(asked for actor in self.known_actors for asked in actor.asked_first()),
            staged=staged(self.rules),
            approvers=tuple(one.to_domain() for one in self.approvers),
            inventory=replace(
                self.inventory.to_domain(), deployers=tuple(deployer.to_domain() for deployer in self.deployers)
            ),
            routes=tuple(one.to_domain() for one in self.routes),
            own_roles=own_roles,
            acting_role=acting_role,
            limits=self.limits.to_domain(),
            buttons_live=timedelta(hours=self.limits.buttons_live_h),
            digest=sha256(canonical.encode()).hexdigest()[:12],
            digest_hour=self.telling.digest_hour,
            storm_after=self.telling.storm_after,
            audit=self.audit.to_domain(),
        )

    def to_store(self) -> str:
        """Give the document as the stack stores it: JSON in one line, without its tests and without what is usual."""
        written = self.model_dump(exclude={"tests"}, exclude_defaults=True)
        return json.dumps(written, separators=(",", ":"), default=_in_json)

    def _exemptions(self) -> Iterator[Exemption]:
        silences: tuple[ExemptionPart | ActorPart | WindowPart, ...]
        silences = (*self.exemptions, *self.known_actors, *self.change_windows)
        for silence in silences:
            yield from silence.exemptions()


def _in_json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else _plain(value)


def _plain(value: object) -> object:
    """Give sets an order and dates a text, so that equal documents have equal digests."""
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _protection(part: _Defaults) -> Protection:
    vault = part.snapshots.vault
    return part.protect.to_domain(
        mode=part.mode, pins=part.snapshots.pins, vault_days=vault.retention_days if vault else 0
    )
