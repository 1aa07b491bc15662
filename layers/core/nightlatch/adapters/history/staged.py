"""What rotation functions have staged, so that a change of one is known to have cost a value.

A changed function takes a value where it stages one. Lambda names the session of its role after the function, so what
a session staged is kept under the function of that name and under the role. Each day has a name of its own, so that a
function of a thousand secrets is not cut short, and each version its own place, so that the second of a day counts.

Source: Secrets Manager user guide, rotate-secrets_lambda-functions (createSecret); Lambda developer guide, execution
role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from nightlatch.adapters.history.uses import Kind, PairKey, Touch, Uses, keys_of, moment_of
from nightlatch.domain.event.events import IAM, LAMBDA, SecretEvent
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.event.resources import texts_in, unversioned
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.versions import PENDING

_DAY = timedelta(days=1)
_FIELDS = {LAMBDA: ("functionName", "functionArn"), IAM: ("roleName",)}


def stages_of(event: SecretEvent) -> Iterator[Touch]:
    """Say what an event shows as staged, by the function and by the role."""
    who = event.principal
    is_role = who.kind is PrincipalKind.ROLE and not who.is_person
    if not (is_role and event.called("PutSecretValue") and event.succeeded):
        return
    if PENDING not in event.request.texts("versionStages"):
        return
    session = [_written(event, who.session_name, LAMBDA)] if who.session_name else []
    for by in (*session, _written(event, who.name, IAM)):
        for secret in event.secrets[:1]:
            yield Touch(PairKey(_name(by, event.at), f"{keys_of(secret)[0]}#{event.event_id}"), Kind.SHOWN, event.at)


def staging_keys(event: SecretEvent) -> tuple[str, ...]:
    """Name what the function or role that a call changes has staged on the day of the call, and on the next."""
    texts = texts_in(event, *_FIELDS[event.source]) if event.source in _FIELDS else ()
    changed = dict.fromkeys(_written(event, text, event.source) for text in texts)
    return tuple(_name(one, at) for one in changed for at in (event.at, event.at + _DAY))


def staged_in(shown: Iterable[Mapping[str, Uses]]) -> tuple[tuple[SecretRef, datetime], ...]:
    """Give the secrets of which versions were staged, and when, by time."""
    found = []
    for pairs in shown:
        for key, uses in pairs.items():
            account, region, name = key.rsplit("#", 1)[0].split("/", 2)
            secret = secret_ref(name, account_id=account, region=region)
            found += [(secret, moment_of(time)) for time in uses.values()]
    return tuple(sorted(found, key=lambda staged: (staged[1], staged[0].text)))


def _written(event: SecretEvent, text: str, source: str) -> str:
    """Write a function or a role in one form; roles are in no Region, and their records all in one."""
    region = event.region if source == LAMBDA else ""
    return unversioned(text, service=source.split(".", 1)[0], region=region, account=event.account_id)


def _name(by: str, at: datetime) -> str:
    return f"staged:{by}/{at:%Y-%m-%d}"
