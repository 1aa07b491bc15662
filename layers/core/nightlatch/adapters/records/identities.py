"""Who CloudTrail says acted, reduced to one principal that stays the same over sessions, keys and spellings.

```
Root            -> arn:aws:iam::111122223333:root
IAMUser         -> its ARN
AssumedRole     -> the role's ARN (sessionIssuer), else the role named in the session's ARN, its path unknown;
                   a role of Identity Center: that ARN/<session>, which is the person
FederatedUser   -> its ARN
SAML, web, Identity Center user -> federated:<provider or store>:<user>
AWSAccount, any caller of another account without ARN -> account:<id>:<principalId>
AWSService, service events -> service:<name>
no ARN at all   -> id:<account>:<stable half of principalId>
nothing         -> unknown:<account whose trail wrote it>
```

Source: CloudTrail user guide, userIdentity element; design facts 3.5; traps 10, 11 and 12.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.principals import Principal, PrincipalKind, session_key

_SESSION = re.compile(
    r"^arn:(?P<partition>[\w-]+):sts::(?P<account>\d*):assumed-role/(?P<role>[^/]+)(?:/(?P<session>.+))?$"
)
_IAM = re.compile(r"^arn:[\w-]+:(?:iam|sts)::(?P<account>\d*):(?P<what>root$|user/|role/|federated-user/)(?P<name>.*)$")
_KINDS = {
    "root": PrincipalKind.ROOT,
    "user/": PrincipalKind.USER,
    "role/": PrincipalKind.ROLE,
    "federated-user/": PrincipalKind.FEDERATED,
}
_TYPES = {
    "iamuser": PrincipalKind.USER,
    "assumedrole": PrincipalKind.ROLE,
    "role": PrincipalKind.ROLE,
    "federateduser": PrincipalKind.FEDERATED,
}
_ACCOUNT_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Setting:
    """What the record says around its identity."""

    recipient: str  # the account whose trail wrote the record
    service: str  # eventSource
    by_service: bool  # written by the service itself, without a caller
    from_console: bool | None


def account_number(value: object) -> str | None:
    """Read an account id sent as text or, by some exporters, as a number that lost its leading zeros."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**_ACCOUNT_DIGITS:
        return str(value).zfill(_ACCOUNT_DIGITS)
    return value if isinstance(value, str) and value else None


def principal_of(identity: Parameters, setting: Setting) -> Principal:
    """Name the principal of a record, whatever part of userIdentity is there."""
    found = _named_by_type(identity, setting) or _named_by_arn(identity) or _nameless(identity, setting)
    session = identity.child("sessionContext")
    return replace(
        found,
        arn=identity.text("arn"),
        access_key_id=identity.text("accessKeyId"),
        invoked_by=identity.text("invokedBy"),
        mfa=session.child("attributes").flag("mfaAuthenticated"),
        from_console=setting.from_console,
        from_instance=session.text("ec2RoleDelivery") is not None,
    )


def _named_by_type(identity: Parameters, setting: Setting) -> Principal | None:
    """Read the types whose key is not simply the ARN."""
    kind = (identity.text("type") or "").lower()
    if kind == "root":
        return _root(identity, setting)
    if kind == "awsservice":
        return _service(identity.text("invokedBy") or setting.service, setting)
    if kind == "awsaccount" and (identity.text("arn") or ":root").endswith(":root"):
        return _outside(identity)  # such an ARN names the account, not its root at work
    read = {
        "assumedrole": _role,
        "identitycenteruser": _identity_center_user,
        "samluser": _federated,
        "webidentityuser": _federated,
    }.get(kind)
    return read(identity) if read else None


def _named_by_arn(identity: Parameters) -> Principal | None:
    """Read users, roles, federated users, and typeless identities that at least carry an ARN."""
    arn = identity.text("arn")
    if arn is None:
        return None
    if _SESSION.match(arn):
        return _role(identity)
    found = _IAM.match(arn)
    if found is None:
        name = identity.text("userName") or arn
        return Principal(key=arn, kind=PrincipalKind.UNKNOWN, name=name, account_id=_account(identity))
    name = found["name"].rsplit("/", 1)[-1] or "root"
    account = _account(identity) or found["account"] or None
    return Principal(key=arn, kind=_KINDS[found["what"]], name=name, account_id=account)


def _nameless(identity: Parameters, setting: Setting) -> Principal:
    """Read what remains without a type that helps and without an ARN."""
    account = _account(identity)
    invoked_by = identity.text("invokedBy")
    bare = not (identity.has("type") or identity.has("principalId") or identity.has("accessKeyId"))
    if setting.by_service or (invoked_by is not None and bare):
        return _service(invoked_by or setting.service, setting)
    if account is not None and account != setting.recipient:
        return _outside(identity)
    return _by_id(identity, account or setting.recipient) or Principal(
        key=f"unknown:{setting.recipient}", kind=PrincipalKind.UNKNOWN, name="unknown", account_id=account
    )


def _role(identity: Parameters) -> Principal | None:
    """Name a role by its issuer; real KMS records carry an empty one, so the session's ARN must do."""
    issuer = identity.child("sessionContext").child("sessionIssuer")
    session = _SESSION.match(identity.text("arn") or "")
    key = issuer.text("arn")
    if key is None and session is not None:
        key = f"arn:{session['partition']}:iam::{session['account']}:role/{session['role']}"
    if key is None:
        return None
    name = issuer.text("userName") or (session["role"] if session else key.rsplit("/", 1)[-1])
    after_colon = (identity.text("principalId") or "").partition(":")[2]
    session_name = (session["session"] if session else None) or after_colon or None
    return Principal(
        key=session_key(key, session_name),
        kind=PrincipalKind.ROLE,
        name=name,
        account_id=_account(identity) or account_number(issuer.get("accountId")) or (session and session["account"]),
        session_name=session_name,
    )


def _root(identity: Parameters, setting: Setting) -> Principal:
    account = _account(identity) or setting.recipient
    key = identity.text("arn") or f"arn:aws:iam::{account}:root"
    return Principal(key=key, kind=PrincipalKind.ROOT, name="root", account_id=account)


def _service(name: str, setting: Setting) -> Principal:
    return Principal(key=f"service:{name}", kind=PrincipalKind.SERVICE, name=name, account_id=setting.recipient)


def _outside(identity: Parameters) -> Principal:
    """Name a caller of another account, whose ARN is not shown, by the unique id that a role's sessions share."""
    account = _account(identity)
    stable, _, session = (identity.text("principalId") or "").partition(":")
    return Principal(
        key=f"account:{account or 'unknown'}:{stable}",
        kind=PrincipalKind.ACCOUNT,
        name=stable or account or "unknown",
        account_id=account,
        session_name=session or None,
    )


def _by_id(identity: Parameters, account: str) -> Principal | None:
    """Name by the user name or the unique id, whose first half stays the same over a role's sessions."""
    kind = _TYPES.get((identity.text("type") or "").lower(), PrincipalKind.UNKNOWN)
    user, principal_id = identity.text("userName"), identity.text("principalId")
    if kind is PrincipalKind.USER and user is not None:
        return Principal(key=f"arn:aws:iam::{account}:user/{user}", kind=kind, name=user, account_id=account)
    if principal_id is None:
        return None
    stable, _, session = principal_id.partition(":")
    return Principal(
        key=f"id:{account}:{stable}", kind=kind, name=user or stable, account_id=account, session_name=session or None
    )


def _identity_center_user(identity: Parameters) -> Principal | None:
    behalf = identity.child("onBehalfOf")
    user, store = behalf.text("userId"), behalf.text("identityStoreArn")
    if user is None:
        return None
    key = f"federated:{store or 'identity-center'}:{user}"
    return Principal(key=key, kind=PrincipalKind.FEDERATED, name=user, account_id=_account(identity))


def _federated(identity: Parameters) -> Principal | None:
    user = identity.text("userName") or identity.text("principalId")
    if user is None:
        return None
    provider = identity.text("identityProvider") or "unknown"
    key = f"federated:{provider}:{user}"
    return Principal(key=key, kind=PrincipalKind.FEDERATED, name=user, account_id=_account(identity))


def _account(identity: Parameters) -> str | None:
    return account_number(identity.get("accountId"))
