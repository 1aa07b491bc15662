"""A rotation that should have begun and left no record: seen in the list of secrets, once for each date that is missed.

Secrets Manager moves the date of the next rotation on when a rotation succeeds. A date that lies behind its window and
an hour of grace is one that passed without success. Whether somebody tried, the records know; the rule asks them.

Source: Secrets Manager API reference, SecretListEntry (NextRotationDate: "on or before this date"), RotationRulesType
(Duration); design detections, ROT-02.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nightlatch.domain.account.holding import Holding
from nightlatch.domain.event.events import NIGHTLATCH, Channel, SecretEvent
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.principals import Principal, PrincipalKind

MISSED = "RotationMissed"
LONGEST_WINDOW = timedelta(days=1)  # in which a rotation may begin, where the schedule names none
GRACE = timedelta(hours=1)
_DATE = "nextRotationDate"


def late_after(due: datetime, window_h: int | None) -> datetime:
    """Say from when on a rotation that has not succeeded is late.

    Args:
        due: The date that AWS names for it.
        window_h: How many hours its window is open; None for AWS's own choice.
    """
    return due + (timedelta(hours=window_h) if window_h else LONGEST_WINDOW) + GRACE


def missed_rotation(listed: Holding, *, at: datetime, before: datetime | None) -> SecretEvent | None:
    """Give what the list shows of a rotation that did not come, None where none is overdue or it was seen before.

    Args:
        listed: The secret.
        at: When the inventory is taken.
        before: When the one before it was begun, which its dates were compared with; None for the first.
    """
    due = listed.next_rotation
    if due is None or not listed.rotates_by_itself:
        return None
    over = late_after(due, listed.rotation_window_h)
    if over > at or (before is not None and over <= before):
        return None
    secret = listed.secret
    return SecretEvent(
        event_id=f"{MISSED}:{listed.arn}:{due.isoformat()}",
        at=over,
        source=NIGHTLATCH,
        name=MISSED,
        account_id=secret.account_id,
        region=secret.region,
        principal=Principal(key=f"service:{NIGHTLATCH}", kind=PrincipalKind.SERVICE, name=NIGHTLATCH),
        channel=Channel.SERVICE,
        secrets=(secret,),
        details=Parameters({_DATE: due.isoformat()}),
    )


def due_date(event: SecretEvent) -> datetime | None:
    """Give the date that was missed; None for every other event."""
    text = event.details.text(_DATE) if event.source == NIGHTLATCH and event.name == MISSED else None
    try:
        due = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return due if due.tzinfo is not None else None
