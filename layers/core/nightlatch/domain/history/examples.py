"""Builders with defaults for the events in examples and tests: every one has the shape that a real record parses to.

Names come from the reserved ranges: account 111122223333, addresses 198.51.100.7 and 203.0.113.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nightlatch.domain.event.calls import READ_PREFIXES
from nightlatch.domain.event.events import (
    LABEL_UPDATED,
    NATIVE_SECRETS_MANAGER,
    SECRETS_MANAGER,
    Channel,
    Failure,
    Origin,
    SecretEvent,
)
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.principals import Principal, PrincipalKind, session_key
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail

ACCOUNT = "111122223333"
REGION = "eu-west-1"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WAITED = AT + timedelta(days=366)  # `Baseline.settled` when every wait is over


def a_secret(name: str = "prod/db", *, suffix: str | None = "AbCdEf", region: str = REGION) -> SecretRef:
    """Refer to a secret by its full ARN, or by its name where `suffix` is None."""
    if suffix is None:
        return secret_ref(name, account_id=ACCOUNT, region=region)
    text = f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{name}-{suffix}"
    return secret_ref(text, account_id=ACCOUNT, region=region)


def a_user(name: str = "ci-deploy") -> Principal:
    """An IAM user with a long-lived key."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return Principal(
        key=arn, kind=PrincipalKind.USER, name=name, account_id=ACCOUNT, arn=arn, access_key_id="AKIAEXAMPLE"
    )


def a_role(name: str = "app", session: str = "i-0123456789abcdef0") -> Principal:
    """An assumed role; the role is the principal, the session is only a detail."""
    return Principal(
        key=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        kind=PrincipalKind.ROLE,
        name=name,
        account_id=ACCOUNT,
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
        session_name=session,
    )


def a_person(name: str = "ana") -> Principal:
    """Somebody signed in through Identity Center: a principal of their own."""
    role = "AWSReservedSSO_Admin_0123456789abcdef"
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{REGION}/{role}"
    return replace(a_role(role, name), key=session_key(arn, name))


def the_root() -> Principal:
    """The account's root."""
    arn = f"arn:aws:iam::{ACCOUNT}:root"
    return Principal(key=arn, kind=PrincipalKind.ROOT, name="root", account_id=ACCOUNT, arn=arn)


def an_outsider(account_id: str = "999988887777", *, role: str | None = None) -> Principal:
    """A caller of another account: known by number only, as most such records show it, or by its role."""
    if role is not None:
        arn = f"arn:aws:sts::{account_id}:assumed-role/{role}/theirs"
        key = f"arn:aws:iam::{account_id}:role/{role}"
        return replace(a_role(role, "theirs"), key=key, arn=arn, account_id=account_id)
    unique = "AROAEXAMPLE"
    return Principal(
        key=f"account:{account_id}:{unique}", kind=PrincipalKind.ACCOUNT, name=unique, account_id=account_id
    )


def the_service() -> Principal:
    """Secrets Manager itself, as service events name it."""
    name = "secretsmanager.amazonaws.com"
    return Principal(key=f"service:{name}", kind=PrincipalKind.SERVICE, name=name, account_id=ACCOUNT, invoked_by=name)


def an_event(  # noqa: PLR0913 - a builder: everything has a default
    name: str = "GetSecretValue",
    *,
    secret: SecretRef | None = None,
    by: Principal | None = None,
    at: datetime = AT,
    after_s: float = 0,
    request: Mapping[str, object] | None = None,
    response: Mapping[str, object] | None = None,
    details: Mapping[str, object] | None = None,
    version_id: str | None = None,
    failure: Failure | None = None,
    source: str = SECRETS_MANAGER,
    channel: Channel = Channel.API,
    event_id: str | None = None,
    request_id: str | None = None,
) -> SecretEvent:
    """Build an API call; `after_s` seconds after `at`; no target unless `secret` is given."""
    moment = at + timedelta(seconds=after_s)
    who = by or a_user()
    target = {"secretId": secret.text} if secret and not failure else {}
    return SecretEvent(
        event_id=event_id or f"{name}-{who.name}-{secret.tail if secret else ''}-{moment.timestamp():.3f}",
        at=moment,
        source=source,
        name=name,
        account_id=ACCOUNT,
        region=REGION,
        principal=who,
        channel=channel,
        secrets=(secret,) if secret else (),
        version_id=version_id,
        failure=failure,
        read_only=name.startswith(READ_PREFIXES),
        request=Parameters({**target, **(request or {})}),
        response=Parameters(response or {}),
        details=Parameters(details or {}),
        origin=Origin(address="198.51.100.7", user_agent="Boto3/1.34"),
        request_id=request_id,
    )


def a_service_event(
    name: str, *, secret: SecretRef, at: datetime = AT, after_s: float = 0, request_id: str | None = None
) -> SecretEvent:
    """Build an event that Secrets Manager writes by itself, such as EndSecretVersionDelete."""
    return an_event(
        name,
        secret=secret,
        by=the_service(),
        at=at,
        after_s=after_s,
        details={"ARN": secret.text, "Name": secret.name},
        channel=Channel.SERVICE,
        request_id=request_id,
    )


def a_label_event(
    secret: SecretRef, *, version_id: str, label: str = "AWSCURRENT", at: datetime = AT, after_s: float = 0
) -> SecretEvent:
    """Build the native event of a staging label that moved; it names no actor."""
    return an_event(
        LABEL_UPDATED,
        secret=secret,
        by=the_service(),
        at=at,
        after_s=after_s,
        request={"labelUpdated": label, "versionId": version_id, "name": secret.name},
        version_id=version_id,
        source=NATIVE_SECRETS_MANAGER,
        channel=Channel.NATIVE,
    )


def a_denial(action: str, target: str = "") -> Failure:
    """The text IAM gives: the target stands nowhere else."""
    where = f" on resource: {target}" if target else ""
    return Failure(
        "AccessDenied",
        f"User: arn:aws:iam::{ACCOUNT}:user/ci-deploy is not authorized to perform: secretsmanager:{action}{where}"
        f" because no identity-based policy allows the secretsmanager:{action} action",
    )


def sightings(events: Iterable[SecretEvent], *, known: bool = False) -> Trail:
    """Reduce events to what history keeps of them."""
    return Trail.of(sighting_of(event, known=known) for event in events)
