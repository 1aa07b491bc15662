"""Reads the operator's policy document and says plainly what is wrong with it.

One file for the laptop (YAML) and the stack (JSON, which is YAML too). An unknown key is an error with
"did you mean", because a misspelt `protct` that is ignored leaves a secret unguarded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from hashlib import sha256
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nightlatch.domain.errors import InvalidPolicy
from nightlatch.domain.inventory import Inventory
from nightlatch.domain.policy import Approver, Exemption, Mode, Policy, Protection, Selector
from nightlatch.domain.versions import MOST_PINS

_Model = TypeVar("_Model", bound=BaseModel)


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
    rule: str
    principal: str = "*"
    secrets: str = ""
    owner: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    expires: datetime


class _ApproverPart(_Part):
    slack: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]
    name: Annotated[str, Field(min_length=1)]
    principals: tuple[str, ...] = ()


class InventoryFile(_Part):
    """What the account holds and trusts, as in `hunt --inventory`."""

    protected_keys: frozenset[str] = frozenset()
    rotation_functions: frozenset[str] = frozenset()
    self_resources: frozenset[str] = frozenset()
    trusted_accounts: frozenset[str] = frozenset()
    decoys: frozenset[str] = frozenset()
    organization_id: str | None = None

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


def parse_policy(document: object, *, where: str = "policy") -> PolicyFile:
    """Check a policy document that was read from YAML or JSON.

    Raises:
        InvalidPolicy: Something in it is wrong; the message names each place and what to write instead.
    """
    return _checked(PolicyFile, document, where)


def parse_stored_policy(text: str, *, where: str) -> PolicyFile:
    """Check a policy document as the stack stores it, in JSON.

    Raises:
        InvalidPolicy: It is not JSON, or something in it is wrong.
    """
    try:
        document = json.loads(text)
    except ValueError:
        raise InvalidPolicy(f"{where}: the stored document is not JSON; store a corrected one") from None
    return parse_policy(document, where=where)


def parse_inventory(document: object, *, where: str = "inventory") -> Inventory:
    """Check an inventory document.

    Raises:
        InvalidPolicy: Something in it is wrong.
    """
    return _checked(InventoryFile, document, where).to_domain()


def _checked(model: type[_Model], document: object, where: str) -> _Model:
    if not isinstance(document, Mapping):
        raise InvalidPolicy(f"{where}: expected keys and values, found {type(document).__name__}")
    try:
        return model.model_validate(document)
    except ValidationError as error:
        complaints = "; ".join(
            _complaint(model, detail["loc"], detail["type"], detail["msg"]) for detail in error.errors()
        )
        raise InvalidPolicy(f"{where}: {complaints}") from None  # pydantic's text would echo the document


def _complaint(model: type[BaseModel], place: tuple[int | str, ...], kind: str, message: str) -> str:
    path = ".".join(str(part) for part in place)
    if kind != "extra_forbidden":
        return f"{path}: {message[:1].lower()}{message[1:]}"
    known = _keys_at(model, place[:-1])
    near = get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known keys are {', '.join(sorted(known))}"
    return f"unknown key {path!r}; {hint}"


def _keys_at(model: type[BaseModel], place: Iterable[int | str]) -> list[str]:
    """Walk the model along a path to the keys that are allowed there."""
    current = model
    for part in place:
        field = current.model_fields.get(str(part))
        if field is not None:
            current = _inner_model(field.annotation) or current
    return list(current.model_fields)


def _inner_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _inner_model(inner))), None)


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
