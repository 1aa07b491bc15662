"""How long a secret that waits to be deleted can still be restored, as far as AWS lets one know.

AWS's pages differ on what DeletedDate is: the end of the window (DescribeSecret), or the moment of the call
(ListSecrets). A moment to come is taken for the end. One that has passed is taken for the call, and then the window, 7
to 30 days, is not known. Which of them it is in a real account, only one can tell.

Source: Secrets Manager API reference, DescribeSecret, SecretListEntry and DeleteSecret (RecoveryWindowInDays).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nightlatch.domain.posture.listing import counted

SHORTEST, LONGEST = timedelta(days=7), timedelta(days=30)
_DAY = timedelta(days=1)


def time_left(deleted_at: datetime, now: datetime) -> str:
    """Say in one clause how many whole days are left to restore it."""
    if deleted_at > now:
        days = counted((deleted_at - now) // _DAY, "day is", "days are")
        return f"{days} left to restore it, until {deleted_at:%Y-%m-%d %H:%M} UTC"
    if deleted_at + LONGEST <= now:
        return f"it may be gone any moment: its deletion was scheduled on {deleted_at:%Y-%m-%d}"
    least, most = max((deleted_at + SHORTEST - now) // _DAY, 0), (deleted_at + LONGEST - now) // _DAY
    return f"{least} to {counted(most, 'day is', 'days are')} left to restore it: scheduled on {deleted_at:%Y-%m-%d}"
