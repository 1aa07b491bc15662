"""Which trails a baseline is read from, and which part of them: windows of event time around events.

A principal's trail is looked at for a day either side of an event, a secret's for 90 days back and a day ahead, and
for who created it further back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.adapters.history.uses import Written, first_writes, is_read_back, keys_of
from nightlatch.domain.event.calls import CHANGE_RIGHTS, MAKE_VERSIONS
from nightlatch.domain.event.events import IAM, Channel, SecretEvent
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.domain.history.sightings import Sighting, denied
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.deletions import DELETION_CALLS, ENDED, STARTED

DAY = timedelta(hours=24)
CREATION_KEPT = timedelta(days=400)  # who created a secret stays known longer than what was done to it


def principal_trail(event: SecretEvent) -> str:
    """Name the trail of who acted; what the service destroys stands on its account's trail of deletions."""
    return deletion_trail(event) if is_destruction(event) else f"principal:{event.principal.key}"


def routine_trail(event: SecretEvent) -> str:
    """Name the trail of what a principal reads day by day, and beside it of what it was not known to read."""
    return f"routine:{event.principal.key}"


def deletion_trail(event: SecretEvent) -> str:
    """Name the trail of all deletions in an account, whoever asked for them."""
    return f"deletions:{event.account_id}"


def rights_trail(principal: Principal) -> str | None:
    """Name the trail of what changed the rights of a role or user; IAM calls both by their names, without a path."""
    side = {PrincipalKind.ROLE: "role", PrincipalKind.USER: "user"}.get(principal.kind)
    name = principal.name.rsplit("/", 1)[-1]
    return f"rights:{principal.account_id}/{side}/{name}" if side else None


def changed_rights(event: SecretEvent) -> str | None:
    """Name the trail of the role or user whose rights a call of IAM changed."""
    if event.source != IAM or not event.succeeded or event.name not in CHANGE_RIGHTS:
        return None
    side = "role" if "Role" in event.name else "user"
    name = event.request.text(f"{side}Name")
    return f"rights:{event.account_id}/{side}/{name}" if name else None


def is_deletion_call(event: SecretEvent) -> bool:
    """Tell whether a caller deletes a secret or its replicas."""
    return event.called(*DELETION_CALLS)


def is_destruction(event: SecretEvent) -> bool:
    """Tell whether the service carries a deletion out."""
    return event.channel is Channel.SERVICE and event.called(STARTED, ENDED)


def secret_trails(event: SecretEvent) -> tuple[str, ...]:
    """Name the trails of what was acted on, one for each name that a secret may have."""
    return tuple(dict.fromkeys(f"secret:{key}" for secret in event.secrets for key in keys_of(secret)))


def has_principal(event: SecretEvent) -> bool:
    """Tell whether an event's baseline needs a trail of who acted; of the service only that of its deletions."""
    return is_destruction(event) or event.channel not in {Channel.SERVICE, Channel.NATIVE}


def rights_asked_of(
    events: Sequence[SecretEvent], trails: Mapping[str, Trail]
) -> Iterator[tuple[str, datetime, timedelta]]:
    """Name the trails of rights that matter: of who was refused within the day; most principals never are."""
    for event in events:
        own, rights = trails.get(principal_trail(event)), rights_trail(event.principal)
        if rights is not None and own is not None and own.only(denied):
            yield rights, event.at, DAY


def spans(moments: Iterable[datetime], before: timedelta, after: timedelta) -> list[tuple[datetime, datetime]]:
    """Join the windows around moments where they overlap."""
    spans: list[tuple[datetime, datetime]] = []
    for moment in sorted(moments):
        start, end = moment - before, moment + after
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def with_read_backs(trail: Sequence[Sighting]) -> Sequence[Sighting]:
    """Recognise read-backs whose write arrived later than the read: both are on the principal's trail now."""
    written = first_writes(
        (one, s.at) for s in trail if s.name in MAKE_VERSIONS and s.succeeded for one in _versions(s)
    )
    return [
        replace(s, read_back=True)
        if s.name == "GetSecretValue" and not s.read_back and s.succeeded and is_read_back(_versions(s), s.at, written)
        else s
        for s in trail
    ]


def _versions(sighting: Sighting) -> list[Written]:
    """Name the version that a sighting is about, once for each name its secret may have."""
    version_id = sighting.version_id
    return (
        [(sighting.principal, f"{key}#{version_id}") for secret in sighting.secrets for key in secret.keys]
        if version_id
        else []
    )
