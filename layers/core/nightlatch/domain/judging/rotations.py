"""What the records show of a rotation: whose step a call is, what a new schedule takes away, what is left behind.

Source: Secrets Manager user guide, rotate-secrets_lambda-functions; Lambda developer guide, execution role (the session
bears the function's name).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.secret.schedules import longest_gap_days
from nightlatch.domain.secret.versions import CURRENT, PENDING

_SUCCEEDED = "RotationSucceeded"
LONGEST_DAYS = 365
STEPS_SPAN = timedelta(minutes=15)  # the steps of one rotation lie no further apart


def is_rotation_function(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether the caller is the role of a registered rotation function, by its session's name and its role."""
    is_role = event.principal.kind is PrincipalKind.ROLE and event.principal.session_name is not None
    return is_role and baseline.inventory.rotates_as(event.principal)


def rotators_of(secret: SecretRef, at: datetime, baseline: Baseline) -> frozenset[str]:
    """Give the roles that staged versions of a secret in earlier rotations which succeeded.

    None are known where it was not rotated before, nor where it got another function since: that one has its own role.
    """
    shown = baseline.done_to(secret, "RotateSecret", "PutSecretValue", _SUCCEEDED).once(_rotators, _rotators)
    roles: set[str] = set()
    for moment, role in shown:
        if moment >= at:
            break
        if role is None:
            roles.clear()
        else:
            roles.add(role)
    return frozenset(roles)


def _rotators(trail: Trail) -> list[tuple[datetime, str | None]]:
    """Give, by time, who had staged a version when a rotation succeeded, and None where another function was set."""
    found: list[tuple[datetime, str | None]] = []
    staged: list[Sighting] = []
    function: str | None = None
    for call in trail.only(succeeded):
        if call.name == _SUCCEEDED:
            found += [(call.at, one.principal) for one in staged if one.at >= call.at - STEPS_SPAN]
            staged = []
        elif call.name == "PutSecretValue" and PENDING in call.labels:
            staged.append(call)
        elif call.function not in {None, function}:
            found.append((call.at, None))
            function = call.function
    return found


class Weakening(StrEnum):
    """Whether a new schedule lets a value live too long, compared with what is known of the one before it."""

    NONE = "none"
    UNKNOWN = "unknown"  # longer than a year, and nothing is known of the schedule before it
    CERTAIN = "certain"


def weakening(event: SecretEvent, baseline: Baseline) -> Weakening:
    """Tell whether a RotateSecret stretched a schedule beyond a year; a secret's first schedule weakens nothing."""
    days = longest_gap_days(event.request) if event.called("RotateSecret") else None
    if days is None or days <= LONGEST_DAYS or event.secret is None:
        return Weakening.NONE
    earlier = baseline.done_to(event.secret, "RotateSecret", "CreateSecret").only(succeeded).before(event.at)
    for call in reversed(earlier):
        if call.gap_days is not None:
            return Weakening.CERTAIN if call.gap_days < days else Weakening.NONE
        if call.name == "CreateSecret":
            return Weakening.NONE
    return Weakening.UNKNOWN


def has_pending_version(secret: SecretRef, baseline: Baseline) -> bool:
    """Tell whether the last version staged for a rotation has not become current, as far as history shows."""
    staged = [
        write.version_id
        for write in baseline.done_to(secret, "PutSecretValue").only(succeeded)
        if PENDING in write.labels and CURRENT not in write.labels
    ]
    moves = baseline.done_to(secret, "UpdateSecretVersionStage", LABEL_UPDATED)
    finished = {move.version_id for move in moves if CURRENT in move.labels}
    return bool(staged) and staged[-1] not in finished
