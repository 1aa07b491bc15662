"""What a policy document may say, and the values that the rest of the house reads out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from nightlatch.domain.inventory import Inventory
from nightlatch.domain.policy import NEEDS_PREFIX, Approver, Exemption, Mode, Policy, Protection, Selector
from nightlatch.domain.versions import MOST_PINS

_EVERY_RULE = "*"
_NUMBER = re.compile(r"[-+_\d]+|0[xob][0-9A-Fa-f_]+")
_ORGANIZATION = re.compile(r"(arn:[\w-]+:organizations::\d*:organization/)?(?P<id>o-[a-z0-9]+)")
_ACCOUNT_ID = re.compile(r"\d{12}|\d{4}-\d{4}-\d{4}")


@cache
def _rules() -> Mapping[str, str]:
    """Map every name of a rule to its id."""
    from nightlatch.detections import CATALOGUE  # noqa: PLC0415 - a cold start pays for it only if something is exempted

    return {name: rule.id for rule in CATALOGUE for name in (rule.id, rule.catalogue)}


def _known_rule(rule: str) -> str:
    """Let only rules pass that exist: an exemption from any other silences nothing, and nobody would notice."""
    if rule == _EVERY_RULE or rule in _rules():
        return rule
    raise PydanticCustomError("unknown_rule", "no rule has this id; {hint}", {"hint": _nearest(rule)})


def _nearest(rule: str) -> str:
    """Point to a rule without repeating what was written."""
    asked = rule.strip().lower()
    names = {name.lower(): name for name in sorted(_rules())}
    names |= {name.partition(".")[2]: full for name, full in names.items() if "." in name}
    near = get_close_matches(asked, names, n=1)
    return f"did you mean {names[near[0]]!r}?" if near else "the rules are told by `nightlatch rules list`"


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


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Undoing(_Part):
    undo: bool = True


class _Snapshots(_Part):
    pins: Annotated[int, Field(ge=0, le=MOST_PINS)] = 12


class _Defaults(_Part):
    mode: Mode = Mode.OBSERVE
    protect: _Undoing = _Undoing()
    snapshots: _Snapshots = _Snapshots()


class _Match(_Part):
    names: Annotated[tuple[str, ...], Field(min_length=1)]


class _SecretsPart(_Defaults):
    match: _Match


class _ExemptionPart(_Part):
    rule: Annotated[str, AfterValidator(_known_rule)]
    principal: str = "*"
    secrets: str = ""
    owner: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    expires: datetime

    @model_validator(mode="after")
    def _has_prefix_where_needed(self) -> Self:
        if not self.secrets and _rules().get(self.rule) in NEEDS_PREFIX:
            raise PydanticCustomError(
                "needs_prefix", 'a force delete is exempted by name prefix alone: add `secrets`, such as "ci-tmp/"'
            )
        return self


class _ApproverPart(_Part):
    slack: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]
    name: Annotated[str, Field(min_length=1)]
    principals: tuple[str, ...] = ()


class InventoryFile(_Part):
    """What the account holds and trusts, as in `hunt --inventory`."""

    protected_keys: frozenset[str] = frozenset()
    rotation_functions: frozenset[str] = frozenset()
    self_resources: frozenset[str] = frozenset()
    trusted_accounts: frozenset[Annotated[str, BeforeValidator(_account_entry)]] = frozenset()
    decoys: frozenset[str] = frozenset()
    organization_id: Annotated[str, AfterValidator(_organization)] | None = None
    approved_regions: frozenset[str] = frozenset()
    approved_keys: frozenset[str] = frozenset()
    break_glass: frozenset[str] = frozenset()
    scanners: frozenset[str] = frozenset()

    def to_domain(self) -> Inventory:
        """Give the value that rules read."""
        return Inventory(**self.model_dump())


class _Limits(_Part):
    act_within_min: Annotated[int, Field(ge=1, le=1440)] = 60
    buttons_live_h: Annotated[int, Field(ge=1, le=72)] = 8


class PolicyFile(_Part):
    """The whole document."""

    version: Literal[1]
    defaults: _Defaults = _Defaults()
    secrets: tuple[_SecretsPart, ...] = ()
    exemptions: tuple[_ExemptionPart, ...] = ()
    approvers: tuple[_ApproverPart, ...] = ()
    inventory: InventoryFile = InventoryFile()
    limits: _Limits = _Limits()

    def to_domain(self, *, own_roles: frozenset[str] = frozenset()) -> Policy:
        """Give the value that decisions read, with the digest of this document."""
        canonical = json.dumps(self.model_dump(), sort_keys=True, default=_plain)
        return Policy(
            default=_protection(self.defaults),
            selectors=tuple(Selector(names=s.match.names, protection=_protection(s)) for s in self.secrets),
            exemptions=tuple(_exemption(e) for e in self.exemptions),
            approvers=tuple(Approver(slack_id=a.slack, name=a.name, principals=a.principals) for a in self.approvers),
            inventory=self.inventory.to_domain(),
            own_roles=own_roles,
            act_within=timedelta(minutes=self.limits.act_within_min),
            buttons_live=timedelta(hours=self.limits.buttons_live_h),
            digest=sha256(canonical.encode()).hexdigest()[:12],
        )


def _plain(value: object) -> object:
    """Give sets an order and dates a text, so that equal documents have equal digests."""
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _protection(part: _Defaults) -> Protection:
    return Protection(mode=part.mode, undo=part.protect.undo, pins=part.snapshots.pins)


def _exemption(part: _ExemptionPart) -> Exemption:
    expires = part.expires if part.expires.tzinfo else part.expires.replace(tzinfo=UTC)
    return Exemption(
        rule=part.rule,
        principal=part.principal,
        secrets=part.secrets,
        owner=part.owner,
        reason=part.reason,
        expires=expires,
    )
